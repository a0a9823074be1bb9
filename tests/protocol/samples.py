"""Small valid parts of the contract, so that a test names only what it is about."""

from protocol.commands import Command
from protocol.ids import CommandId, ConnectionId, ParticipantId, RoomId, SessionId
from protocol.messages import Do, Position, Snapshot, Welcome, You
from protocol.roles import (
    EntryKind,
    Gate,
    Group,
    Origin,
    Presence,
    Role,
    SessionState,
    StageMode,
)
from protocol.version import WIRE_VERSION
from protocol.views import Counts, GroupView, Row, SelfView, SessionView, View

SESSION_ID = SessionId("e_1.s1")


def a_row(id: str = "p1", name: str = "Ada", *, email: str | None = None) -> Row:
    return Row(
        id=ParticipantId(id),
        name=name,
        role=Role.VIEWER,
        origin=Origin.ACCOUNT,
        presence=Presence.PRESENT,
        email=email,
    )


def a_view(*rows: Row, viewers: int | None = None) -> View:
    return View(
        session=SessionView(
            session_id=SESSION_ID,
            entry_id=RoomId("e_1"),
            entry_name="Algebra",
            kind=EntryKind.ROOM,
            state=SessionState.OPEN,
            is_locked=False,
            is_hard_muted=False,
            stage_mode=StageMode.BY_REQUEST,
            stage_capacity=25,
        ),
        counts=Counts(all=len(rows), viewers=len(rows) if viewers is None else viewers),
        groups={Group.VIEWERS: GroupView(rows=rows)},
    )


def a_snapshot(*rows: Row, version: int = 1, epoch: str = "e1") -> Snapshot:
    return Snapshot(position=Position(epoch=epoch, version=version), view=a_view(*rows))


def a_welcome(*, is_resumed: bool = False, ping_ms: int = 10_000) -> Welcome:
    return Welcome(
        wire_version=WIRE_VERSION,
        session_id=SESSION_ID,
        participant_id=ParticipantId("p1"),
        connection_id=ConnectionId("k1"),
        server_time=1_700_000_000_000,
        ping_ms=ping_ms,
        is_resumed=is_resumed,
    )


def a_you(*, gate: Gate | None = None, role: Role = Role.VIEWER) -> You:
    return You(
        you=SelfView(
            participant_id=ParticipantId("p1"),
            session_id=SESSION_ID,
            entry_name="Algebra",
            name="Ada",
            role=role,
            origin=Origin.ACCOUNT,
            gate=gate,
        )
    )


def a_do(command: Command, id: str = "c1") -> Do:
    return Do(id=CommandId(id), command=command)
