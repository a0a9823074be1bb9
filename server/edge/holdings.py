"""Everything that the server holds about one person: found, shown, and forgotten.

Rooms that nobody looks at are read beside the hub, so that a search does not open them all.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Set
from dataclasses import dataclass, field

from protocol.errors import ErrorCode
from protocol.ids import AccountId, PersonId, RoomId
from protocol.people import HeldAccount, HeldMail, PersonErased, PersonHeld
from server.core import orders as o
from server.core.actors import Actor
from server.core.attendance import Attendance
from server.core.person import Person, blank
from server.core.rules.erasure import people_in
from server.core.state import RoomState
from server.edge.held import held_in
from server.edge.ports import Directory, Outbox, Post
from server.edge.replies import Denied, settled
from server.hub.audit_rows import Damaged, audit_lines_kept
from server.hub.draft import ATTENDANCE
from server.hub.hub import Hub
from server.hub.replica import Replica
from server.store.erasures import Erasures

ENTRIES_AT_ONCE = 500
RECORDS_AT_ONCE = 20


@dataclass(slots=True)
class Subject:
    """Who is looked for, and by what they were found so far."""

    person_ids: set[PersonId]
    account_id: AccountId | None = None
    people: set[Person] = field(default_factory=set)

    def note(self, people: Iterable[Person]) -> None:
        """Remember under which names and addresses somebody stands."""
        self.people.update(one for one in people if one.id in self.person_ids and not one.is_erased)


class Holdings:
    """Finds a person in accounts, rooms, records and mails."""

    def __init__(
        self,
        *,
        hub: Hub,
        directory: Directory,
        erasures: Erasures,
        post: Post,
        outbox: Outbox | None,
    ) -> None:
        """Take the places where people are."""
        self._hub = hub
        self._directory = directory
        self._erasures = erasures
        self._post = post
        self._outbox = outbox
        # Both read everything there is; two at once would only take longer.
        self._one_at_a_time = asyncio.Lock()

    async def held(self, subject: Subject) -> PersonHeld:
        """Collect everything. Cost: reads every log and record of the server.

        Raises:
            StoreError: something cannot be read now.
        """
        async with self._one_at_a_time:
            accounts = await self._accounts(subject)
            entries = []
            async for room, state in self._states():
                records = [one async for one in self._records(room)]
                lines = await self._lines(room, subject.person_ids)
                found = held_in(state, records, subject.person_ids, lines)
                if found is not None:
                    entries.append(found)
                subject.note(people_in(state))
            return PersonHeld(
                person_ids=tuple(sorted(subject.person_ids)),
                at=self._hub.world.clock(),
                accounts=tuple(
                    HeldAccount(account_id=one, name=who.name, email=who.email)
                    for one, who in accounts
                ),
                entries=tuple(entries),
                mails=await self._mails(subject),
            )

    async def erase(self, subject: Subject, actor: Actor) -> PersonErased:
        """Forget somebody, everywhere. It can be cut short and done again.

        The order matters: the keys go last, because whoever writes a name after that brings
        the person back (docs/decisions/009-erasing-a-person.md).

        Raises:
            Denied: a room did not take it now; do it again.
            StoreError: the same.
        """
        async with self._one_at_a_time:
            accounts = await self._accounts(subject)
            for account_id, _ in accounts:
                await self._directory.forget(account_id)
            rooms: dict[RoomId, bool] = {}
            async for room, state in self._states():
                found = [one for one in people_in(state) if one.id in subject.person_ids]
                if found:
                    subject.note(found)
                    rooms[room] = any(not one.is_erased for one in found)
            for room in rooms:
                # Also where they are erased already: a try before this one may have been cut
                # short between that and the checkpoint.
                await self._erase_in(room, subject, actor)
            mails = await self._forget_mails(subject)
            for person_id in sorted(subject.person_ids):
                await self._erasures.erase(person_id)
            return PersonErased(
                person_ids=tuple(sorted(subject.person_ids)),
                entries=sum(rooms.values()),
                accounts=len(accounts),
                mails=mails,
            )

    async def _erase_in(self, room: RoomId, subject: Subject, actor: Actor) -> None:
        order = o.ErasePeople(person_ids=tuple(sorted(subject.person_ids)))
        settled(await self._hub.ask(room, order, actor))
        opened = await self._hub.room(room)
        # Only when no record and no older checkpoint can be written again, the key may go.
        if opened is None or not await opened.save_checkpoint():
            raise Denied(ErrorCode.OVERLOADED)

    async def _accounts(self, subject: Subject) -> list[tuple[AccountId, Person]]:
        found = [
            (account_id, person)
            async for account_id, person in self._directory.accounts()
            if person.id in subject.person_ids or account_id == subject.account_id
        ]
        subject.person_ids |= {person.id for _, person in found}
        subject.note(person for _, person in found)
        if subject.account_id is not None:
            # Rooms may know the account by an address that it had before.
            async for _, state in self._states():
                _know(subject, state)
        return found

    async def _states(self) -> AsyncIterator[tuple[RoomId, RoomState]]:
        """Read every room there is, from memory where it is open."""
        after = ""
        while rooms := await self._directory.entries(after, ENTRIES_AT_ONCE):
            for room in rooms:
                opened = {one.id: one for one in self._hub.rooms if one.is_loaded}.get(room)
                if opened is not None:
                    yield room, opened.state
                    continue
                replica = Replica(room, self._hub.stores.journal)
                await replica.load()
                yield room, replica.state
            after = rooms[-1]

    async def _records(self, room: RoomId) -> AsyncIterator[Attendance]:
        """Read the records of the sessions of a room that are over."""
        stores, after = self._hub.stores, f"{room} "
        while True:
            page = await stores.store.scan(
                ATTENDANCE, self._hub.world.clock(), after=after, limit=RECORDS_AT_ONCE
            )
            for key, stored in page:
                if not key.startswith(f"{room} "):
                    return
                yield await stores.attendance.unpack(stored)
            if not page:
                return
            after = page[-1][0]

    async def _lines(self, room: RoomId, ids: Set[PersonId]) -> int:
        """Count the lines of a room's audit log that name somebody."""
        count = 0
        async for line in audit_lines_kept(room, self._hub.stores, self._hub.world.clock()):
            if isinstance(line, Damaged):
                continue  # It names nobody any more; the check of the log reports it.
            people = (label.person for label in (line.by, *line.about))
            count += any(one and one.id in ids and not one.is_erased for one in people)
        return count

    async def _mails(self, subject: Subject) -> tuple[HeldMail, ...]:
        if self._outbox is None:
            return ()
        addresses = {one.email for one in subject.people}
        return tuple(
            HeldMail(subject=mail.subject, text=mail.text, at=mail.at)
            for mail in await self._outbox.mails()
            if mail.to in addresses
        )

    async def _forget_mails(self, subject: Subject) -> int:
        dropped = 0
        for person in subject.people:
            self._post.forget(person)
            if self._outbox is not None:
                dropped += await self._outbox.forget(person)
        for person_id in subject.person_ids:
            self._post.forget(blank(Person(person_id)))
        return dropped


def _know(subject: Subject, state: RoomState) -> None:
    """Add the addresses under which a room knows an account."""
    if subject.account_id is None:
        return
    part = state.collaborators.get(subject.account_id)
    inside = state.by_account.get(subject.account_id)
    if part is not None:
        subject.person_ids.add(part.person.id)
    if inside is not None:
        subject.person_ids.add(state.participants[inside].person.id)
