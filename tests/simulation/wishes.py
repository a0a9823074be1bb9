"""What somebody in a room may think of asking for, whether they may or not."""

from collections.abc import Callable

from protocol import commands as c
from protocol.commands import Command
from protocol.ids import InvitationId, LinkId, ParticipantId
from protocol.roles import InvitationType, Right, Role, StageMode
from server.core.state import RoomState
from tests.simulation.auditor import Auditor
from tests.simulation.chance import Random

Maker = Callable[[], Command]

TYPES = (InvitationType.VIEWER, InvitationType.SPEAKER, InvitationType.MODERATOR)
INVITED = ("Mona", "Sam", "Vera")
"""Those who come by invitation."""


def email_of(name: str) -> str:
    """Make somebody's address."""
    return f"{name.lower()}@example.org"


class Thoughts:
    """Chance, with what there is in the room to choose from."""

    def __init__(self, random: Random, auditor: Auditor, name: str) -> None:
        self._random = random
        self._auditor = auditor
        self._name = name
        self._own = self._for_oneself()
        self._others = (*self._about_people(), *self._about_the_room())

    def next(self) -> Command:
        """Think of something."""
        of = self._own if self._random.random() < 0.4 else self._others
        return self._random.choice(of)()

    @property
    def _state(self) -> RoomState:
        return self._auditor.head

    def _often(self, rate: float) -> bool:
        return self._random.random() < rate

    def _new_name(self) -> str:
        return f"{self._name} {self._random.randint(1, 99)}"

    def _somebody(self) -> ParticipantId:
        people = sorted(self._state.participants)
        return self._random.choice(people) if people else ParticipantId("p_none")

    def _link(self) -> LinkId:
        links = sorted(self._state.links)
        return self._random.choice(links) if links else LinkId("l_none")

    def _invitation(self) -> InvitationId:
        invitations = sorted(self._state.invitations)
        return self._random.choice(invitations) if invitations else InvitationId("i_none")

    def _waiting(self) -> tuple[ParticipantId, ...]:
        return tuple(sorted(self._state.at_gates)) or (self._somebody(),)

    def _readmit(self) -> Command:
        out = sorted(one.id for one in self._state.participants.values() if one.kept_out)
        return c.Readmit(participant_id=self._random.choice(out) if out else self._somebody())

    def _unblock(self) -> Command:
        blocks = sorted(self._state.blocks)
        return c.Unblock(block_id=self._random.choice(blocks)) if blocks else self._readmit()

    def _invite(self) -> Command:
        invitee = c.Invitee(email=email_of(self._random.choice(INVITED)), first_name="A")
        return c.Invite(
            invitees=(invitee,),
            invitation_type=self._random.choice(TYPES),
            send_mail=False,
            uses=self._random.choice((1, 1, 2, None)),
        )

    def _for_oneself(self) -> tuple[Maker, ...]:
        return (
            c.RaiseHand,
            c.RaiseHand,
            c.LowerHand,
            lambda: c.Rename(name=self._new_name()),
            lambda: c.Rename(name=self._new_name()),
            c.RequestStage,
            c.JoinStage,
            c.LeaveStage,
            lambda: c.AnswerStageOffer(is_accepted=self._often(0.7)),
            lambda: c.SetMicrophone(is_on=self._often(0.6)),
            lambda: c.SetCamera(is_on=self._often(0.6)),
            c.Leave,
        )

    def _about_people(self) -> tuple[Maker, ...]:
        choice = self._random.choice
        return (
            lambda: c.SetRole(participant_id=self._somebody(), role=choice([*Role])),
            lambda: c.SetRole(participant_id=self._somebody(), role=choice([*Role])),
            lambda: c.UndoRole(participant_id=self._somebody()),
            lambda: c.SetRights(
                participant_id=self._somebody(),
                granted=(choice([*Right]),),
                revoked=(choice([*Right]),),
            ),
            lambda: c.Rename(participant_id=self._somebody(), name=self._new_name()),
            lambda: c.Remove(participant_id=self._somebody()),
            lambda: c.Block(participant_id=self._somebody()),
            self._unblock,
            self._unblock,
            self._readmit,
            lambda: c.Admit(participant_ids=self._waiting()),
            lambda: c.Admit(participant_ids=self._waiting()),
            lambda: c.SendBack(participant_id=self._somebody()),
            lambda: c.OfferStage(participant_id=self._somebody(), replace=self._often(0.5)),
            lambda: c.RemoveFromStage(participant_id=self._somebody()),
            lambda: c.Mute(participant_id=self._somebody()),
        )

    def _about_the_room(self) -> tuple[Maker, ...]:
        choice = self._random.choice
        return (
            c.AdmitAll,
            c.MuteAll,
            c.ClearHands,
            c.UndoClearHands,
            lambda: c.SetLock(is_locked=self._often(0.3)),
            lambda: c.SetStageMode(mode=choice([*StageMode])),
            lambda: c.SetHardMute(is_on=self._often(0.3)),
            lambda: c.PauseGuestLink(link_id=self._link(), is_paused=self._often(0.3)),
            lambda: c.EditGuestLink(link_id=self._link(), uses=self._random.randint(1, 6)),
            lambda: c.RegenerateGuestLink(link_id=self._link()),
            lambda: c.SetGuestAccess(is_on=self._often(0.8)),
            self._invite,
            lambda: c.ChangeInvitation(
                invitation_id=self._invitation(), invitation_type=choice(TYPES)
            ),
            lambda: c.RevokeInvitation(invitation_id=self._invitation(), remove=self._often(0.5)),
            lambda: c.ResetInvitationDevice(invitation_id=self._invitation()),
            lambda: c.EndSession() if self._often(0.1) else c.RaiseHand(),
        )
