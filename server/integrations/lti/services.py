"""What we ask of a platform: who is in a course, and to take a score. Both need an access token.

Source: 1EdTech Security Framework 1.0, section 4; Names and Role Provisioning Services 2.0;
Assignment and Grade Services 2.0.
"""

import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from protocol.lti import PlatformView
from server.edge.origins import origin_of
from server.integrations.calls import BadAddress, Calls, Unreachable, json_in
from server.integrations.lti.messages import MAX_ROLES
from server.integrations.lti.tool_keys import ToolKeys
from server.integrations.outgoing import Answer

READ_MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
WRITE_SCORES = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_S = 300
SPARE_MS = 60_000
"""A token so close to its end is not used any more."""
MAX_PAGES = 500
PAGE = 200
"""Members asked for at once; a platform may give fewer or more."""
MAX_TOKENS = 2_000
MAX_LINK_CHARS = 4_000
"""Of a header that names the next page. A longer one is passed over: reading it takes a time
that grows with the square of its length."""

_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


class Refused(Unreachable):
    """The platform was reached, knew us, and answered otherwise than with yes."""

    def __init__(self, status: int) -> None:
        """Carry the status of the answer."""
        super().__init__(f"the platform answered with status {status}")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a course."""

    subject: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How much of a session somebody was there for, in percent."""

    subject: str
    percent: int
    at: int
    """Ms UTC; a platform takes no score that is older than one it has."""


class Services:
    """The services of platforms.

    Args:
        calls: makes the calls.
        keys: sign who we are.
        clock: ms UTC.
    """

    def __init__(self, calls: Calls, keys: ToolKeys, clock: Callable[[], int]) -> None:
        """Hold no token yet."""
        self._calls = calls
        self._keys = keys
        self._clock = clock
        self._tokens: dict[tuple[str, str], tuple[str, int]] = {}

    async def members(self, platform: PlatformView, url: str) -> AsyncIterator[Member]:
        """Read the members of a course who are active, page by page.

        Raises:
            Unreachable: the platform does not answer, or refuses.
        """
        origin = origin_of(url)
        url = f"{url}{'&' if urlsplit(url).query else '?'}limit={PAGE}"
        for _ in range(MAX_PAGES):
            headers = {"Accept": MEMBERS_TYPE}
            answer = await self._asked(platform, READ_MEMBERS, "GET", url, headers)
            for one in _listed(json_in(answer)):
                yield one
            following = next_page(answer.headers.get("link", ""))
            if not following:
                return
            url = urljoin(url, following)
            if origin_of(url) != origin:
                # The token is for this platform, and goes nowhere else.
                raise Unreachable("the next page of members is at another server")
        raise Unreachable(f"the list of members has no end after {MAX_PAGES} pages")

    async def send_score(self, platform: PlatformView, line_item: str, score: Score) -> None:
        """Give one person's score.

        Raises:
            BadAddress: the line item is no address that may be called.
            Refused: the platform does not take it.
            Unreachable: it does not answer, or gives no token.
        """
        at = datetime.fromtimestamp(score.at / 1000, UTC)
        body = {
            "userId": score.subject,
            "scoreGiven": score.percent,
            "scoreMaximum": 100,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        headers = {"Content-Type": SCORE_TYPE}
        try:
            url = scores_url(line_item)
        except ValueError:
            raise BadAddress("the line item is no address") from None
        await self._asked(platform, WRITE_SCORES, "POST", url, headers, body)

    async def _asked(
        self,
        platform: PlatformView,
        scope: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any = None,
    ) -> Answer:
        token = await self._token(platform, scope)
        given = {"Authorization": f"Bearer {token}", **headers}
        if method == "GET":
            answer = await self._calls.get(url, given)
        else:
            answer = await self._calls.post_json(url, body, given)
        if answer.status == 401:
            self._tokens.pop((platform.platform_id, scope), None)
        if not answer.is_success:
            raise Refused(answer.status)
        return answer

    async def _token(self, platform: PlatformView, scope: str) -> str:
        known = self._tokens.get((platform.platform_id, scope))
        now = self._clock()
        if known is not None and now < known[1] - SPARE_MS:
            return known[0]
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": await self._assertion(platform, now),
            "scope": scope,
        }
        answer = await self._calls.post_form(platform.token_url, fields)
        if not answer.is_success:
            raise Unreachable(f"no access token: status {answer.status}")
        match json_in(answer):
            case {"access_token": str(token), **more}:
                seconds = more.get("expires_in", 0)
                until = now + 1000 * int(seconds if isinstance(seconds, int | float) else 0)
                if len(self._tokens) >= MAX_TOKENS:
                    self._tokens.clear()
                self._tokens[(platform.platform_id, scope)] = (token, until)
                return token
        raise Unreachable("no access token in the answer")

    async def _assertion(self, platform: PlatformView, now: int) -> str:
        now_s = now // 1000
        return await self._keys.signed(
            {
                "iss": platform.client_id,
                "sub": platform.client_id,
                "aud": platform.audience or platform.token_url,
                "iat": now_s,
                "exp": now_s + ASSERTION_S,
                "jti": secrets.token_hex(16),
            }
        )


def next_page(link: str) -> str:
    """Read where the next page is out of a header `Link`; empty when there is none.

    Source: RFC 8288.
    """
    found = _NEXT.search(link) if len(link) <= MAX_LINK_CHARS else None
    return found.group(1) if found else ""


def scores_url(line_item: str) -> str:
    """Make the address of the scores of a line item: below its path, before its query.

    Example:
        >>> scores_url("https://moodle.example/lineitems/3/lineitem?type_id=2")
        'https://moodle.example/lineitems/3/lineitem/scores?type_id=2'
    """
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))


def _listed(body: Any) -> list[Member]:
    match body:
        case {"members": [*members]}:
            return [found for one in members if (found := _member(one)) is not None]
    raise Unreachable("what came is no list of members")


def _member(one: Any) -> Member | None:
    match one:
        case {"user_id": str(subject), **more} if more.get("status", "Active") == "Active":
            parts = (more.get("given_name"), more.get("family_name"))
            whole = " ".join(part for part in parts if isinstance(part, str))
            name, email = more.get("name"), more.get("email")
            listed = more.get("roles")
            roles = listed[:MAX_ROLES] if isinstance(listed, list) else []
            return Member(
                subject=subject,
                name=name if isinstance(name, str) else whole,
                email=email if isinstance(email, str) else "",
                roles=tuple(role for role in roles if isinstance(role, str)),
            )
    return None
