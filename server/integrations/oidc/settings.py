"""The file that lists where people can sign in (`USHER_OIDC`); docs/sign-in.md shows one."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from protocol.codec import Malformed, shaped
from protocol.lti import Address, Text255
from protocol.oidc import ProviderId
from protocol.text import Name


class BadProvidersError(Exception):
    """The file cannot be used; the sentence says why, and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One provider.

    Args:
        id: names it in addresses; stays.
        name: on the button.
        issuer: its name for itself; what it says about itself is read below that address.
        client_id: its name for us.
        client_secret: what it gave us to prove who we are; empty where PKCE is enough.
        trusts_email: its addresses count although it does not say that they are verified.
    """

    id: ProviderId
    name: Name
    issuer: Address
    client_id: Text255
    client_secret: str = field(default="", repr=False)
    trusts_email: bool = False


_SHAPE = TypeAdapter(ProviderSettings)


def read_providers(path: Path) -> tuple[ProviderSettings, ...]:
    """Read the file; the paths of secrets in it begin at its folder.

    Raises:
        BadProvidersError: it cannot be read, or something in it is wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        says = f"USHER_OIDC: {path.name} cannot be read: {fault.strerror}."
        raise BadProvidersError(says) from fault
    except ValueError as fault:
        raise BadProvidersError(f"USHER_OIDC: {path.name} cannot be read as TOML.") from fault
    listed = content.get("provider", ())
    is_list = isinstance(listed, list) and all(isinstance(one, dict) for one in listed)
    if not is_list or content.keys() != {"provider"}:
        raise BadProvidersError(f"USHER_OIDC: {path.name} has to be a list of [[provider]].")
    found = tuple(_provider(one, path.parent) for one in listed)
    if len({one.id for one in found}) != len(found):
        raise BadProvidersError(f"USHER_OIDC: {path.name} has one id twice.")
    return found


def _provider(given: Any, folder: Path) -> ProviderSettings:
    fields = dict(given)
    secret = fields.pop("client_secret_file", None)
    try:
        if secret is not None:
            fields["client_secret"] = (folder / str(secret)).read_text(encoding="utf-8").strip()
        return shaped(fields, _SHAPE)
    except (OSError, UnicodeDecodeError) as fault:
        raise BadProvidersError("USHER_OIDC: a client_secret_file cannot be read.") from fault
    except Malformed as fault:
        name = repr(str(fields.get("id", "?")))
        raise BadProvidersError(
            f"USHER_OIDC: in the provider {name} something is missing, unknown or wrong. It has "
            "id, name, issuer, client_id, and perhaps client_secret_file and trusts_email."
        ) from fault
