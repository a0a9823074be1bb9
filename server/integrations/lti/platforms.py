"""The learning platforms that are registered, kept in the store."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from protocol.errors import ErrorCode
from protocol.lti import PlatformForm, PlatformView
from protocol.roles import Role
from server.edge.origins import origin_of
from server.edge.replies import Denied
from server.integrations.identities import short_id
from server.integrations.lti.roles import table_of
from server.store.interface import Put, Store

TABLE = "lti_platform"
MAX_PLATFORMS = 1_000
FRESH_S = 5.0
"""How soon a platform registered at another node is listed at this one. Launches that say their
client id work at once."""

_ADDRESSES = ("issuer", "authorize_url", "token_url", "keys_url")
_SHAPE = TypeAdapter(PlatformView)


class Platforms:
    """The registered platforms.

    Args:
        store: of the whole server.
        key: from which ids are derived: the same issuer and client id, the same platform.
        clock: ms UTC.
        monotonic: seconds.
    """

    def __init__(
        self,
        store: Store,
        key: bytes,
        clock: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        """Read nothing yet."""
        self._store = store
        self._key = key
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[str, PlatformView] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of the platforms last known, which may show us in a frame."""
        found = {origin for one in self._known.values() for origin in origins_of(one)}
        return tuple(sorted(found))

    async def all(self) -> dict[str, PlatformView]:
        """Give every platform by its id, as it was at most some seconds ago."""
        async with self._reading:
            if self._monotonic() - self._read_at > FRESH_S:
                found = await self._store.scan(TABLE, self._clock(), limit=MAX_PLATFORMS)
                self._known = {key: _SHAPE.validate_json(value) for key, value in found}
                self._read_at = self._monotonic()
        return self._known

    async def get(self, platform_id: str) -> PlatformView:
        """Get a platform as it is now.

        Raises:
            Denied: `lti_platform_unknown`.
        """
        stored = await self._store.get(TABLE, platform_id, self._clock())
        if stored is None:
            raise Denied(ErrorCode.LTI_PLATFORM_UNKNOWN)
        one = _SHAPE.validate_json(stored)
        # The page that follows may be shown in its frames, whichever node it was registered at.
        self._known = {**self._known, platform_id: one}
        return one

    async def called(self, issuer: str, client_id: str) -> PlatformView:
        """Find the platform that begins a launch.

        Args:
            issuer: names it.
            client_id: may be empty, where the issuer is registered once.

        Raises:
            Denied: `lti_platform_unknown`; also when it is not clear which one is meant.
        """
        if client_id:
            # As it is now: who has just registered may meet another node at once.
            return await self.get(short_id("l", self._key, issuer, client_id))
        found = [one for one in (await self.all()).values() if one.issuer == issuer]
        if len(found) != 1:
            raise Denied(ErrorCode.LTI_PLATFORM_UNKNOWN)
        return found[0]

    async def put(self, form: PlatformForm, *, is_new: bool = False) -> PlatformView:
        """Register a platform, or change what is registered.

        Args:
            form: as an operator has it, or as the platform describes itself.
            is_new: nothing that is registered is to be changed.

        Raises:
            Denied: `bad_request` for a role that nobody can have at once, or an address that is
                not of one host; `conflict` when there are too many, or it is not new.
        """
        _refuse_odd_addresses(form)
        if Role.SPEAKER in form.roles.values():
            raise Denied(ErrorCode.BAD_REQUEST, where="roles")
        platform_id = short_id("l", self._key, form.issuer, form.client_id)
        known = await self.all()
        if platform_id not in known and len(known) >= MAX_PLATFORMS:
            raise Denied(ErrorCode.CONFLICT)
        before = known.get(platform_id)
        given = form.model_dump()
        given["name"] = form.name or urlsplit(form.issuer).hostname or form.issuer
        given["return_origins"] = tuple(origin_of(one) for one in form.return_origins)
        made = PlatformView(
            **given,
            platform_id=platform_id,
            added_at=before.added_at if before else self._clock(),
        )
        if not await self._write(platform_id, _SHAPE.dump_json(made), if_absent=is_new):
            raise Denied(ErrorCode.CONFLICT)
        return made

    async def remove(self, platform_id: str) -> None:
        """Forget a platform; its rooms and people stay, and launches are refused at once.

        Raises:
            Denied: `lti_platform_unknown`.
        """
        await self.get(platform_id)
        await self._write(platform_id, None)

    async def _write(
        self, platform_id: str, value: bytes | None, *, if_absent: bool = False
    ) -> bool:
        put = Put(table=TABLE, key=platform_id, value=value, if_absent=if_absent)
        is_put = await self._store.put([put])
        self._read_at = float("-inf")
        await self.all()
        return is_put


def shown(platform: PlatformView) -> PlatformView:
    """Show a platform with the whole of its table of roles."""
    return platform.model_copy(update={"roles": table_of(platform.roles)})


def origins_of(platform: PlatformView) -> frozenset[str]:
    """Name the origins of a platform: where it is, where it signs in, and what was added."""
    named = (platform.issuer, platform.authorize_url, *platform.return_origins)
    return frozenset(origin_of(one) for one in named) - {""}


def _refuse_odd_addresses(form: PlatformForm) -> None:
    """Let nothing in that is no origin: the origins of platforms stand in policies of pages.

    Raises:
        Denied: `bad_request`.
    """
    named = {field: [getattr(form, field)] for field in _ADDRESSES}
    for field, urls in {**named, "return_origins": form.return_origins}.items():
        if not all(origin_of(url) for url in urls):
            raise Denied(ErrorCode.BAD_REQUEST, where=field)


def refuse_foreign_return(platform: PlatformView, url: str) -> None:
    """Let a choice be sent nowhere but to the platform itself.

    Raises:
        Denied: `lti_return_refused`.
    """
    if origin_of(url) not in origins_of(platform):
        raise Denied(ErrorCode.LTI_RETURN_REFUSED)
