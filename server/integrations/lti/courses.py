"""Which room belongs to which course, and which activity leads to which room.

A room that a launch has made belongs to the course in which it was made, for good. Whatever a
launch says of a room is compared with that: the parameters of an activity can be edited in the
platform, so naming a room there must not be enough to come into it.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from pydantic import TypeAdapter

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import AccountId, RoomId
from protocol.lti import CourseRoom
from protocol.roles import EntryKind
from server.core.actors import SERVER
from server.core.decide import Rejected
from server.core.names import clean_name
from server.edge.entry_count import EntryCount
from server.edge.replies import Denied
from server.hub.hub import Hub
from server.integrations.identities import Way, account_of, person_of, short_id
from server.integrations.lti.messages import LaunchMessage
from server.store.interface import Put, Store

ROOMS = "lti_room"
LINKS = "lti_link"
BY_COURSE = "lti_course_room"
MAX_ROOMS = 200
"""Rooms of one course that can be chosen from, those that were deleted included."""
MAX_LINE_ITEMS = 20
"""Of the activities that lead to one room; the newest stay."""
UNTITLED = "Room"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseEntry:
    """A room's course.

    Args:
        line_items: of the activities that lead to the room: where scores go.
    """

    platform_id: str
    deployment: str
    course_id: str
    line_items: tuple[str, ...] = ()


_ENTRY = TypeAdapter(CourseEntry)


class Courses:
    """Rooms and activities of courses.

    Args:
        hub: makes the rooms.
        store: keeps what belongs to what.
        key: from which ids are derived; nobody can foretell or occupy them.
        clock: ms UTC.
    """

    def __init__(self, hub: Hub, store: Store, key: bytes, clock: Callable[[], int]) -> None:
        """Read nothing yet."""
        self._hub = hub
        self._store = store
        self._key = key
        self._clock = clock

    def course_of(self, message: LaunchMessage) -> str:
        """Name the course of a launch."""
        return short_id("c", self._key, message.platform_id, message.deployment, message.context)

    async def entry(self, room: RoomId) -> CourseEntry | None:
        """Say to which course a room belongs; None for a room that no launch has made."""
        stored = await self._store.get(ROOMS, room, self._clock())
        return None if stored is None else _ENTRY.validate_json(stored)

    async def rooms(self, message: LaunchMessage) -> tuple[CourseRoom, ...]:
        """List the rooms of a course that can be chosen and are not deleted, by name."""
        rooms = []
        for room in await self._some(self.course_of(message), after=""):
            name = await self._name_of(room)
            if name is not None:
                rooms.append(CourseRoom(entry_id=room, name=name))
        return tuple(sorted(rooms, key=lambda one: (one.name, one.entry_id)))

    async def every_room(self, message: LaunchMessage) -> AsyncIterator[RoomId]:
        """Go through all rooms of a course, also those that are too many to be chosen from."""
        course_id, after = self.course_of(message), ""
        while found := await self._some(course_id, after):
            for room in found:
                yield room
            after = found[-1]

    async def _some(self, course_id: str, after: str) -> list[RoomId]:
        """List as many rooms of a course as can be chosen from, by id, from behind one."""
        found = await self._store.scan(
            BY_COURSE, self._clock(), after=f"{course_id} {after}", limit=MAX_ROOMS
        )
        keys = (key.partition(" ") for key, _ in found)
        return [RoomId(room) for owner, _, room in keys if owner == course_id]

    async def owned(self, room: str, message: LaunchMessage) -> RoomId | None:
        """Let a room pass that belongs to the course of a launch and is not deleted."""
        if not room or (known := await self.entry(RoomId(room))) is None:
            return None
        is_here = known.course_id == self.course_of(message)
        return RoomId(room) if is_here and await self._name_of(RoomId(room)) is not None else None

    async def room_for(
        self, message: LaunchMessage, entries: EntryCount, *, may_make: bool
    ) -> RoomId:
        """Find the room of an activity: the one it names, else the one it had, else a new one.

        An activity that was copied into another course names a room of the old one, and gets a
        room of its own.

        Args:
            message: the launch.
            entries: counts the entries of the site.
            may_make: the person may have a room made.

        Raises:
            Denied: `lti_no_room`, when there is none and the person may not make one.
        """
        link = short_id("r", self._key, self.course_of(message), message.link)
        stored = await self._store.get(LINKS, link, self._clock())
        room = await self.owned(message.entry_id, message)
        room = room or await self.owned(stored.decode() if stored else "", message)
        if room is None:
            if not may_make:
                raise Denied(ErrorCode.LTI_NO_ROOM)
            # After a deletion another one; at the same instant on two nodes the same one.
            room = RoomId(short_id("e", self._key, link, stored.decode() if stored else ""))
            await self.make(room, message.title, message, entries)
        await self._remember(link, room, message, before=stored)
        return room

    async def make(
        self, room: RoomId, name: str, message: LaunchMessage, entries: EntryCount
    ) -> None:
        """Make a room of a course, which owns it; once for each id.

        Raises:
            Denied: the hub's refusal; `too_large`, when there are as many as there may be.
        """
        course_id = self.course_of(message)
        course = AccountId(
            account_of(Way.LTI, message.platform_id, f"course {course_id}", self._key)
        )
        title = clean_name(message.course) or "Course"
        owner = person_of(course, title, "", self._key)
        entry = CourseEntry(
            platform_id=message.platform_id, deployment=message.deployment, course_id=course_id
        )
        # First to whom it belongs, then the room: a room without a course could be anybody's.
        value = _ENTRY.dump_json(entry)
        await self._store.put([Put(table=ROOMS, key=room, value=value, if_absent=True)])
        await self._store.put([Put(table=BY_COURSE, key=f"{course_id} {room}", value=b"1")])
        wish = c.CreateEntry(
            kind=EntryKind.GALLERY_ROOM,
            name=clean_name(name) or clean_name(message.course) or UNTITLED,
            owner=c.Owner(account_id=course, name=owner.name, email=owner.email),
        )
        async with entries.one_more():
            outcome = await self._hub.ask(room, wish, SERVER)
            if isinstance(outcome, Rejected) and outcome.code is not ErrorCode.CONFLICT:
                raise Denied.of(outcome)

    async def _remember(
        self, link: str, room: RoomId, message: LaunchMessage, before: bytes | None
    ) -> None:
        """Keep that an activity leads to a room, and where its scores go."""
        puts = []
        if before != room.encode():
            puts.append(Put(table=LINKS, key=link, value=room.encode()))
        known = await self.entry(room)
        item = message.line_item
        if known is not None and item and item not in known.line_items:
            items = (*known.line_items, item)[-MAX_LINE_ITEMS:]
            changed = CourseEntry(
                platform_id=known.platform_id,
                deployment=known.deployment,
                course_id=known.course_id,
                line_items=items,
            )
            puts.append(Put(table=ROOMS, key=room, value=_ENTRY.dump_json(changed)))
        if puts:
            await self._store.put(puts)

    async def _name_of(self, room: RoomId) -> str | None:
        state = await self._hub.look(room)
        if state is None or state.entry is None or state.entry.is_deleted:
            return None
        return state.entry.name
