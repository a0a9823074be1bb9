"""The server's settings: one frozen object, read once from the environment.

Each field names its variable, unit, default and reason; `docs/operations.md` lists them, and a
test holds the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.keyring import FILE_NAME


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
        frame_ancestors: `USHER_FRAMES`; origins that may show our pages in a frame.
        has_demo: `USHER_DEMO`; make one entry of each kind on first start (1 or 0).
        log_level: `USHER_LOG`; debug, info, warning or error.
        tick_ms: `USHER_TICK_MS`; the shortest time between two frames to a watcher.
        ping_ms: `USHER_PING_MS`; how often clients are asked whether they are there.
        redis_url: `REDIS_URL`; where many nodes keep their rooms. Default: the embedded store.
        keys: `USHER_KEYS`; the key file, which all nodes have to share. Default: in the data
            folder.
        node: `USHER_NODE`; what operators call this process. Default: its host name and port.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = Path("data")
    public_url: str = ""
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    has_demo: bool = True
    log_level: str = "info"
    tick_ms: int = 100
    ping_ms: int = 2_500
    redis_url: str = field(default="", repr=False)
    keys: Path | None = None
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
            origins=_words(env, "USHER_ORIGINS"),
            trusted_proxies=_words(env, "USHER_PROXIES"),
            frame_ancestors=_words(env, "USHER_FRAMES"),
            has_demo=_number(env, "USHER_DEMO", 1, 0, 1) == 1,
            log_level=_choice(env, "USHER_LOG", "info", ("debug", "info", "warning", "error")),
            tick_ms=_number(env, "USHER_TICK_MS", 100, 1, 10_000),
            ping_ms=_number(env, "USHER_PING_MS", 2_500, 100, 60_000),
            redis_url=env.get("REDIS_URL") or "",
            keys=Path(env["USHER_KEYS"]) if env.get("USHER_KEYS") else None,
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


def _words(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple((env.get(name) or "").split())
