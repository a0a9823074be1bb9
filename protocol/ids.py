"""Identifiers, each with a type of its own so that one cannot stand in for another."""

from typing import Annotated, NewType, TypeVar

from pydantic import StringConstraints

RoomId = NewType("RoomId", str)
"""The room of one entry; an entry and its room share the id."""
SessionId = NewType("SessionId", str)
"""One sitting of a room: `<room id>.<suffix>`, so that the room can be read off it."""
ParticipantId = NewType("ParticipantId", str)
ConnectionId = NewType("ConnectionId", str)
AccountId = NewType("AccountId", str)
"""The subject under which a platform signs a person in."""
PersonId = NewType("PersonId", str)
"""Whose key seals a piece of personal data; erasing the person forgets that key."""
DeviceId = NewType("DeviceId", str)
LinkId = NewType("LinkId", str)
InvitationId = NewType("InvitationId", str)
BlockId = NewType("BlockId", str)
CommandId = NewType("CommandId", str)
NodeId = NewType("NodeId", str)

ID_PATTERN = r"^[A-Za-z0-9_.@:+-]{1,80}$"
"""No braces (they would break a Redis hash tag), no spaces, no separators of paths."""

IdT = TypeVar("IdT")
Checked = Annotated[IdT, StringConstraints(pattern=ID_PATTERN)]
"""`Checked[LinkId]` is a link id that arrived from outside and has the shape of an id."""


def room_of(session: SessionId) -> RoomId:
    """Read the room off a session id.

    Example:
        >>> room_of(SessionId("e_7f3a.k2"))
        'e_7f3a'
    """
    return RoomId(session.partition(".")[0])
