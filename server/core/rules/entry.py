"""The entry: making it, changing it, deleting it, and who has a part in it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from protocol import commands as c
from protocol.content import Caption
from protocol.errors import ErrorCode
from protocol.ids import AccountId, RoomId
from protocol.roles import EndReason, Part, Right, SessionState
from protocol.settings import EntrySettings
from server.core import events as e
from server.core.actors import AccountActor, PlatformActor, ServerActor
from server.core.consents import is_one_text_too_many
from server.core.context import Answer, Context, Refused, cleaned_name
from server.core.events import Event
from server.core.person import Person
from server.core.rights import PART_ROLES
from server.core.state import Collaborator, Entry

MAX_COLLABORATORS = 1_000
"""With a part in one entry, its owner included."""


def create(ctx: Context, command: c.CreateEntry, room: RoomId) -> Answer:
    """Make the entry of an empty room; the actor becomes its owner."""
    if ctx.state.entry is not None:
        raise Refused(ErrorCode.CONFLICT)
    owner = _owner(ctx, command)
    _check_schedule(command.starts_at, command.ends_at)
    entry = Entry(
        id=room,
        kind=command.kind,
        name=cleaned_name(command.name),
        description=command.description,
        content_url=_checked_url(command.content_url),
        captions=_checked_captions(command.captions),
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        settings=_settings_for(command),
        created_at=ctx.now,
    )
    session_id = ctx.session_id(room)
    return Answer(
        events=[e.EntryCreated(entry=entry, owner=owner, session_id=session_id)],
        result={"entry_id": room, "session_id": session_id},
    )


def _owner(ctx: Context, command: c.CreateEntry) -> Collaborator:
    """Whoever is signed in owns what they make; a platform has to name somebody."""
    given = command.owner
    match ctx.actor:
        case AccountActor(account_id=account_id, person=person):
            if given is not None:
                raise Refused(ErrorCode.BAD_REQUEST, "owner")
            return Collaborator(account_id=account_id, person=person, part=Part.OWNER)
        case PlatformActor() | ServerActor():
            if given is None:
                raise Refused(ErrorCode.BAD_REQUEST, "owner")
            named = ctx.person(given.name, given.email, where="owner.")
            return Collaborator(account_id=given.account_id, person=named, part=Part.OWNER)
        case _:
            raise Refused(ErrorCode.NOT_SIGNED_IN)


def _settings_for(command: c.CreateEntry) -> EntrySettings:
    """Let moderators invite by default only where the entry is live.

    Source: product page, section 3.
    """
    settings = command.settings
    if command.kind.is_live or "moderators_may_invite" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"moderators_may_invite": False})


def _checked_url(url: str, where: str = "content_url") -> str:
    """Let only addresses through that a page can show without running them."""
    if url and not url.startswith(("https://", "http://", "/")):
        raise Refused(ErrorCode.BAD_REQUEST, where)
    if url.startswith("//") or "\\" in url:
        raise Refused(ErrorCode.BAD_REQUEST, where)
    return url


def _checked_captions(captions: tuple[Caption, ...]) -> tuple[Caption, ...]:
    for caption in captions:
        _checked_url(caption.url, "captions")
    return captions


def _check_schedule(starts_at: int | None, ends_at: int | None) -> None:
    if ends_at is not None and (starts_at is None or ends_at <= starts_at):
        raise Refused(ErrorCode.BAD_REQUEST, "ends_at")


def edit(ctx: Context, command: c.EditEntry) -> Answer:
    """Change what the command names."""
    ctx.need(Right.EDIT_ENTRY)
    given = command.model_fields_set - {"type"}
    fields: dict[str, Any] = {name: getattr(command, name) for name in given}
    for name in ("name", "description", "content_url", "captions"):
        if name in fields and fields[name] is None:
            raise Refused(ErrorCode.BAD_REQUEST, name)
    if "name" in fields:
        fields["name"] = cleaned_name(fields["name"])
    if "content_url" in fields:
        _checked_url(fields["content_url"])
    if "captions" in fields:
        _checked_captions(fields["captions"])
    changed = replace(ctx.entry, **fields)
    _check_schedule(changed.starts_at, changed.ends_at)
    return Answer(events=[] if changed == ctx.entry else [e.EntryEdited(entry=changed)])


def edit_settings(ctx: Context, command: c.EditSettings) -> Answer:
    """Change the named settings."""
    ctx.need(Right.EDIT_ENTRY)
    old = ctx.entry.settings
    values: dict[str, Any] = {name: getattr(command.settings, name) for name in command.only}
    changed = old.model_copy(update=values)
    if changed == old:
        return Answer(events=[])
    if changed.consent != old.consent and is_one_text_too_many(ctx.state, changed.consent):
        raise Refused(ErrorCode.TOO_LARGE, "settings.consent")
    return Answer(events=[e.SettingsEdited(settings=EntrySettings.model_validate(changed))])


def delete(ctx: Context, _command: c.DeleteEntry) -> Answer:
    """Delete the entry; its session ends for everyone."""
    ctx.need(Right.DELETE_ENTRY)
    _ = ctx.entry
    events: list[Event] = []
    session = ctx.state.session
    if session is not None and session.state is not SessionState.ENDED:
        events.append(e.SessionEnded(reason=EndReason.ENTRY_DELETED))
    return Answer(events=[*events, e.EntryDeleted()])


def set_collaborator(ctx: Context, command: c.SetCollaborator) -> Answer:
    """Give a part, never one above the actor's own; there is one owner, who cannot be replaced."""
    ctx.need(Right.MANAGE_COLLABORATORS)
    _ = ctx.entry
    if command.part is Part.OWNER or PART_ROLES[command.part].rank > ctx.rank:
        raise Refused(ErrorCode.NOT_ALLOWED)
    _refuse_owner(ctx, command.account_id)
    refuse_one_more_part(ctx, command.account_id)
    person: Person = ctx.person(command.name, command.email)
    collaborator = Collaborator(account_id=command.account_id, person=person, part=command.part)
    if ctx.state.collaborators.get(command.account_id) == collaborator:
        return Answer(events=[])
    return Answer(events=[e.CollaboratorSet(collaborator=collaborator)])


def remove_collaborator(ctx: Context, command: c.RemoveCollaborator) -> Answer:
    """Take a part away; not the owner's."""
    ctx.need(Right.MANAGE_COLLABORATORS)
    _ = ctx.entry
    _refuse_owner(ctx, command.account_id)
    if command.account_id not in ctx.state.collaborators:
        raise Refused(ErrorCode.NOT_FOUND)
    return Answer(events=[e.CollaboratorRemoved(account_id=command.account_id)])


def refuse_one_more_part(ctx: Context, account_id: AccountId) -> None:
    """Refuse somebody new where as many have a part in the entry as may have one.

    Raises:
        Refused: `too_large`.
    """
    known = ctx.state.collaborators
    if account_id not in known and len(known) >= MAX_COLLABORATORS:
        raise Refused(ErrorCode.TOO_LARGE)


def _refuse_owner(ctx: Context, account_id: Any) -> None:
    known = ctx.state.collaborators.get(account_id)
    if known is not None and known.part is Part.OWNER:
        raise Refused(ErrorCode.NOT_ALLOWED)


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.EditEntry: edit,
    c.EditSettings: edit_settings,
    c.DeleteEntry: delete,
    c.SetCollaborator: set_collaborator,
    c.RemoveCollaborator: remove_collaborator,
}
