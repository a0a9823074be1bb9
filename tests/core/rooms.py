"""Rooms of any shape, for properties: people in every place, invitations in every state."""

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from protocol.ids import (
    AccountId,
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    NodeId,
    ParticipantId,
)
from protocol.roles import (
    Gate,
    Group,
    InvitationType,
    Origin,
    Presence,
    Right,
    Role,
    SessionState,
    StageMode,
    StagePlace,
    ViewerList,
    WaitReason,
)
from protocol.settings import EntrySettings
from protocol.views import Range, Window
from server.core.audience import Audience
from server.core.evolve.parts import put
from server.core.names import clean_name
from server.core.person import Person, person_id
from server.core.state import Connection, GuestLink, Invitation, Participant, RoomState
from tests.core.given import NOON, PERSON_KEY, SECOND, Story

IDS = [ParticipantId(f"p_{number}") for number in range(8)]
INVITED = [InvitationId(f"i_{number}") for number in range(4)]
NAMES = st.sampled_from(
    [
        "Ada",
        "ada",
        "Ångström",
        "Zoë",
        "Zoe",
        "李小龍",
        "Bo",
        "bo B",
        "ß",
        "\U0001f469\u200d\U0001f680",
    ]
) | st.text(max_size=6).map(lambda text: clean_name(text) or "Nobody")
MOMENTS = st.integers(NOON, NOON + 3 * SECOND)
LINK = LinkId("l_class")

AUDIENCES = st.sampled_from(
    [Audience.ROOM, Audience.STAFF, Audience.INVITERS, Audience.STAFF | Audience.INVITERS]
)
RANGES = st.builds(Range, first=st.integers(0, 9), count=st.integers(0, 5))
SEARCHES = st.sampled_from(["", "", "a", "ZOE", "b", "school.example", "class", "p_1", "  "])
WINDOWS = st.builds(Window, groups=st.dictionaries(st.sampled_from(Group), RANGES), search=SEARCHES)


@cache
def base() -> RoomState:
    """An open entry without anybody inside."""
    story = Story(is_open=False)
    story.starts()
    return story.state


def somebody(number: int, name: str) -> Person:
    email = f"secret.{number}@school.example"
    return Person(person_id(email, PERSON_KEY), name, email)


@st.composite
def participants(draw: st.DrawFn, one: ParticipantId) -> Participant:
    """Somebody who could be in a room, in one of the places where people can be."""
    number = IDS.index(one)
    presence = draw(st.sampled_from(Presence))
    gate = draw(st.sampled_from([None, None, None, Gate.COUNTDOWN, Gate.WAITING_ROOM]))
    is_active = gate is None and presence is not Presence.LEFT
    stage = draw(st.sampled_from(StagePlace)) if is_active else StagePlace.OFF
    has_microphone_on = stage is StagePlace.ON and draw(st.booleans())
    fields: dict[str, Any] = {
        "gate": gate,
        "wait_reason": draw(st.sampled_from(WaitReason)) if gate is Gate.WAITING_ROOM else None,
        "waiting_since": draw(MOMENTS) if gate is Gate.WAITING_ROOM else None,
        "presence": presence,
        "hand_raised_at": draw(st.none() | MOMENTS) if is_active else None,
        "stage": stage,
        "stage_since": None if stage is StagePlace.OFF else draw(MOMENTS),
        "has_microphone_on": has_microphone_on,
        "silent_since": NOON if stage is StagePlace.ON and not has_microphone_on else None,
        "has_camera_on": stage is StagePlace.ON and draw(st.booleans()),
    }
    if presence is Presence.PRESENT:
        connection = Connection(
            id=ConnectionId(f"k_{number}"),
            node_id=NodeId("n_1"),
            device_id=DeviceId(f"d_{number}"),
        )
        fields |= {"connections": (connection,)}
    elif presence is not Presence.LEFT:
        fields["expires_at"] = NOON + SECOND
    elif draw(st.booleans()):
        fields["kept_out"] = "removed"
    if gate is None and presence in (Presence.PRESENT, Presence.RECONNECTING):
        fields["present_since"] = NOON
    origin = draw(st.sampled_from(Origin))
    if origin is Origin.GUEST_LINK:
        fields |= {"link_id": LINK, "link_generation": 1}
    elif origin is Origin.ACCOUNT:
        fields["account_id"] = AccountId(f"a_{number}")
    elif number < len(INVITED):
        fields["invitation_id"] = INVITED[number]
    return Participant(
        id=one,
        person=somebody(number, draw(NAMES)),
        origin=origin,
        role=draw(st.sampled_from(Role)),
        granted=draw(st.frozensets(st.sampled_from([Right.ADMIT, Right.SEE_STAFF]), max_size=1)),
        device_id=DeviceId(f"d_{number}"),
        joined_at=draw(MOMENTS),
        **fields,
    )


@st.composite
def invitations(draw: st.DrawFn, one: InvitationId) -> Invitation:
    number = INVITED.index(one)
    return Invitation(
        id=one,
        person=somebody(number, draw(NAMES)),
        invitation_type=draw(st.sampled_from(InvitationType)),
        created_at=draw(MOMENTS),
        valid_until=draw(st.none() | MOMENTS),
        invited_by=Person(
            person_id("secret.boss@school.example", PERSON_KEY), "Boss", "secret.b@x"
        ),
        mail=draw(st.sampled_from(["", "sent", "delivered", "bounced"])),
        opened_at=draw(st.none() | MOMENTS),
        revoked_at=draw(st.none() | MOMENTS),
        participant_id=IDS[number] if draw(st.booleans()) else None,
    )


@st.composite
def rooms(draw: st.DrawFn) -> RoomState:
    """A room of up to eight people and four invitations."""
    state = base()
    assert state.entry is not None
    assert state.session is not None
    settings = EntrySettings(
        viewer_list=draw(st.sampled_from(ViewerList)), names_up_to=draw(st.integers(0, 6))
    )
    session = replace(
        state.session,
        is_locked=draw(st.booleans()),
        is_hard_muted=draw(st.booleans()),
        stage_mode=draw(st.sampled_from(StageMode)),
        state=draw(st.sampled_from([SessionState.OPEN, SessionState.OPEN, SessionState.EARLY])),
    )
    link = GuestLink(id=LINK, name=draw(NAMES), created_at=NOON)
    state = replace(
        state,
        entry=replace(state.entry, settings=settings, name=draw(NAMES)),
        session=session,
        links=state.links.set(LINK, link),
    )
    for one in draw(st.lists(st.sampled_from(IDS), unique=True)):
        participant = draw(participants(one))
        state = put(state, participant)
        if participant.account_id is not None:
            by_account = state.by_account.set(participant.account_id, one)
            state = replace(state, by_account=by_account)
    for which in draw(st.lists(st.sampled_from(INVITED), unique=True)):
        invitation = draw(invitations(which))
        state = replace(
            state,
            invitations=state.invitations.set(which, invitation),
            invited=state.invited.set(invitation.person.id, which),
        )
    return state


@st.composite
def pairs(draw: st.DrawFn) -> tuple[RoomState, RoomState]:
    """Two rooms; often the second is the first after a few things have changed."""
    first = draw(rooms())
    if draw(st.booleans()):
        return first, draw(rooms())
    second = first
    for one in draw(st.lists(st.sampled_from(IDS), max_size=3, unique=True)):
        second = put(second, draw(participants(one)))
    for which in draw(st.lists(st.sampled_from(INVITED), max_size=2, unique=True)):
        second = replace(
            second, invitations=second.invitations.set(which, draw(invitations(which)))
        )
    return first, second
