"""The server's settings: one frozen object, read once from the environment.

Each field names its variable, unit, default and reason; `docs/operations.md` lists them, and a
test holds the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from server.edge.origins import origin_of
from server.keyring import FILE_NAME

LOOPBACKS = ("127.0.0.0/8", "::1")


class SettingsError(Exception):
    """A variable has a value that cannot be used; names the variable, not the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be chosen when the server starts.

    Args:
        host: `HOST`; the address to listen on. The default is reached from this machine only.
        port: `PORT`.
        data: `USHER_DATA`; folder of the database file and the keys.
        public_url: `USHER_URL`; how people reach the server, for links in mails. Default: what
            it listens on.
        origins: `USHER_ORIGINS`; other origins whose pages may talk to us, separated by spaces.
        trusted_proxies: `USHER_PROXIES`; addresses whose forwarded headers are believed.
        metrics_readers: `USHER_METRICS`; addresses that may read `/metrics`. Default: this
            machine alone.
        inner_networks: `USHER_INNER`; networks that are not public and that the server may call
            all the same, whatever for. Default: none, as whoever names an address could look
            around.
        inner_webhooks: `USHER_INNER_WEBHOOKS`; the same, for webhooks alone.
        inner_platforms: `USHER_INNER_PLATFORMS`; the same, for learning platforms and providers
            of sign-in alone.
        livekit_url: `LIVEKIT_URL`; the media server, as browsers reach it. Default: none.
        livekit_key: `LIVEKIT_API_KEY`; needed with it.
        livekit_secret: `LIVEKIT_API_SECRET`; needed with it.
        frame_ancestors: `USHER_FRAMES`; origins that may show our pages in a frame.
        has_demo: `USHER_DEMO`; make one entry of each kind on first start (1 or 0).
        log_level: `USHER_LOG`; debug, info, warning or error.
        log_form: `USHER_LOG_FORM`; json, text, or auto: text on a terminal, JSON elsewhere.
        traces_url: `USHER_TRACES`; where traces are sent, by OTLP over HTTP. Default: nowhere.
        tick_ms: `USHER_TICK_MS`; the shortest time between two frames to a watcher.
        ping_ms: `USHER_PING_MS`; how often clients are asked whether they are there.
        redis_url: `REDIS_URL`; where many nodes keep their rooms. Default: the embedded store.
        keys: `USHER_KEYS`; the key file, which all nodes have to share. Default: in the data
            folder.
        connections: `USHER_CONNECTIONS`; WebSockets that this node holds at most.
        room_connections: `USHER_ROOM_CONNECTIONS`; of these in one room.
        client_connections: `USHER_CLIENT_CONNECTIONS`; of these from one address.
        entries: `USHER_ENTRIES`; entries of the whole site.
        oidc: `USHER_OIDC`; a file that lists where people can sign in. Default: nowhere else.
        has_lti: `USHER_LTI`; learning platforms may be registered (1 or 0).
        node: `USHER_NODE`; what operators call this process. Default: its host name and port.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = Path("data")
    public_url: str = ""
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    metrics_readers: tuple[str, ...] = LOOPBACKS
    inner_networks: tuple[str, ...] = ()
    inner_webhooks: tuple[str, ...] = ()
    inner_platforms: tuple[str, ...] = ()
    livekit_url: str = ""
    livekit_key: str = ""
    livekit_secret: str = field(default="", repr=False)
    frame_ancestors: tuple[str, ...] = ()
    has_demo: bool = True
    log_level: str = "info"
    log_form: str = "auto"
    traces_url: str = field(default="", repr=False)
    tick_ms: int = 100
    ping_ms: int = 2_500
    redis_url: str = field(default="", repr=False)
    keys: Path | None = None
    connections: int = 50_000
    room_connections: int = 50_000
    client_connections: int = 20_000
    entries: int = 100_000
    oidc: Path | None = None
    has_lti: bool = True
    node: str = ""

    @property
    def key_file(self) -> Path:
        """Where the server's keys are."""
        return self.keys or self.data / FILE_NAME

    @property
    def url(self) -> str:
        """How people reach the server, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the environment.

        Raises:
            SettingsError: a value cannot be used.
        """
        return cls(
            host=env.get("HOST") or "127.0.0.1",
            port=_number(env, "PORT", 8000, 0, 65_535),
            data=Path(env.get("USHER_DATA") or "data"),
            public_url=_url(env, "USHER_URL"),
            origins=_origins(env, "USHER_ORIGINS"),
            trusted_proxies=_words(env, "USHER_PROXIES"),
            metrics_readers=_words(env, "USHER_METRICS") or LOOPBACKS,
            inner_networks=_words(env, "USHER_INNER"),
            inner_webhooks=_words(env, "USHER_INNER_WEBHOOKS"),
            inner_platforms=_words(env, "USHER_INNER_PLATFORMS"),
            livekit_url=env.get("LIVEKIT_URL") or "",
            livekit_key=env.get("LIVEKIT_API_KEY") or "",
            livekit_secret=env.get("LIVEKIT_API_SECRET") or "",
            frame_ancestors=_origins(env, "USHER_FRAMES"),
            has_demo=_number(env, "USHER_DEMO", 1, 0, 1) == 1,
            log_level=_choice(env, "USHER_LOG", "info", ("debug", "info", "warning", "error")),
            log_form=_choice(env, "USHER_LOG_FORM", "auto", ("auto", "json", "text")),
            traces_url=_url(env, "USHER_TRACES"),
            tick_ms=_number(env, "USHER_TICK_MS", 100, 1, 10_000),
            ping_ms=_number(env, "USHER_PING_MS", 2_500, 100, 60_000),
            redis_url=env.get("REDIS_URL") or "",
            keys=Path(env["USHER_KEYS"]) if env.get("USHER_KEYS") else None,
            connections=_number(env, "USHER_CONNECTIONS", 50_000, 1, 1_000_000),
            room_connections=_number(env, "USHER_ROOM_CONNECTIONS", 50_000, 1, 1_000_000),
            client_connections=_number(env, "USHER_CLIENT_CONNECTIONS", 20_000, 1, 1_000_000),
            entries=_number(env, "USHER_ENTRIES", 100_000, 1, 10_000_000),
            oidc=Path(env["USHER_OIDC"]) if env.get("USHER_OIDC") else None,
            has_lti=_number(env, "USHER_LTI", 1, 0, 1) == 1,
            node=env.get("USHER_NODE") or "",
        )


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} has to be a number from {least} to {most}.")
    return int(text)


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = (env.get(name) or default).lower()
    if text not in choices:
        raise SettingsError(f"{name} has to be one of {', '.join(choices)}.")
    return text


def _url(env: Mapping[str, str], name: str) -> str:
    text = env.get(name) or ""
    if text and not text.startswith(("http://", "https://")):
        raise SettingsError(f"{name} has to begin with http:// or https://.")
    return text


def _origins(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read origins, and write them as browsers do, which are compared with exactly.

    Small letters, no usual port, no slash at the end: all that can only mean one origin.
    """
    found = []
    for text in _words(env, name):
        origin = origin_of(text)
        if not origin or set(urlsplit(text)[2:]) - {"", "/"}:
            raise SettingsError(
                f"{name} has to hold origins like https://your.example, without a path."
            )
        found.append(origin)
    return tuple(found)


def _words(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple((env.get(name) or "").split())
