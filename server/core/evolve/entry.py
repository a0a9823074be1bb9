"""Steps of the entry itself: its texts, settings and collaborators."""

from immutables import Map

from protocol.roles import SessionState
from server.core import events as e
from server.core.evolve.parts import Step, without
from server.core.replacing import replace
from server.core.state import RoomState, Session


def _created(state: RoomState, event: e.EntryCreated, at: int) -> RoomState:
    is_live = event.entry.kind.is_live
    session = Session(
        id=event.session_id,
        created_at=at,
        state=SessionState.SCHEDULED if is_live else SessionState.OPEN,
        opened_at=None if is_live else at,
        stage_mode=event.entry.settings.stage_mode,
    )
    return replace(
        state,
        entry=event.entry,
        collaborators=state.collaborators.set(event.owner.account_id, event.owner),
        session=session,
    )


def _edited(state: RoomState, event: e.EntryEdited, _at: int) -> RoomState:
    return replace(state, entry=event.entry)


def _settings(state: RoomState, event: e.SettingsEdited, _at: int) -> RoomState:
    if state.entry is None:
        return state
    return replace(state, entry=replace(state.entry, settings=event.settings))


def _deleted(state: RoomState, _event: e.EntryDeleted, _at: int) -> RoomState:
    if state.entry is None:
        return state
    return replace(state, entry=replace(state.entry, is_deleted=True), mails_due=Map())


def _collaborator(state: RoomState, event: e.CollaboratorSet, _at: int) -> RoomState:
    who = event.collaborator
    return replace(state, collaborators=state.collaborators.set(who.account_id, who))


def _no_collaborator(state: RoomState, event: e.CollaboratorRemoved, _at: int) -> RoomState:
    return replace(state, collaborators=without(state.collaborators, event.account_id))


STEPS: dict[type, Step] = {
    e.EntryCreated: _created,
    e.EntryEdited: _edited,
    e.SettingsEdited: _settings,
    e.EntryDeleted: _deleted,
    e.CollaboratorSet: _collaborator,
    e.CollaboratorRemoved: _no_collaborator,
}
