"""No sequence of calls with a viewer's credentials yields more than a viewer has.

Three people who were given nothing ask for everything there is, by every door that is theirs,
with every id in the room: ids are public knowledge. What staff have set up must stay as it is.
"""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import commands as c
from protocol.ids import DeviceId, ParticipantId
from protocol.roles import InvitationType, Part, Right, Role
from server.core.rights import ROLE_RIGHTS, rights_of, rights_of_participant
from server.core.state import RoomState
from tests.core.given import MINUTE, SECOND, Someone, Story
from tests.core.wishes import COMMANDS, Draw, Known, a_command

STEPS = st.integers(1, 25)
VIEWER_RIGHTS = ROLE_RIGHTS[Role.VIEWER]


def set_up(state: RoomState, staff: list[ParticipantId]) -> dict[str, Any]:
    """What only staff may change."""
    assert state.session is not None
    return {
        "entry": state.entry,
        "collaborators": state.collaborators,
        "is_guest_access_on": state.is_guest_access_on,
        "links": {one.id: replace(one, uses=0) for one in state.links.values()},
        "invitations": {
            one.id: (one.invitation_type, one.generation, one.valid_until, one.max_uses,
                     one.revoked_at, one.person, one.mails)
            for one in state.invitations.values()
        },
        "blocks": state.blocks,
        "session": (state.session.state, state.session.is_locked, state.session.is_hard_muted,
                    state.session.stage_mode, state.session.waiting_message),
        "staff": {one: state.participants[one] for one in staff},
    }  # fmt: skip


class Intruders:
    """A guest, an invited viewer, and an account with a viewer's part, in a room with staff."""

    def __init__(self, *, approve_guests: bool) -> None:
        story = Story(approve_guests=approve_guests)
        self.story = story
        self.staff = [story.host, story.moderator, story.speaker]
        story.given(story.speaker, c.JoinStage(), c.SetMicrophone(is_on=True), c.RaiseHand())
        victim = story.came("Victim", story.open_link)
        story.when(story.host, c.Block(participant_id=victim.id)).granted()
        self.people = [
            story.came("Gus", story.open_link),
            story.invited("Vera", InvitationType.VIEWER),
            story.comes(story.collaborator("Ann", Part.CO_VIEWER)),
        ]

    def acts(self, draw: Draw) -> None:
        """Let one of them do one thing."""
        someone: Someone = draw(st.sampled_from(self.people))
        story = self.story
        match draw(st.integers(0, 9)):
            case 0:
                self._comes_again(someone, draw)
            case 1:
                story.opens(
                    someone, device=DeviceId(draw(st.sampled_from(["d_x", someone.device])))
                )
            case 2 if someone.connections:
                story.closes(someone)
            case 3:
                story.passes(draw(st.sampled_from([SECOND, MINUTE])))
            case _:
                emails = [one.email for one in (*self.people, *self.staff)]
                known = Known.of(story.state, story.now, emails)
                wish = a_command(draw, known, draw(st.sampled_from(COMMANDS[1:])))
                actor = someone.inside
                if someone.account_id is not None and draw(st.booleans()):
                    story.when(someone.account, wish)
                else:
                    story.when(actor, wish, draw(st.sampled_from([None, "c_1"])))

    def _comes_again(self, someone: Someone, draw: Draw) -> None:
        story = self.story
        match draw(st.integers(0, 4)):
            case 0:
                story.redeems(someone, story.open_link, is_return=draw(st.booleans()))
            case 1:
                story.enters(someone)
            case 2:
                everybody = [*self.people, *self.staff[1:]]
                whose = draw(st.sampled_from(everybody))
                known = story.state.invited.get(whose.person.id)
                if known is not None:
                    # Their own address only: nobody types an address of staff by chance.
                    story.accepts(
                        someone,
                        email=draw(st.sampled_from([None, someone.email])),
                        inside=draw(st.sampled_from([None, someone.id])),
                        invitation_id=known,
                        code=draw(st.sampled_from([None, "guess"])),
                    )
            case _:
                story.opens(someone)


@settings(max_examples=120, deadline=None)
@given(data=st.data(), steps=STEPS, approve_guests=st.booleans())
def test_viewers_stay_viewers_whatever_they_ask_for(
    data: st.DataObject, steps: int, approve_guests: bool
) -> None:
    room = Intruders(approve_guests=approve_guests)
    story = room.story
    staff = [one.id for one in room.staff]
    before = set_up(story.state, staff)
    for _ in range(steps):
        room.acts(data.draw)
        assert set_up(story.state, staff) == before
        for participant in story.state.participants.values():
            if participant.id not in staff:
                assert participant.role is Role.VIEWER
                assert rights_of_participant(story.state, participant) <= VIEWER_RIGHTS
        for someone in room.people:
            assert rights_of(story.state, someone.inside) <= VIEWER_RIGHTS
            if someone.account_id is not None:
                assert rights_of(story.state, someone.account) == frozenset[Right]()
