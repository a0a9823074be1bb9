"""Where people can sign in: what is configured, and what each provider says about itself."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from protocol.errors import ErrorCode
from server.edge.replies import Denied
from server.integrations.calls import Calls, Unreachable, json_in
from server.integrations.oidc.settings import ProviderSettings
from server.integrations.signed import RemoteKeys, Untrusted

DESCRIBED_S = 3_600.0
"""How long a provider's description of itself is kept."""
BACK = "/sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a provider says about itself (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    says_iss: bool = False


class Providers:
    """The providers, and what is known of them.

    Args:
        url: of this server, without a slash at the end.
        providers: from the configuration.
        keys: the ring; the first signs, all verify.
        calls: asks providers.
        monotonic: seconds.
    """

    def __init__(
        self,
        *,
        url: str,
        providers: tuple[ProviderSettings, ...],
        keys: tuple[bytes, ...],
        calls: Calls,
        monotonic: Callable[[], float],
    ) -> None:
        """Ask nobody yet."""
        self._back = url + BACK
        self.known = {one.id: one for one in providers}
        self.keys = keys
        self.remote_keys = RemoteKeys(calls, monotonic)
        self._calls = calls
        self._monotonic = monotonic
        self._described: dict[str, tuple[Described, float]] = {}

    def redirect_uri(self, provider: ProviderSettings) -> str:
        """Say where a provider, and no other one, sends people back to (RFC 9700, 4.4.2.2)."""
        return f"{self._back}/{provider.id}"

    def named(self, provider_id: str) -> ProviderSettings:
        """Find a provider.

        Raises:
            Denied: `not_found`.
        """
        found = self.known.get(provider_id)
        if found is None:
            raise Denied(ErrorCode.NOT_FOUND)
        return found

    async def described(self, provider: ProviderSettings) -> Described:
        """Ask a provider how it describes itself; what it says is kept for an hour.

        Raises:
            Unreachable: it does not answer, or describes somebody else.
        """
        kept = self._described.get(provider.id)
        if kept is not None and self._monotonic() - kept[1] < DESCRIBED_S:
            return kept[0]
        url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        said = await self._calls.get(url, {"Accept": "application/json"})
        found = read_description(json_in(said) if said.is_success else None, provider.issuer)
        self._described[provider.id] = (found, self._monotonic())
        return found

    async def id_token(
        self, provider: ProviderSettings, described: Described, code: str, verifier: str
    ) -> str:
        """Give a code for an ID token.

        Raises:
            Unreachable: the provider does not answer.
            Untrusted: `code`: it does not know that code, or us.
        """
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri(provider),
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        if provider.client_secret:
            pair = f"{quote(provider.client_id, '')}:{quote(provider.client_secret, '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields["client_id"] = provider.client_id
        said = await self._calls.post_form(described.token_endpoint, fields, headers)
        if said.status in (400, 401):
            raise Untrusted("code")
        match json_in(said) if said.is_success else None:
            case {"id_token": str(token)}:
                return token
        raise Unreachable(f"no token: status {said.status}")


def read_description(found: Any, issuer: str) -> Described:
    """Read a description; it has to be of whom we asked, or keys of another would be believed.

    Raises:
        Unreachable: it is not.
    """
    match found:
        case {
            "issuer": str(said),
            "authorization_endpoint": str(authorization),
            "token_endpoint": str(token),
            "jwks_uri": str(jwks),
            **more,
        } if said == issuer:
            return Described(
                authorization_endpoint=authorization,
                token_endpoint=token,
                jwks_uri=jwks,
                says_iss=more.get("authorization_response_iss_parameter_supported") is True,
            )
    raise Unreachable("what came is no description of that provider")
