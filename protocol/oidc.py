"""HTTP bodies of signing in where people have an account already (OpenID Connect)."""

from typing import Annotated

from pydantic import StringConstraints

from protocol.lti import LongToken
from protocol.model import Wire
from protocol.text import BrowserKey

ProviderId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]


class Provider(Wire):
    """Where somebody can sign in."""

    provider_id: ProviderId
    name: str


class ProviderList(Wire):
    """Where people can sign in, in the order of the configuration."""

    providers: tuple[Provider, ...]


class OidcBegin(Wire):
    """Sign in at a provider.

    Args:
        key: fresh; the browser keeps it, and shows it when it comes back.
    """

    provider_id: ProviderId
    key: BrowserKey


class OidcBegun(Wire):
    """Where the browser goes now."""

    url: str


class OidcFinish(Wire):
    """The browser is back from the provider.

    Args:
        provider_id: the last part of the address. Each provider has an address of its own to
            send people back to, so that no answer is taken for that of another (mix-up).
        state, code: what stands in the address.
        iss: as well, where the provider says who it is.
        key: of the browser, from `OidcBegin`.
    """

    provider_id: ProviderId
    state: LongToken
    code: LongToken
    iss: Annotated[str, StringConstraints(max_length=1000)] | None = None
    key: BrowserKey
