"""Signing in at a provider: authorization code with PKCE, state and nonce, without any cookie.

The browser makes a key and keeps it in the storage of its tab. The state that the provider carries
is signed by us and holds a hash of that key, so signing in ends in the browser in which it began
(or somebody could have another sign in as them). Nonce and PKCE verifier are derived from the
state under a key of ours: neither is kept, and the verifier never leaves this server before the
code has come.

Source: OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9207; RFC 9700.
"""

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.http import SignedIn
from protocol.ids import AccountId
from protocol.oidc import OidcBegin, OidcBegun, OidcFinish, Provider, ProviderList
from server.core.names import clean_email
from server.core.person import Person
from server.edge.bodies import body_of
from server.edge.browser_keys import hash_of, is_key_of
from server.edge.doors import at_the_door
from server.edge.edge import Edge
from server.edge.extension import Extension
from server.edge.replies import Denied, reply
from server.edge.routing import ANYBODY, Handler, Operation
from server.edge.signin import signed_in
from server.edge.tickets import read_claims, sign_claims
from server.integrations.calls import Unreachable
from server.integrations.identities import Way, account_of, person_of
from server.integrations.oidc.providers import Providers
from server.integrations.oidc.settings import ProviderSettings
from server.integrations.signed import Untrusted, check_claims

log = logging.getLogger(__name__)

PURPOSE = "oidc"
"""For which keys are derived from the key ring."""
AUDIENCE = "usher:oidc-state"
STATE_S = 600
SCOPE = "openid email profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A browser is on its way to a provider and back."""

    provider_id: str
    key_hash: str
    jti: str
    exp: int


_STATE = TypeAdapter(State)


async def list_providers(known: Providers, _edge: Edge, _request: Request) -> Response:
    """List where people can sign in."""
    found = (Provider(provider_id=one.id, name=one.name) for one in known.known.values())
    return reply(ProviderList(providers=tuple(found)))


async def begin(known: Providers, edge: Edge, request: Request) -> Response:
    """Send a browser to a provider."""
    body = await body_of(edge, request, OidcBegin)
    provider = known.named(body.provider_id)
    try:
        endpoint = (await known.described(provider)).authorization_endpoint
    except Unreachable as fault:
        raise _unreachable(provider, fault) from None
    state = State(
        provider_id=provider.id,
        key_hash=hash_of(body.key),
        jti=secrets.token_urlsafe(16),
        exp=edge.now // 1000 + STATE_S,
    )
    key = known.keys[0]
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": known.redirect_uri(provider),
        "scope": SCOPE,
        "state": sign_claims((key,), AUDIENCE, _STATE.dump_python(state)),
        "nonce": _derived(key, "nonce", state),
        "code_challenge": _challenge(_derived(key, "verifier", state)),
        "code_challenge_method": "S256",
    }
    glue = "&" if urlsplit(endpoint).query else "?"
    return reply(OidcBegun(url=f"{endpoint}{glue}{urlencode(asked)}"))


async def finish(known: Providers, edge: Edge, request: Request) -> Response:
    """Sign somebody in who has come back from a provider, once."""
    body = await body_of(edge, request, OidcFinish)
    state, key = _state(known, body.state, edge.now)
    if not is_key_of(body.key, state.key_hash):
        raise _refused(state.provider_id, "other browser")
    if body.provider_id != state.provider_id:
        raise _refused(state.provider_id, "other provider")
    provider = known.named(state.provider_id)
    if not await edge.directory.spend(f"oidc {state.jti}", state.exp * 1000):
        raise _refused(provider.id, "replayed")
    try:
        claims = await _claims(known, provider, body, _derived(key, "verifier", state))
        check_claims(
            claims,
            issuer=provider.issuer,
            client_id=provider.client_id,
            nonce=_derived(key, "nonce", state),
            now=edge.now,
        )
    except Untrusted as doubt:
        raise _refused(provider.id, doubt.why) from None
    except Unreachable as fault:
        raise _unreachable(provider, fault) from None
    account, person = _person(provider, claims, edge.hub.world.person_key)
    await edge.directory.remember(account, person, f"oidc {provider.id}")
    return signed_in(edge, request, account, person, path="/")


def _state(known: Providers, text: str, now: int) -> tuple[State, bytes]:
    """Read a state, and say with which key of the ring it was made."""
    for key in known.keys:
        state = read_claims((key,), AUDIENCE, text, _STATE)
        if state is not None and now < state.exp * 1000:
            return state, key
    raise _refused("(none)", "state")


def _refused(provider_id: str, why: str) -> Denied:
    """Refuse; the log says for what."""
    log.warning("provider %s: signing in was refused: %s", provider_id, why)
    return Denied(ErrorCode.SIGN_IN_FAILED)


def _unreachable(provider: ProviderSettings, fault: Unreachable) -> Denied:
    log.warning("provider %s: %s", provider.id, fault)
    return Denied(ErrorCode.PLATFORM_UNREACHABLE)


async def _claims(
    known: Providers, provider: ProviderSettings, body: OidcFinish, verifier: str
) -> Mapping[str, Any]:
    """Get what the provider has signed about the person.

    Raises:
        Untrusted, Unreachable: it cannot be believed, or had.
    """
    described = await known.described(provider)
    # Another provider's answer must not be taken to this one (mix-up, RFC 9207); those that do not
    # say who they are have an address of their own.
    if (body.iss is not None or described.says_iss) and body.iss != provider.issuer:
        raise Untrusted("issuer")
    token = await known.id_token(provider, described, body.code, verifier)
    return await known.remote_keys.claims(described.jwks_uri, token)


def _person(
    provider: ProviderSettings, claims: Mapping[str, Any], key: bytes
) -> tuple[AccountId, Person]:
    """Make the account of issuer and subject. An address counts only if it is verified.

    Raises:
        Denied: `email_unverified`.
    """
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True or provider.trusts_email
    if not isinstance(email, str) or clean_email(email) is None or not is_verified:
        raise Denied(ErrorCode.EMAIL_UNVERIFIED)
    account = account_of(Way.OIDC, provider.issuer, str(claims["sub"]), key)
    names = (claims.get("name"), claims.get("preferred_username"), email.partition("@")[0])
    name = next(one for one in names if isinstance(one, str) and one)
    return account, person_of(account, name, email, key)


def _derived(key: bytes, purpose: str, state: State) -> str:
    """Derive 256 bits for a state, which nobody without the key can foretell."""
    message = f"usher oidc {purpose}\0{state.provider_id}\0{state.jti}"
    digest = hmac.digest(key, message.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def extension_of(known: Providers) -> Extension:
    """Make what signing in at providers adds to the edge."""

    def bound(handler: Callable[[Providers, Edge, Request], Awaitable[Response]]) -> Handler:
        @at_the_door
        async def handle(edge: Edge, request: Request) -> Response:
            return await handler(known, edge, request)

        return handle

    return Extension(
        operations=(
            Operation(
                method="GET", path="/sign-in/providers", handler=bound(list_providers),
                who=ANYBODY, reply=ProviderList, summary="List where people can sign in.",
            ),
            Operation(
                method="POST", path="/sign-in/begin", handler=bound(begin), who=ANYBODY,
                body=OidcBegin, reply=OidcBegun, summary="Go to a provider to sign in.",
            ),
            Operation(
                method="POST", path="/sign-in/finish", handler=bound(finish), who=ANYBODY,
                body=OidcFinish, reply=SignedIn, summary="Sign in who is back from a provider.",
            ),
        )
    )  # fmt: skip
