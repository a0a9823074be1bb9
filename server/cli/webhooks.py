"""`usher webhook`."""

import click

from protocol.webhooks import Topic
from server.cli.api import api
from server.cli.output import show

WEBHOOK = click.argument("webhook_id")
TOPICS = [topic.value for topic in Topic if topic is not Topic.TEST]


@click.group()
def webhook() -> None:
    """Webhooks: your platform is told what happens in rooms, signed and in order."""


@webhook.command("list")
def webhook_list() -> None:
    """Show the webhooks, with the secrets that sign their messages."""
    show(api().call("GET", "/webhooks"))


@webhook.command("create")
@click.argument("url")
@click.option("--topic", "topics", multiple=True, type=click.Choice(TOPICS), help="Only these.")
@click.option("--entry", "entry_id", help="Of this entry alone.")
def webhook_create(url: str, topics: tuple[str, ...], entry_id: str | None) -> None:
    """Have everything told to URL from now on, or only some topics, or one entry."""
    body = {"url": url, "topics": list(topics), "entry_id": entry_id}
    show(api().call("POST", "/webhooks", {k: v for k, v in body.items() if v is not None}))


@webhook.command("test")
@WEBHOOK
def webhook_test(webhook_id: str) -> None:
    """Send one message now, and show how that went."""
    show(api().call("POST", f"/webhooks/{webhook_id}/test"))


@webhook.command("log")
@WEBHOOK
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
def webhook_log(webhook_id: str, limit: int) -> None:
    """Show the newest tries, the newest first."""
    show(api().call("GET", f"/webhooks/{webhook_id}/deliveries", query={"limit": limit}))


@webhook.command("replay")
@WEBHOOK
@click.argument("entry_id")
@click.option("--from", "from_number", type=click.IntRange(1), default=1, show_default=True)
def webhook_replay(webhook_id: str, entry_id: str, from_number: int) -> None:
    """Tell an entry's messages again, from a number on. They keep their ids."""
    body = {"entry_id": entry_id, "from_number": from_number}
    show(api().call("POST", f"/webhooks/{webhook_id}/replay", body))


@webhook.command("pause")
@WEBHOOK
@click.option("--off", is_flag=True, help="Go on. What was missed meanwhile is told then.")
def webhook_pause(webhook_id: str, *, off: bool) -> None:
    """Tell it nothing for a while, or (--off) go on."""
    show(api().call("PATCH", f"/webhooks/{webhook_id}", {"is_paused": not off}))


@webhook.command("delete")
@WEBHOOK
def webhook_delete(webhook_id: str) -> None:
    """End a webhook."""
    show(api().call("DELETE", f"/webhooks/{webhook_id}"))
