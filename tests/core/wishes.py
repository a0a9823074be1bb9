"""Any command at all, about people and things that exist, existed, or never did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from hypothesis import strategies as st

from protocol import commands as c
from protocol.commands import Command
from protocol.content import Caption
from protocol.roles import (
    BlockBy,
    DevicePolicy,
    EntryKind,
    InvitationType,
    Part,
    Right,
    Role,
    StageMode,
)
from protocol.settings import EntrySettings
from server.core.state import RoomState
from tests.core import quizzes

COMMANDS: tuple[type[Command], ...] = get_args(get_args(Command)[0])
"""Every command of the closed union."""

NOBODY = "x_nobody"
"""An id of the right shape that is nobody's."""


@dataclass(frozen=True)
class Known:
    """The ids that one can come across in a room, and what was typed there."""

    participants: Sequence[str]
    links: Sequence[str]
    invitations: Sequence[str]
    blocks: Sequence[str]
    accounts: Sequence[str]
    emails: Sequence[str]
    now: int

    @classmethod
    def of(cls, state: RoomState, now: int, emails: Sequence[str] = ()) -> "Known":
        """Collect them from a state, in the order in which they came to be."""
        people = sorted(state.participants.values(), key=lambda p: (p.joined_at, p.id))
        return cls(
            participants=[p.id for p in people],
            links=sorted(state.links),
            invitations=sorted(state.invitations),
            blocks=sorted(state.blocks),
            accounts=sorted(state.collaborators),
            emails=emails,
            now=now,
        )


Draw = Callable[[st.SearchStrategy[Any]], Any]

SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "stage_mode": st.sampled_from(StageMode),
        "stage_capacity": st.integers(1, 3),
        "moderators_may_invite": st.booleans(),
        "approve_guests": st.booleans(),
        "guests_may_rename": st.booleans(),
        "code_on_first_use": st.booleans(),
        "device_policy": st.sampled_from(DevicePolicy),
        "capacity": st.integers(1, 12),
        "reserved_seats": st.integers(0, 3),
        "names_up_to": st.integers(0, 4),
        "opens_by_itself": st.booleans(),
        "host_absent_s": st.integers(10, 900),
    },
)
NAMES = st.sampled_from(["Ada", "Bo", "Élodie", "李", "=1+1", "\u200b"])
RIGHTS = st.lists(st.sampled_from(Right), max_size=3, unique=True).map(tuple)


CAPTION = Caption(language="en", label="English", url="/intro.vtt")


def _ids(known: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*known, NOBODY])


def _fields(known: Known) -> dict[str, st.SearchStrategy[Any]]:
    """Give a strategy for each field of any command, by its name."""
    moments = st.none() | st.integers(-5, 5).map(lambda hours: known.now + hours * 3_600_000)
    invitee = st.builds(
        c.Invitee, email=st.sampled_from([*known.emails, "new@school.example", "not an address"])
    )
    return {
        "participant_id": _ids(known.participants),
        "participant_ids": st.lists(_ids(known.participants), min_size=1, max_size=4).map(tuple),
        "link_id": _ids(known.links),
        "invitation_id": _ids(known.invitations),
        "block_id": _ids(known.blocks),
        "account_id": _ids(known.accounts),
        "email": st.sampled_from([*known.emails, "nobody@school.example"]),
        "name": NAMES,
        "text": st.sampled_from(["", "A moment, please."]),
        "message": st.just("Come in."),
        "description": st.just("All about groups."),
        "content_url": st.sampled_from(["", "/intro.mp4", "javascript:alert(1)"]),
        "captions": st.sampled_from([(), (CAPTION,)]),
        "language": st.just("en"),
        "kind": st.sampled_from(EntryKind),
        "owner": st.none(),
        "starts_at": moments,
        "ends_at": moments,
        "settings": SETTINGS.map(lambda given: EntrySettings(**given)),
        "only": st.lists(
            st.sampled_from(sorted(EntrySettings.model_fields)), min_size=1, max_size=4
        ).map(tuple),
        "part": st.sampled_from(Part),
        "uses": st.none() | st.integers(1, 3),
        "days": st.none() | st.integers(1, 3),
        "minutes": st.integers(1, 600),
        "valid_minutes": st.none() | st.integers(1, 600),
        "invitees": st.lists(invitee, min_size=1, max_size=3).map(tuple),
        "invitation_type": st.sampled_from(InvitationType),
        "mode": st.sampled_from(StageMode),
        "role": st.sampled_from(Role),
        "granted": RIGHTS,
        "revoked": RIGHTS,
        "quiz": quizzes.QUIZZES,
        "based_on": st.integers(0, 2),
        "version": st.integers(1, 3),
        "answers": quizzes.ANSWERS,
        "by": st.lists(st.sampled_from(BlockBy), min_size=1, max_size=4, unique=True).map(tuple),
    }


def a_command(draw: Draw, known: Known, kind: type[Command] | None = None) -> Command:
    """Draw a command: required fields always, others now and then."""
    chosen = draw(st.sampled_from(COMMANDS)) if kind is None else kind
    strategies = _fields(known)
    values: dict[str, Any] = {}
    for name, field in chosen.model_fields.items():
        if name == "type" or not (field.is_required() or draw(st.booleans())):
            continue
        strategy = strategies.get(name, st.booleans())
        value = draw(strategy)
        if value is None and field.is_required():
            value = 1
        values[name] = value
    return chosen(**values)
