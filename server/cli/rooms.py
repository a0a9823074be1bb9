"""`usher invite` and `usher room`."""

import sys
from pathlib import Path
from typing import Any

import click

from protocol.roles import InvitationType, Role, StageMode
from server.cli.api import api
from server.cli.output import REFUSED, fail, show

ENTRY = click.argument("entry_id")
INVITATION = click.argument("invitation_id")
PARTICIPANT = click.argument("participant_id")
TYPE = click.option(
    "--type",
    "invitation_type",
    required=True,
    type=click.Choice([one.value for one in InvitationType]),
    help="viewer, speaker or moderator in a live session; viewer or collaborator elsewhere.",
)


@click.group()
def invite() -> None:
    """Invitations: each belongs to one e-mail address, and carries rights."""


def _invitations(entry_id: str) -> str:
    return f"/entries/{entry_id}/invitations"


@invite.command("list")
@ENTRY
def invite_list(entry_id: str) -> None:
    """Show the ledger: how far each invitation has come."""
    show(api().call("GET", _invitations(entry_id)))


@invite.command("send")
@ENTRY
@click.argument("emails", nargs=-1, required=True)
@TYPE
@click.option("--first-name", default="", help="With a single address.")
@click.option("--last-name", default="")
@click.option("--minutes", type=click.IntRange(1), help="Valid so long; without: see settings.")
@click.option("--uses", type=click.IntRange(1), default=1, show_default=True)
@click.option("--message", default="")
@click.option("--language", default="en", show_default=True)
@click.option("--no-mail", is_flag=True, help="Only make the link.")
def invite_send(
    entry_id: str,
    emails: tuple[str, ...],
    invitation_type: str,
    first_name: str,
    last_name: str,
    minutes: int | None,
    uses: int,
    message: str,
    language: str,
    *,
    no_mail: bool,
) -> None:
    """Invite addresses, and print the links."""
    names = {"first_name": first_name, "last_name": last_name} if len(emails) == 1 else {}
    body: dict[str, Any] = {
        "invitees": [{"email": email, **names} for email in emails],
        "invitation_type": invitation_type,
        "send_mail": not no_mail,
        "valid_minutes": minutes,
        "uses": uses,
        "message": message,
        "language": language,
    }
    server = api()
    done = server.call("POST", _invitations(entry_id), body)
    ids = done["result"]["invitation_ids"]
    links = [server.call("GET", f"{_invitations(entry_id)}/{one}/link")["url"] for one in ids]
    show([{"invitation_id": one, "url": url} for one, url in zip(ids, links, strict=True)])


@invite.command("csv")
@ENTRY
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@TYPE
@click.option("--no-mail", is_flag=True)
@click.option("--preview", is_flag=True, help="Only show what each row would do.")
def invite_csv(
    entry_id: str, file: str, invitation_type: str, *, no_mail: bool, preview: bool
) -> None:
    """Invite a list: columns email, first name, last name. One bad row stops all."""
    text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    server = api()
    found = server.call("POST", f"{_invitations(entry_id)}/preview", {"csv": text})
    if preview:
        show(found)
        return
    if found["bad"]:
        fail([row for row in found["rows"] if row.get("error")], REFUSED)
    body = {
        "invitees": [
            {name: row[name] for name in ("email", "first_name", "last_name") if row.get(name)}
            for row in found["rows"]
        ],
        "invitation_type": invitation_type,
        "send_mail": not no_mail,
    }
    show(server.call("POST", _invitations(entry_id), body))


@invite.command("link")
@ENTRY
@INVITATION
def invite_link(entry_id: str, invitation_id: str) -> None:
    """Show the invite link again."""
    show(api().call("GET", f"{_invitations(entry_id)}/{invitation_id}/link"))


@invite.command("resend")
@ENTRY
@INVITATION
def invite_resend(entry_id: str, invitation_id: str) -> None:
    """Mail an invitation again."""
    show(api().call("POST", f"{_invitations(entry_id)}/{invitation_id}/resend", {}))


@invite.command("reset-device")
@ENTRY
@INVITATION
def invite_reset(entry_id: str, invitation_id: str) -> None:
    """Let an invitation be used on another device."""
    show(api().call("POST", f"{_invitations(entry_id)}/{invitation_id}/reset-device", {}))


