"""What a platform says in a launch: the claims that count, read into one checked value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from server.integrations.signed import Untrusted

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"

VERSION = "1.3.0"
RESOURCE_LINK = "LtiResourceLinkRequest"
CHOOSE = "LtiDeepLinkingRequest"
ENTRY = "entry_id"
"""The custom parameter that names a room. It can be edited in the platform, so it is a hint."""
MAX_ROLES = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """A room is to be chosen (Deep Linking), and sent to this address with this data."""

    return_url: str
    data: str | None = None
    accepts_link: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchMessage:
    """A launch that was found good.

    Args:
        subject: the platform's id of the person.
        email: as the platform says; to be believed only where it is trusted for that.
        context: the platform's id of the course; that of the link where there is no course.
        link: the platform's id of the activity; empty while one is being made.
        entry_id: of the room that the activity names, unchecked.
        members_url: where the members of the course are listed; empty where they are not.
        line_item: where scores of this activity go; empty where none are taken.
        choosing: a room is to be chosen; None when there is one to go to.
    """

    platform_id: str
    deployment: str
    subject: str
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    roles: tuple[str, ...] = ()
    context: str
    course: str = ""
    link: str = ""
    title: str = ""
    entry_id: str = ""
    members_url: str = ""
    line_item: str = ""
    choosing: Choosing | None = None


def read_message(
    claims: Mapping[str, Any], platform_id: str, deployments: tuple[str, ...]
) -> LaunchMessage:
    """Read the claims of a launch whose signature, issuer and time are right already.

    Raises:
        Untrusted: `version`, `message`, `deployment`, or the name of a claim that is not what
            it has to be.

    Source: LTI 1.3 core, section 5.3; Deep Linking 2.0, section 4.4.
    """
    if claims.get(f"{CLAIM}version") != VERSION:
        raise Untrusted("version")
    deployment = claims.get(f"{CLAIM}deployment_id")
    if not isinstance(deployment, str) or deployment not in deployments:
        raise Untrusted("deployment")
    kind = claims.get(f"{CLAIM}message_type")
    if kind not in (RESOURCE_LINK, CHOOSE):
        raise Untrusted("message")
    link = _part(claims, f"{CLAIM}resource_link")
    link_id = _text(link, "id") if kind == RESOURCE_LINK else ""
    if kind == RESOURCE_LINK and not link_id:
        raise Untrusted("resource_link")
    context = _part(claims, f"{CLAIM}context")
    context_id = _text(context, "id")
    if not context_id and not link_id:
        raise Untrusted("context")
    grades = _part(claims, GRADES)
    scopes = grades.get("scope")
    return LaunchMessage(
        platform_id=platform_id,
        deployment=deployment,
        subject=claims["sub"],
        name=_name(claims),
        email=_text(claims, "email"),
        roles=_roles(claims),
        context=context_id or f"link {link_id}",
        course=_text(context, "title") or _text(context, "label"),
        link=link_id,
        title=_text(link, "title"),
        entry_id=_text(_part(claims, f"{CLAIM}custom"), ENTRY),
        members_url=_text(_part(claims, MEMBERS), "context_memberships_url", most=2_000),
        line_item=(
            _text(grades, "lineitem", most=2_000)
            if isinstance(scopes, list) and SCORE in scopes
            else ""
        ),
        choosing=_choosing(claims) if kind == CHOOSE else None,
    )


def _choosing(claims: Mapping[str, Any]) -> Choosing:
    settings = _part(claims, f"{DEEP_LINKING}deep_linking_settings")
    return_url = _text(settings, "deep_link_return_url", most=2_000)
    types = settings.get("accept_types")
    if not return_url or not isinstance(types, list):
        raise Untrusted("deep_linking_settings")
    # It is opaque; some platforms send an object where the standard has a string.
    data = settings.get("data")
    return Choosing(
        return_url=return_url,
        data=data if isinstance(data, str) else None,
        accepts_link="ltiResourceLink" in types,
    )


def _name(claims: Mapping[str, Any]) -> str:
    parts = (_text(claims, "given_name"), _text(claims, "family_name"))
    return _text(claims, "name") or " ".join(part for part in parts if part)


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    roles = claims.get(f"{CLAIM}roles")
    if not isinstance(roles, list):
        raise Untrusted("roles")
    return tuple(role for role in roles[:MAX_ROLES] if isinstance(role, str))


def _part(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Get a claim that is an object; an empty one when it is left out."""
    found = claims.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Untrusted(name.rpartition("/")[2])
    return found


def _text(claims: Mapping[str, Any], name: str, most: int = 255) -> str:
    """Get a text; empty for what is left out, is none, or is too long to be an id."""
    found = claims.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) and len(found) <= most else ""
