"""A client with a method for everything that people do most in a room; `ask` takes the rest."""

from collections.abc import Iterable

from protocol import commands as c
from protocol.client.client import Client
from protocol.ids import ParticipantId
from protocol.messages import Reply
from protocol.roles import BlockBy, Group, Role
from protocol.views import Counts, Range, Row, Window

PAGE = 50

FIRST_PAGE = Window(
    groups={
        group: Range(first=0, count=PAGE)
        for group in (Group.WAITING, Group.RAISED_HANDS, Group.ON_STAGE, Group.VIEWERS)
    }
)
"""The beginning of each group; what one may not see stays empty."""


class Room(Client):
    """One person's part in a session. Made by `connect` or `Usher.room`.

    Every method that gives a command waits for the reply and raises `Refused` when the server
    says no, with nothing changed then; further errors are those of `ask`. People are named by
    their participant ids: `Row.id` in the view, `you.participant_id` for oneself.
    """

    # --- what is seen ----------------------------------------------------------------------

    @property
    def counts(self) -> Counts | None:
        """How many are in each group, exact however many there are; None before the first view."""
        return self.view.counts if self.view is not None else None

    def rows(self, group: Group | None = None) -> tuple[Row, ...]:
        """List the people in the window, of one group or of all, in the order on screen."""
        if self.view is None:
            return ()
        shown = self.view.groups
        wanted = [group] if group is not None else [one for one in Group if one in shown]
        return tuple(row for one in wanted if one in shown for row in shown[one].rows)

    async def look(self, group: Group, first: int = 0, count: int = PAGE) -> tuple[Row, ...]:
        """Move the window to a stretch of one group, and give the people in it.

        Args:
            first: how far down, from 0.
            count: at most 200.
        """
        await self.watch(Window(groups={group: Range(first=first, count=count)}))
        return self.rows(group)

    async def search(self, text: str, count: int = PAGE) -> tuple[Row, ...]:
        """Move the window to those whose name matches, and give them, group by group."""
        groups = {group: Range(first=0, count=count) for group in FIRST_PAGE.groups}
        await self.watch(Window(groups=groups, search=text))
        return self.rows()

    # --- oneself ---------------------------------------------------------------------------

    async def raise_hand(self) -> Reply:
        """Raise one's hand."""
        return await self.ask(c.RaiseHand())

    async def lower_hand(self, participant_id: str | None = None) -> Reply:
        """Lower a hand: one's own, or somebody's."""
        return await self.ask(c.LowerHand(participant_id=_id_or_none(participant_id)))

    async def request_stage(self) -> Reply:
        """Ask to come to the stage."""
        return await self.ask(c.RequestStage())

    async def join_stage(self) -> Reply:
        """Come to the stage unasked, where that is allowed."""
        return await self.ask(c.JoinStage())

    async def answer_stage_offer(self, *, is_accepted: bool) -> Reply:
        """Join the stage after an invitation to it, or decline."""
        return await self.ask(c.AnswerStageOffer(is_accepted=is_accepted))

    async def leave_stage(self) -> Reply:
        """Leave the stage."""
        return await self.ask(c.LeaveStage())

    async def set_microphone(self, *, is_on: bool) -> Reply:
        """Switch one's microphone, on stage."""
        return await self.ask(c.SetMicrophone(is_on=is_on))

    async def set_camera(self, *, is_on: bool) -> Reply:
        """Switch one's camera, on stage."""
        return await self.ask(c.SetCamera(is_on=is_on))

    async def rename(self, name: str, participant_id: str | None = None) -> Reply:
        """Change a displayed name: one's own, or somebody's."""
        return await self.ask(c.Rename(name=name, participant_id=_id_or_none(participant_id)))

    # --- others ----------------------------------------------------------------------------

    async def set_role(self, participant_id: str, role: Role | str) -> Reply:
        """Give somebody a role, at once: promote or demote them."""
        return await self.ask(c.SetRole(participant_id=_id(participant_id), role=Role(role)))

    async def undo_role(self, participant_id: str) -> Reply:
        """Take the last change of somebody's role back, within a few seconds."""
        return await self.ask(c.UndoRole(participant_id=_id(participant_id)))

    async def offer_stage(self, participant_id: str, *, replace: bool = False) -> Reply:
        """Invite somebody to the stage, which is also how their request is granted."""
        return await self.ask(c.OfferStage(participant_id=_id(participant_id), replace=replace))

    async def remove_from_stage(self, participant_id: str) -> Reply:
        """Take somebody off the stage."""
        return await self.ask(c.RemoveFromStage(participant_id=_id(participant_id)))

    async def mute(self, participant_id: str) -> Reply:
        """Mute somebody."""
        return await self.ask(c.Mute(participant_id=_id(participant_id)))

    async def mute_all(self) -> Reply:
        """Mute everybody but oneself."""
        return await self.ask(c.MuteAll())

    async def admit(self, *participant_ids: str) -> Reply:
        """Let people in from the waiting room; without ids, everybody who waits."""
        if not participant_ids:
            return await self.ask(c.AdmitAll())
        return await self.ask(c.Admit(participant_ids=_ids(participant_ids)))

    async def decline(self, *participant_ids: str) -> Reply:
        """Turn people in the waiting room away."""
        return await self.ask(c.Decline(participant_ids=_ids(participant_ids)))

    async def remove(self, participant_id: str) -> Reply:
        """Remove somebody from the room."""
        return await self.ask(c.Remove(participant_id=_id(participant_id)))

    async def block(
        self, participant_id: str, by: Iterable[BlockBy | str] = (BlockBy.PERSON,)
    ) -> Reply:
        """Remove somebody and keep them out, recognised in every way named in `by`."""
        ways = tuple(BlockBy(way) for way in by)
        return await self.ask(c.Block(participant_id=_id(participant_id), by=ways))

    # --- the session -----------------------------------------------------------------------

    async def lock(self, *, is_locked: bool = True) -> Reply:
        """Lock the room: who comes now has to wait."""
        return await self.ask(c.SetLock(is_locked=is_locked))

    async def clear_hands(self) -> Reply:
        """Lower all hands."""
        return await self.ask(c.ClearHands())

    async def end_session(self) -> Reply:
        """End the session for everyone."""
        return await self.ask(c.EndSession())


def _id(participant_id: str) -> ParticipantId:
    return ParticipantId(participant_id)


def _id_or_none(participant_id: str | None) -> ParticipantId | None:
    return None if participant_id is None else ParticipantId(participant_id)


def _ids(participant_ids: tuple[str, ...]) -> tuple[ParticipantId, ...]:
    return tuple(map(ParticipantId, participant_ids))
