"""Launches that were found good and wait for the browser to show its key. Each works once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import TypeAdapter

from protocol.errors import ErrorCode
from server.edge.browser_keys import is_key_of
from server.edge.replies import Denied
from server.integrations.lti.messages import LaunchMessage
from server.integrations.lti.tool_keys import unlocked
from server.store.interface import Corrupt, Put, Store
from server.store.masterkeys import SecretKey

TABLE = "lti_launch"
KEPT_MS = 30 * 60_000
"""As long as somebody may take to choose a room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A good launch, and the hash of the key of the browser in which it began."""

    message: LaunchMessage
    key_hash: str


_LAUNCH = TypeAdapter(Launch)


class Launches:
    """Keeps launches in the store, locked: there are names and addresses in them.

    Args:
        store: of the whole server.
        ring: the first key locks, all unlock.
        clock: ms UTC.
    """

    def __init__(self, store: Store, ring: tuple[bytes, ...], clock: Callable[[], int]) -> None:
        """Keep nothing yet."""
        self._store = store
        self._ring = tuple(SecretKey(secret) for secret in ring)
        self._clock = clock

    async def keep(self, launch: Launch) -> str:
        """Keep a launch; return its name, which cannot be guessed."""
        name = secrets.token_urlsafe(24)
        value = self._ring[0].lock(_LAUNCH.dump_json(launch), name)
        until = self._clock() + KEPT_MS
        await self._store.put([Put(table=TABLE, key=name, value=value, expires_at=until)])
        return name

    async def shown(self, name: str, key: str) -> LaunchMessage:
        """Look at a launch, from the browser in which it began.

        Raises:
            Denied: `lti_launch_invalid`, `lti_other_browser`.
        """
        stored = await self._store.get(TABLE, name, self._clock())
        if stored is None:
            raise Denied(ErrorCode.LTI_LAUNCH_INVALID)
        try:
            launch = _LAUNCH.validate_json(unlocked(self._ring, stored, name))
        except Corrupt:
            raise Denied(ErrorCode.LTI_LAUNCH_INVALID) from None
        if not is_key_of(key, launch.key_hash):
            raise Denied(ErrorCode.LTI_OTHER_BROWSER)
        return launch.message

    async def spend(self, name: str) -> None:
        """Use a launch up.

        Raises:
            Denied: `lti_launch_invalid`, when it was used already.
        """
        until = self._clock() + KEPT_MS
        spent = Put(table=TABLE, key=f"{name} spent", value=b"1", expires_at=until, if_absent=True)
        if not await self._store.put([spent, Put(table=TABLE, key=name, value=None)]):
            raise Denied(ErrorCode.LTI_LAUNCH_INVALID)
