"""Parts that were given by a launch, and go when the course does not say them any more.

Whoever was a teacher and is one no longer would otherwise keep the room for good: nothing else
takes a part away from somebody who does not come by a launch again.
"""

from collections.abc import Callable, Mapping

from protocol import commands as c
from protocol.ids import AccountId, RoomId
from protocol.roles import Part, Role
from server.core import orders as o
from server.core.actors import SERVER
from server.core.rights import PART_ROLES
from server.core.state import Collaborator
from server.hub.asks import Settled
from server.hub.hub import Hub
from server.integrations.lti.courses import Courses
from server.integrations.lti.messages import LaunchMessage
from server.integrations.lti.roles import ROLE_PARTS
from server.store.interface import Put, Store

PARTS = "lti_part"
"""Which part a launch has given, and when (ms UTC), by `<room> <account>`."""


class Rosters:
    """Holds the parts in the rooms of a course to the list of its members.

    Args:
        hub: has the rooms.
        courses: knows which are of a course.
        store: keeps which parts are of a launch: those given by hand are not touched.
        clock: ms UTC.
    """

    def __init__(self, hub: Hub, courses: Courses, store: Store, clock: Callable[[], int]) -> None:
        """Change nothing yet."""
        self._hub = hub
        self._courses = courses
        self._store = store
        self._clock = clock

    async def note(self, room: RoomId, account: AccountId, role: Role) -> None:
        """Note that a launch has given somebody the part of a role."""
        value = f"{ROLE_PARTS[role].value} {self._clock()}".encode()
        await self._store.put([Put(table=PARTS, key=f"{room} {account}", value=value)])

    async def settle(
        self, message: LaunchMessage, roles: Mapping[AccountId, Role], asked_at: int
    ) -> None:
        """Take parts away, or lower them, where the course says so. None is raised by a list.

        Args:
            message: the launch with which the list was read.
            roles: of everybody who is in the course now.
            asked_at: ms UTC; of who has come since, the list may not know.
        """
        async for room in self._courses.every_room(message):
            state = await self._hub.look(room)
            if state is None or state.entry is None or state.entry.is_deleted:
                continue
            for one in state.collaborators.values():
                role = roles.get(one.account_id)
                if one.part not in (Part.OWNER, Part.CO_VIEWER) and await self._is_by_launch(
                    room, one, asked_at
                ):
                    await self._settle_one(room, one, role)

    async def _is_by_launch(self, room: RoomId, one: Collaborator, before: int) -> bool:
        """Say whether somebody has the part that a launch gave them before a moment."""
        noted = await self._store.get(PARTS, f"{room} {one.account_id}", 0)
        part, _, at = (noted or b"").decode().partition(" ")
        return part == one.part.value and int(at or 0) < before

    async def _settle_one(self, room: RoomId, one: Collaborator, role: Role | None) -> None:
        """Do to one part what the list says; what the room does not take comes with the next."""
        if role is None:
            command = c.RemoveCollaborator(account_id=one.account_id)
            if isinstance(await self._hub.ask(room, command, SERVER), Settled):
                key = f"{room} {one.account_id}"
                await self._store.put([Put(table=PARTS, key=key, value=None)])
            return
        part = ROLE_PARTS[role]
        if PART_ROLES[part].rank < PART_ROLES[one.part].rank and not one.person.is_erased:
            order = o.GrantPart(
                account_id=one.account_id,
                name=one.person.name,
                email=one.person.email,
                part=part,
            )
            if isinstance(await self._hub.ask(room, order, SERVER), Settled):
                await self.note(room, one.account_id, role)
