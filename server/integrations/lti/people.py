"""The people of courses as accounts: who they are here, and who they are to their platform."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from protocol.ids import AccountId
from protocol.lti import PlatformView
from protocol.roles import Role
from server.core.person import Person
from server.edge.ports import Directory
from server.integrations.calls import Unreachable
from server.integrations.identities import Way, account_of, person_of, short_id
from server.integrations.lti.messages import LaunchMessage
from server.integrations.lti.roles import role_of, table_of
from server.integrations.lti.services import Services
from server.store.interface import Put, Store, StoreError
from server.store.sealing import Sealer

log = logging.getLogger(__name__)

Settle = Callable[[LaunchMessage, Mapping[AccountId, Role], int], Awaitable[None]]
"""Told what the members of a course are in it, by account, and when their list was asked for."""

SUBJECTS = "lti_subject"
MAX_MEMBERS = 20_000
"""Of one course that are remembered. By a longer list, which is not known whole, nobody loses a
part."""
READ_AGAIN_S = 600.0
"""The members of a course are read no oftener."""
WAITING = 200


class People:
    """Accounts of people who come from platforms.

    Args:
        directory: knows accounts.
        store: keeps what the platform calls a person, for scores.
        sealer: seals that under the person's key, so that erasing them erases it too.
        services: reads the members of courses.
        person_key: from which ids are derived.
        clock, monotonic: ms UTC; seconds.
        settle: told of the list of a course when it was read to its end.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        store: Store,
        sealer: Sealer,
        services: Services,
        person_key: bytes,
        clock: Callable[[], int],
        monotonic: Callable[[], float],
        settle: Settle,
    ) -> None:
        """Know nobody yet."""
        self._directory = directory
        self._store = store
        self._sealer = sealer
        self._services = services
        self._key = person_key
        self._clock = clock
        self._monotonic = monotonic
        self._read_at: dict[str, float] = {}
        self._settle = settle
        self._waiting: asyncio.Queue[tuple[PlatformView, LaunchMessage]] = asyncio.Queue(WAITING)

    async def known(
        self, platform: PlatformView, deployment: str, subject: str, name: str, email: str
    ) -> tuple[AccountId, Person]:
        """Remember somebody. Their address counts only where the platform is trusted for it.

        They are known from that deployment: several schools may share an issuer, and a client
        id as well, and must not find each other's people.
        """
        account = account_of(Way.LTI, platform.issuer, subject, self._key)
        believed = email if platform.trusts_email else ""
        person = person_of(account, name, believed, self._key)
        place = short_id("lti", self._key, platform.platform_id, deployment)
        await self._directory.remember(account, person, place)
        kept = await self._sealer.seal_person(Person(person.id, subject))
        await self._store.put([Put(table=SUBJECTS, key=account, value=kept)])
        return account, person

    async def subject(self, account: AccountId) -> str | None:
        """Say what their platform calls somebody; None when unknown or erased."""
        stored = await self._store.get(SUBJECTS, account, 0)
        if stored is None:
            return None
        person = await self._sealer.open_person(stored)
        return None if person.is_erased else person.name

    def read_members(self, platform: PlatformView, message: LaunchMessage) -> None:
        """Have the members of a course read soon; nobody waits for that."""
        url = message.members_url
        last = self._read_at.get(url, float("-inf"))
        if not url or self._monotonic() - last < READ_AGAIN_S or self._waiting.full():
            return
        if len(self._read_at) > MAX_MEMBERS:
            self._read_at.clear()
        self._read_at[url] = self._monotonic()
        self._waiting.put_nowait((platform, message))

    async def run(self) -> None:
        """Read the members of one course after the other, until cancelled."""
        while True:
            platform, message = await self._waiting.get()
            try:
                count = await self._read(platform, message)
                log.info("platform %s: %d members of a course read", platform.platform_id, count)
            except (Unreachable, StoreError) as fault:
                log.warning(
                    "platform %s: members of a course not read: %s", platform.platform_id, fault
                )
            except Exception:
                log.exception("the members of a course could not be read")

    async def _read(self, platform: PlatformView, message: LaunchMessage) -> int:
        asked_at = self._clock()
        roles: dict[AccountId, Role] = {}
        table = table_of(platform.roles)
        count = 0
        async for member in self._services.members(platform, message.members_url):
            if count == MAX_MEMBERS:
                log.warning(
                    "platform %s: a course has more than %d members; the rest is not read, and "
                    "nobody loses a part",
                    platform.platform_id,
                    count,
                )
                return count
            # Whoever was erased is known again when they come themselves, not because a list
            # still has them.
            if not await self._was_erased(platform, member.subject):
                await self.known(
                    platform, message.deployment, member.subject, member.name, member.email
                )
            account = account_of(Way.LTI, platform.issuer, member.subject, self._key)
            roles[account] = role_of(member.roles, table)
            count += 1
        asked_by = account_of(Way.LTI, platform.issuer, message.subject, self._key)
        if asked_by in roles and roles[asked_by].is_staff:
            # A list in which the teacher for whom it was read is none, or is not, says nothing.
            await self._settle(message, roles, asked_at)
        return count

    async def _was_erased(self, platform: PlatformView, subject: str) -> bool:
        account = account_of(Way.LTI, platform.issuer, subject, self._key)
        stored = await self._store.get(SUBJECTS, account, 0)
        return stored is not None and (await self._sealer.open_person(stored)).is_erased
