"""`usher lti`: learning platforms whose courses have rooms here."""

from typing import Any

import click

from protocol.roles import Role
from server.cli.api import api
from server.cli.output import show

PLATFORMS = "/lti/platforms"
ROLES = {role.value: role.value for role in (Role.HOST, Role.MODERATOR, Role.VIEWER)}
NOTHING = "none"


@click.group()
def lti() -> None:
    """Learning platforms (LTI 1.3): Moodle, Canvas and others. docs/lti.md has every step.

    `usher lti show` prints what the platform's administrator has to type in.
    """


@lti.command("show")
def lti_show() -> None:
    """Show what a platform has to know about this server."""
    show(api().call("GET", "/lti"))


def _roles(given: tuple[str, ...]) -> dict[str, str | None]:
    """Read `Instructor=host`: a role of the platform, and what it is here."""
    found: dict[str, str | None] = {}
    for one in given:
        name, _, role = one.rpartition("=")
        if not name or role not in (*ROLES, NOTHING):
            raise click.UsageError(
                f"--role {one}: write it as Instructor=host; also moderator, viewer or none."
            )
        found[name] = None if role == NOTHING else role
    return found


@lti.command("add")
@click.option("--issuer", required=True, help="Moodle: Platform ID.")
@click.option("--client-id", required=True, help="What the platform calls this server.")
@click.option("--deployment", "deployments", multiple=True, help="Deployment ID; several may be.")
@click.option("--authorize-url", required=True, help="Moodle: Authentication request URL.")
@click.option("--token-url", required=True, help="Moodle: Access token URL.")
@click.option("--keys-url", required=True, help="Moodle: Public keyset URL.")
@click.option("--audience", default="", help="For access tokens, where it is not the token URL.")
@click.option("--name", default="", help="To recognise it by.")
@click.option("--role", "roles", multiple=True, help="Change the table: TeachingAssistant=host.")
@click.option("--trust-email", is_flag=True, help="Believe its e-mail addresses.")
@click.option("--grades", is_flag=True, help="Send attendance as a grade.")
@click.option("--return-origin", "origins", multiple=True, help="Further origin of the platform.")
def lti_add(
    issuer: str,
    client_id: str,
    deployments: tuple[str, ...],
    authorize_url: str,
    token_url: str,
    keys_url: str,
    audience: str,
    name: str,
    roles: tuple[str, ...],
    origins: tuple[str, ...],
    *,
    trust_email: bool,
    grades: bool,
) -> None:
    """Register a platform. Given the same issuer and client id again, all of it is replaced."""
    body: dict[str, Any] = {
        "name": name,
        "issuer": issuer,
        "client_id": client_id,
        "deployments": deployments,
        "authorize_url": authorize_url,
        "token_url": token_url,
        "keys_url": keys_url,
        "audience": audience,
        "roles": _roles(roles),
        "trusts_email": trust_email,
        "sends_grades": grades,
        "return_origins": origins,
    }
    show(api().call("PUT", PLATFORMS, body))


@lti.command("list")
def lti_list() -> None:
    """List the platforms, each with its table of roles."""
    show(api().call("GET", PLATFORMS)["platforms"])


@lti.command("remove")
@click.argument("platform_id")
def lti_remove(platform_id: str) -> None:
    """Take no launch of a platform any more. Its rooms, and who has a part in them, stay."""
    show(api().call("DELETE", f"{PLATFORMS}/{platform_id}")["platforms"])


@lti.command("register")
@click.option("--trust-email", is_flag=True, help="Believe its e-mail addresses.")
@click.option("--grades", is_flag=True, help="Send attendance as a grade.")
def lti_register(*, trust_email: bool, grades: bool) -> None:
    """Make an address with which one platform registers itself, good once and for a day."""
    body = {"trusts_email": trust_email, "sends_grades": grades}
    show(api().call("POST", "/lti/registrations", body))


@lti.command("key")
@click.option("--rotate", is_flag=True, help="Sign with a fresh key from now on.")
def lti_key(*, rotate: bool) -> None:
    """List this server's keys. After a change the old one stays in the list for a week."""
    show(api().call("POST" if rotate else "GET", "/lti/keys", {} if rotate else None)["keys"])