@invite.command("change")
@ENTRY
@INVITATION
@TYPE
def invite_change(entry_id: str, invitation_id: str, invitation_type: str) -> None:
    """Change what an invitation gives; somebody inside by it changes at once."""
    body = {"invitation_type": invitation_type}
    show(api().call("PATCH", f"{_invitations(entry_id)}/{invitation_id}", body))


@invite.command("revoke")
@ENTRY
@INVITATION
@click.option("--remove", is_flag=True, help="Remove whoever is inside by it, too.")
def invite_revoke(entry_id: str, invitation_id: str, *, remove: bool) -> None:
    """Withdraw an invitation."""
    path = f"{_invitations(entry_id)}/{invitation_id}/revoke"
    show(api().call("POST", path, {"remove": remove}))


@click.group()
def room() -> None:
    """The room of a live entry: its session, and the people in it."""


@room.command("show")
@ENTRY
def room_show(entry_id: str) -> None:
    """Show the session and its counts."""
    server = api()
    entry = server.call("GET", f"/entries/{entry_id}")
    counts = server.call("GET", f"/sessions/{entry['session_id']}/counts")
    show({"session_id": entry["session_id"], "state": entry["session_state"], "counts": counts})


@room.command("people")
@ENTRY
def room_people(entry_id: str) -> None:
    """List who was and is there, with intervals of presence."""
    server = api()
    entry = server.call("GET", f"/entries/{entry_id}")
    show(server.call("GET", f"/sessions/{entry['session_id']}/attendance"))


@room.command("start")
@ENTRY
def room_start(entry_id: str) -> None:
    """Start the session; after one has ended, a new one."""
    show(api().call("POST", f"/entries/{entry_id}/session/start", {}))


@room.command("end")
@ENTRY
@click.confirmation_option(prompt="The session ends for everyone. Go on?")
def room_end(entry_id: str) -> None:
    """End the session for everyone."""
    show(api().call("POST", f"/entries/{entry_id}/session/end", {}))


@room.command("lock")
@ENTRY
@click.option("--off", "is_over", is_flag=True, help="Unlock.")
def room_lock(entry_id: str, *, is_over: bool) -> None:
    """Lock the room: whoever arrives waits."""
    show(api().call("PUT", f"/entries/{entry_id}/session/lock", {"is_locked": not is_over}))


@room.command("stage")
@ENTRY
@click.argument("mode", type=click.Choice([mode.value for mode in StageMode]))
def room_stage(entry_id: str, mode: str) -> None:
    """Set stage access."""
    show(api().call("PUT", f"/entries/{entry_id}/session/stage-mode", {"mode": mode}))


@room.command("admit")
@ENTRY
@click.argument("participant_ids", nargs=-1)
def room_admit(entry_id: str, participant_ids: tuple[str, ...]) -> None:
    """Let people in from the waiting room; without ids, all who wait."""
    if participant_ids:
        body: dict[str, Any] = {"participant_ids": list(participant_ids)}
        show(api().call("POST", f"/entries/{entry_id}/session/admit", body))
    else:
        show(api().call("POST", f"/entries/{entry_id}/session/admit-all", {}))


@room.command("role")
@ENTRY
@PARTICIPANT
@click.argument("role", type=click.Choice([role.value for role in Role]))
def room_role(entry_id: str, participant_id: str, role: str) -> None:
    """Give somebody a role, at once."""
    path = f"/entries/{entry_id}/participants/{participant_id}/role"
    show(api().call("PUT", path, {"role": role}))


@room.command("remove")
@ENTRY
@PARTICIPANT
def room_remove(entry_id: str, participant_id: str) -> None:
    """Remove somebody from the session."""
    show(api().call("POST", f"/entries/{entry_id}/participants/{participant_id}/remove", {}))


@room.command("block")
@ENTRY
@PARTICIPANT
def room_block(entry_id: str, participant_id: str) -> None:
    """Remove somebody and keep them out of the entry."""
    show(api().call("POST", f"/entries/{entry_id}/participants/{participant_id}/block", {}))


@room.command("unblock")
@ENTRY
@click.argument("block_id")
def room_unblock(entry_id: str, block_id: str) -> None:
    """Undo a block."""
    show(api().call("DELETE", f"/entries/{entry_id}/blocks/{block_id}"))


@room.command("blocked")
@ENTRY
def room_blocked(entry_id: str) -> None:
    """List who is kept out."""
    show(api().call("GET", f"/entries/{entry_id}/blocks"))
