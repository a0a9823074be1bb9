"""What the edge needs to know, and the keys that it signs with."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from server.edge.clients import Network, networks
from server.edge.origins import origin_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOOPBACKS = ("127.0.0.0/8", "::1")
HOUR_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something may happen: `burst` times at once, and `per_s` a second on average."""

    burst: int
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The rate limits. A whole campus may come from one address, so floods and guesses differ.

    Args:
        doors_per_address: requests at the doors and at sign-in, good and bad.
        misses_per_address: guesses: tokens, addresses and codes that were wrong.
        misses_per_link: wrong addresses and codes on one invitation.
        misses_per_email: wrong tries with one e-mail address, wherever.
        codes_per_email: one-time codes asked for with one e-mail address.
        redemptions_per_link: forms completed on one link.
        writes_per_caller: commands over HTTP of one account, participant or key.
        searches_per_caller: searches among known users, and exports.
        sockets_per_address: WebSockets opened.
        commands_per_connection: commands over one socket; more are refused.
        watches_per_connection: changes of window over one socket; more have to wait.
        messages_per_connection: messages of any kind over one socket; more have to wait.
    """

    doors_per_address: Rate = Rate(burst=2_000, per_s=200)
    misses_per_address: Rate = Rate(burst=60, per_s=0.5)
    misses_per_link: Rate = Rate(burst=20, per_s=0.1)
    misses_per_email: Rate = Rate(burst=20, per_s=0.1)
    codes_per_email: Rate = Rate(burst=5, per_s=5 / HOUR_S)
    redemptions_per_link: Rate = Rate(burst=3_000, per_s=200)
    writes_per_caller: Rate = Rate(burst=300, per_s=30)
    searches_per_caller: Rate = Rate(burst=60, per_s=5)
    sockets_per_address: Rate = Rate(burst=20_000, per_s=2_000)
    commands_per_connection: Rate = Rate(burst=60, per_s=20)
    watches_per_connection: Rate = Rate(burst=20, per_s=5)
    messages_per_connection: Rate = Rate(burst=200, per_s=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """How many WebSockets this node holds.

    Args:
        of_node: in all. The default is what a node carries; see docs/performance.md.
        of_room: in one room, so that no room takes the whole of a node from the others.
        of_client: from one address. A whole campus may come from one.
    """

    of_node: int = 50_000
    of_room: int = 50_000
    of_client: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """How many joins there may be.

    Args:
        at_once: under way at the same time.
        line: waiting, in a line that was empty a moment ago.
        standing_s: a line that was not empty for so long stands: more come than can be let in.
        wait_s: in a line that stands there are only as many as are let in within this time,
        short_line: but so many in any case.
        retry_s: the shortest and the longest time after which whoever is sent away may come back.
    """

    at_once: int = 32
    line: int = 2_000
    standing_s: float = 1.0
    wait_s: float = 0.2
    short_line: int = 8
    retry_s: tuple[float, float] = (1.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """How the edge behaves.

    Args:
        public_url: how people reach the server, without a slash at the end; links begin with it.
        allowed_origins: origins whose pages may talk to us, compared exactly. That of
            `public_url` always may.
        allowed_hosts: further names in the Host header, without port.
        trusted_proxies: addresses or networks whose X-Forwarded-For is believed.
        cookie_secure: cookies go over https only; None: when `public_url` is https.
        frame_ancestors: origins that may show our pages in a frame, besides ourselves.
        rates: the rate limits.
        sockets: how many WebSockets there may be.
        intake: how many people are let in at the same time.
        max_entries: entries of the whole site, deleted ones included.
        max_body_bytes: of one HTTP request. The longest list of people has about 800 KiB.
        body_timeout_s: how long a request's body may take to arrive.
        hello_timeout_s: how long a new socket may stay silent.
        send_timeout_s: how long a socket may not take a frame before it is dropped.
        refusal_floor_ms: no refusal at a door comes sooner, so that times tell nothing.
        ticket_s: how long a ticket is good.
        account_s: how long somebody stays signed in.
        device_s: how long a browser is known. Browsers keep nothing longer than 400 days.
        metrics_readers: addresses or networks that may read `/metrics`.
        web_dir: the built pages; None serves none.
        max_feeds: feeds of counts at once, and `feeds_per_caller` of them for one.
        feed_pace_s: the shortest time between two events of one feed; longer in large crowds.
        feed_beat_s: after so long without a change a feed says that it is still there.
        feed_life_s: then a feed ends, and who asks again is looked at anew.
    """

    public_url: str
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    cookie_secure: bool | None = None
    metrics_readers: tuple[str, ...] = LOOPBACKS
    frame_ancestors: tuple[str, ...] = ()
    rates: Rates = field(default_factory=Rates)
    sockets: SocketLimits = field(default_factory=SocketLimits)
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    max_entries: int = 100_000
    max_body_bytes: int = 1024 * 1024
    body_timeout_s: float = 15.0
    hello_timeout_s: float = 10.0
    send_timeout_s: float = 30.0
    refusal_floor_ms: int = 150
    ticket_s: int = 12 * HOUR_S
    account_s: int = 12 * HOUR_S
    device_s: int = 400 * 24 * HOUR_S
    web_dir: Path | None = None
    max_feeds: int = 10_000
    feeds_per_caller: int = 60
    feed_pace_s: float = 1.0
    feed_beat_s: float = 15.0
    feed_life_s: float = 600.0

    def __post_init__(self) -> None:
        """Refuse what cannot be used.

        Raises:
            ValueError: a trusted proxy or a reader is neither an address nor a network.
        """
        networks((*self.trusted_proxies, *self.metrics_readers))

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The trusted proxies, read."""
        return networks(self.trusted_proxies)

    @property
    def is_secure(self) -> bool:
        """People reach the server over https."""
        return self.public_url.startswith("https://")

    @property
    def has_secure_cookies(self) -> bool:
        """Cookies carry the mark `Secure`."""
        return self.is_secure if self.cookie_secure is None else self.cookie_secure

    @property
    def public_name(self) -> str:
        """The name of the server, without scheme and port."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def own_origins(self) -> frozenset[str]:
        """The origins of our own pages, as browsers send them.

        A server on this machine has three names for itself, and people type any of them.
        """
        url = urlsplit(self.public_url)
        port = f":{url.port}" if url.port else ""
        names = LOOPBACK if url.hostname in LOOPBACK else (url.hostname or "",)
        own = (origin_of(f"{url.scheme}://{bracketed(name)}{port}") for name in names)
        return frozenset(origin for origin in own if origin)

    @property
    def origins(self) -> frozenset[str]:
        """Every origin whose pages may talk to us."""
        return self.own_origins | set(self.allowed_origins)

    @property
    def hosts(self) -> frozenset[str]:
        """Every name under which the server may be addressed."""
        name = urlsplit(self.public_url).hostname or ""
        others = LOOPBACK if name in LOOPBACK else ()
        return frozenset({name, *others, *self.allowed_hosts})


def bracketed(name: str) -> str:
    """Write a host as a URL does.

    Example:
        >>> bracketed("::1")
        '[::1]'
    """
    return f"[{name}]" if ":" in name else name


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSecrets:
    """The keys of the edge, each a ring: the first signs, all verify.

    Args:
        link_keys: of the tokens in guest links and invite links.
        ticket_keys: of tickets, device cookies and one-time codes.
        account_keys: of account cookies.
        token_keys: of host tokens.
    """

    link_keys: tuple[bytes, ...]
    ticket_keys: tuple[bytes, ...]
    account_keys: tuple[bytes, ...]
    token_keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        """Hide the keys."""
        return f"EdgeSecrets({len(self.ticket_keys)} in the ring)"
