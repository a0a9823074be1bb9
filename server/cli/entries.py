"""`usher entry` and `usher link`."""

from typing import Any

import click

from protocol.roles import EntryKind
from server.cli.api import api
from server.cli.moments import MOMENT
from server.cli.output import show

ENTRY = click.argument("entry_id")
LINK = click.argument("link_id")


@click.group()
def entry() -> None:
    """Entries: videos, documents, quizzes, live events and rooms."""


@entry.command("list")
def entry_list() -> None:
    """List the entries."""
    show(api().call("GET", "/entries"))


@entry.command("show")
@ENTRY
def entry_show(entry_id: str) -> None:
    """Show one entry."""
    show(api().call("GET", f"/entries/{entry_id}"))


@entry.command("create")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in EntryKind]))
@click.option("--name", required=True)
@click.option("--description", default="")
@click.option("--content", "content_url", default="", help="Address of what the page shows.")
@click.option("--starts", type=MOMENT, help="For example 2027-03-01T14:00Z.")
@click.option("--ends", type=MOMENT)
@click.option("--owner", required=True, help="The platform's id of the owner.")
@click.option("--owner-name", required=True)
@click.option("--owner-email", required=True)
def entry_create(
    kind: str,
    name: str,
    description: str,
    content_url: str,
    starts: int | None,
    ends: int | None,
    owner: str,
    owner_name: str,
    owner_email: str,
) -> None:
    """Make an entry for somebody."""
    body: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "description": description,
        "content_url": content_url,
        "starts_at": starts,
        "ends_at": ends,
        "owner": {"account_id": owner, "name": owner_name, "email": owner_email},
    }
    show(api().call("POST", "/entries", body))


@entry.command("edit")
@ENTRY
@click.option("--name")
@click.option("--description")
@click.option("--content", "content_url")
@click.option("--starts", "starts_at", type=MOMENT)
@click.option("--ends", "ends_at", type=MOMENT)
def entry_edit(entry_id: str, **changes: Any) -> None:
    """Change what is given; the rest stays."""
    body = {name: value for name, value in changes.items() if value is not None}
    show(api().call("PATCH", f"/entries/{entry_id}", body))


@entry.command("delete")
@ENTRY
@click.confirmation_option(prompt="The session ends, all links stop working. Delete the entry?")
def entry_delete(entry_id: str) -> None:
    """Delete an entry."""
    show(api().call("DELETE", f"/entries/{entry_id}"))


@click.group()
def link() -> None:
    """Guest links: one URL for anybody, up to three for an entry."""


@link.command("list")
@ENTRY
def link_list(entry_id: str) -> None:
    """Show the switch and the links, with URLs and counters."""
    show(api().call("GET", f"/entries/{entry_id}/guest-access"))


@link.command("on")
@ENTRY
def link_on(entry_id: str) -> None:
    """Enable guest access; links that exist work again."""
    show(api().call("PUT", f"/entries/{entry_id}/guest-access", {"is_on": True}))


@link.command("off")
@ENTRY
def link_off(entry_id: str) -> None:
    """Stop every guest link at once; people inside stay."""
    show(api().call("PUT", f"/entries/{entry_id}/guest-access", {"is_on": False}))


@link.command("create")
@ENTRY
@click.option("--name", required=True, help="Staff see by which link a guest came.")
@click.option("--uses", type=click.IntRange(1), help="How many people; without: no limit.")
@click.option("--days", type=click.IntRange(1), help="How long; without: no limit.")
@click.option("--approval", is_flag=True, help="Guests wait until somebody admits them.")
def link_create(
    entry_id: str, name: str, uses: int | None, days: int | None, *, approval: bool
) -> None:
    """Make a link (and enable guest access with `usher link on`)."""
    body = {"name": name, "uses": uses, "days": days, "needs_approval": approval}
    show(api().call("POST", f"/entries/{entry_id}/guest-links", body))


@link.command("pause")
@ENTRY
@LINK
@click.option("--off", "is_over", is_flag=True, help="Let the link go on.")
def link_pause(entry_id: str, link_id: str, *, is_over: bool) -> None:
    """Pause a link."""
    path = f"/entries/{entry_id}/guest-links/{link_id}/pause"
    show(api().call("PUT", path, {"is_paused": not is_over}))


@link.command("edit")
@ENTRY
@LINK
@click.option("--name")
@click.option("--uses", type=click.IntRange(1))
@click.option("--days", type=click.IntRange(1), help="From now.")
def link_edit(entry_id: str, link_id: str, **changes: Any) -> None:
    """Change what is given; the rest stays."""
    body = {name: value for name, value in changes.items() if value is not None}
    show(api().call("PATCH", f"/entries/{entry_id}/guest-links/{link_id}", body))


@link.command("extend")
@ENTRY
@LINK
@click.option("--days", required=True, type=click.IntRange(1))
def link_extend(entry_id: str, link_id: str, days: int) -> None:
    """Make a link valid for so many days more."""
    path = f"/entries/{entry_id}/guest-links/{link_id}/extend"
    show(api().call("POST", path, {"days": days}))


@link.command("regenerate")
@ENTRY
@LINK
def link_regenerate(entry_id: str, link_id: str) -> None:
    """Give a link a new URL; the old one stops working."""
    show(api().call("POST", f"/entries/{entry_id}/guest-links/{link_id}/regenerate", {}))


@link.command("delete")
@ENTRY
@LINK
def link_delete(entry_id: str, link_id: str) -> None:
    """Delete a link; those who came by it stay."""
    show(api().call("DELETE", f"/entries/{entry_id}/guest-links/{link_id}"))


@link.command("revoke")
@ENTRY
@LINK
@click.confirmation_option(prompt="Everybody who came by this link is removed. Go on?")
def link_revoke(entry_id: str, link_id: str) -> None:
    """Delete a link and remove those who came by it."""
    show(api().call("POST", f"/entries/{entry_id}/guest-links/{link_id}/revoke", {}))
