"""What talks to other servers, made of the settings: webhooks, the media server, questions."""

from collections.abc import Sequence

from server.edge.clients import Network, networks
from server.hub.settings import World
from server.integrations.calls import MAX_BYTES
from server.integrations.media.livekit import LiveKit, LiveKitSettings
from server.integrations.media.steward import Steward
from server.integrations.outgoing import EVERYWHERE, BadTargetError, Outgoing
from server.integrations.webhooks.courier import Courier
from server.integrations.webhooks.keep import WebhookKeep
from server.keyring import Keyring
from server.process import StartError
from server.settings import Settings
from server.surroundings import courier_world


def courier_of(settings: Settings, keep: WebhookKeep, keyring: Keyring) -> Courier:
    """Make what tells platforms of what happens.

    Raises:
        StartError: `USHER_INNER` or `USHER_INNER_WEBHOOKS` cannot be read.
    """
    inner = _inner("USHER_INNER_WEBHOOKS", settings, settings.inner_webhooks)
    return Courier(keep, Outgoing(inner), keyring.derived("webhooks"), courier_world())


def questions_of(settings: Settings) -> Outgoing:
    """Make the way out to learning platforms and to providers of sign-in.

    Raises:
        StartError: `USHER_INNER` or `USHER_INNER_PLATFORMS` cannot be read.
    """
    inner = _inner("USHER_INNER_PLATFORMS", settings, settings.inner_platforms)
    return Outgoing(inner, most_bytes=MAX_BYTES)


def _inner(name: str, settings: Settings, texts: Sequence[str]) -> tuple[Network, ...]:
    try:
        return networks((*settings.inner_networks, *texts))
    except ValueError as fault:
        raise StartError(
            f"USHER_INNER and {name} have to hold addresses or networks, separated by spaces."
        ) from fault


def steward_of(settings: Settings, world: World) -> Steward | None:
    """Make what keeps the media server in step; None when there is none.

    Raises:
        StartError: its settings are not complete.
    """
    if not settings.livekit_url:
        return None
    if not settings.livekit_key or not settings.livekit_secret:
        raise StartError("LIVEKIT_URL needs LIVEKIT_API_KEY and LIVEKIT_API_SECRET as well.")
    try:
        livekit = LiveKit(
            LiveKitSettings(
                url=settings.livekit_url,
                api_key=settings.livekit_key,
                api_secret=settings.livekit_secret,
            ),
            # Whoever runs the server has named this address, so it may be anywhere.
            Outgoing(EVERYWHERE),
        )
    except BadTargetError as fault:
        raise StartError(
            "LIVEKIT_URL has to begin with wss://, ws://, https:// or http://."
        ) from fault
    return Steward(livekit, world.node_id, world.clock, world.monotonic)
