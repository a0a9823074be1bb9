"""`usher person`: what is held about one person, for those who answer for the server."""

import click

from server.cli.api import Api, api
from server.cli.output import show

LONG_S = 3_600.0
"""Everything that the server keeps is read."""
EMAIL = click.option("--email", help="Who, by an e-mail address.")
ACCOUNT = click.option("--account", help="Who, by the platform's id of the account.")


@click.group()
def person() -> None:
    """One person's data: show all of it, or erase it.

    Needs a key with the scope `people`; the one of this machine has it.
    """


def _asked(email: str | None, account: str | None) -> tuple[Api, dict[str, str]]:
    if (email is None) == (account is None):
        raise click.UsageError("Say who: either --email or --account.")
    return api(), {"email": email} if email else {"account_id": account or ""}


@person.command("export")
@EMAIL
@ACCOUNT
def person_export(email: str | None, account: str | None) -> None:
    """Show everything that is held about somebody, over all entries."""
    server, who = _asked(email, account)
    show(server.call("POST", "/people/export", who, timeout_s=LONG_S))


@person.command("erase")
@EMAIL
@ACCOUNT
@click.confirmation_option(prompt="Their name and address are gone for good. Go on?")
def person_erase(email: str | None, account: str | None) -> None:
    """Erase somebody: name and address are gone from every entry, account and mail.

    Whoever of them is in a session leaves it first. Done again it changes nothing; do it again
    when it was cut short.
    """
    server, who = _asked(email, account)
    show(server.call("POST", "/people/erase", who, timeout_s=LONG_S))
