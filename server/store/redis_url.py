"""Where Redis is: one URL for a single server, for Sentinel, and for a Cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

DEFAULT_PREFIX = "usher:"
DEFAULT_PORT = 6379
SENTINEL_PORT = 26379
OPTIONS = frozenset({"prefix", "replicas", "ca", "cert", "key"})


class BadRedisUrl(ValueError):
    """The URL cannot be used; says why, without the password that it may hold."""


class Topology(StrEnum):
    """How the Redis servers stand together."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


SCHEMES: Mapping[str, tuple[Topology, bool]] = {
    "redis": (Topology.SINGLE, False),
    "rediss": (Topology.SINGLE, True),
    "redis+sentinel": (Topology.SENTINEL, False),
    "rediss+sentinel": (Topology.SENTINEL, True),
    "redis+cluster": (Topology.CLUSTER, False),
    "rediss+cluster": (Topology.CLUSTER, True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUrl:
    """A parsed URL. Printing it shows no password.

    Args:
        hosts: addresses with ports: of the server, of the Sentinels, or of some Cluster nodes.
        master: by what name the Sentinels know the server.
        database: number; a Cluster has only 0.
        prefix: before every key and channel, so that others may use the same Redis.
        replicas: on how many replicas an append has to be before it is acknowledged.
        ca: file with the authorities that the servers' certificates are checked by.
        cert: file with a client certificate; `key` is its key file.
    """

    topology: Topology
    hosts: tuple[tuple[str, int], ...]
    has_tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    master: str = ""
    database: int = 0
    prefix: str = DEFAULT_PREFIX
    replicas: int = 0
    ca: str | None = None
    cert: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Say where it leads, fit for logs."""
        hosts = ", ".join(f"{host}:{port}" for host, port in self.hosts)
        return f"Redis ({self.topology}) at {hosts}"

    @classmethod
    def parse(cls, text: str) -> "RedisUrl":
        """Read a URL.

        Three forms, each with `rediss` in the place of `redis` for TLS:

        - `redis://user:password@host:6379/0`
        - `redis+sentinel://user:password@host1:26379,host2:26379/master/0`
        - `redis+cluster://user:password@host1:7000,host2:7001`

        Options stand behind a question mark: `prefix`, `replicas`, `ca`, `cert`, `key`.

        Raises:
            BadRedisUrl: it is none of these.
        """
        parts = urlsplit(text)
        if parts.scheme not in SCHEMES:
            raise BadRedisUrl(
                "REDIS_URL has to begin with redis://, redis+sentinel:// or redis+cluster:// "
                "(with rediss for TLS)."
            )
        topology, has_tls = SCHEMES[parts.scheme]
        username, password, places = _split_login(parts.netloc)
        port = SENTINEL_PORT if topology is Topology.SENTINEL else DEFAULT_PORT
        path = [part for part in parts.path.split("/") if part]
        master = ""
        if topology is Topology.SENTINEL:
            if not path:
                raise BadRedisUrl(
                    "REDIS_URL lacks the name of the master: redis+sentinel://host:26379/NAME"
                )
            master = unquote(path.pop(0))
        if len(path) > 1 or (path and not path[0].isdigit()):
            raise BadRedisUrl("REDIS_URL has to end with the number of a database, or with none.")
        database = int(path[0]) if path else 0
        if topology is Topology.CLUSTER and database:
            raise BadRedisUrl("A Redis Cluster has no database but 0.")
        options = _options(parts.query)
        return cls(
            topology=topology,
            hosts=tuple(_host(place, port) for place in places.split(",")),
            has_tls=has_tls,
            username=username,
            password=password,
            master=master,
            database=database,
            prefix=_prefix(options.get("prefix", DEFAULT_PREFIX)),
            replicas=_replicas(options.get("replicas", "0")),
            ca=options.get("ca"),
            cert=options.get("cert"),
            key=options.get("key"),
        )


def _split_login(netloc: str) -> tuple[str | None, str | None, str]:
    login, at, places = netloc.rpartition("@")
    if not at:
        return None, None, places
    username, _, password = login.partition(":")
    return unquote(username) or None, unquote(password) or None, places


def _host(place: str, port: int) -> tuple[str, int]:
    host, colon, number = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, number = place, str(port)
    host = host.strip("[]")
    if not host or not number.isdigit() or not 0 < int(number) < 65_536:
        raise BadRedisUrl("REDIS_URL has to name its servers as host:port, with commas between.")
    return host, int(number)


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(options.keys() - OPTIONS):
        raise BadRedisUrl(
            f"REDIS_URL has no option {unknown[0]}; there are {', '.join(sorted(OPTIONS))}."
        )
    return options


def _prefix(prefix: str) -> str:
    if not prefix or set("{}* ?[]\\") & set(prefix):
        raise BadRedisUrl("The prefix in REDIS_URL has to be without braces, blanks and wildcards.")
    return prefix


def _replicas(text: str) -> int:
    if not text.isdigit() or int(text) > 9:
        raise BadRedisUrl("The option replicas in REDIS_URL has to be a number from 0 to 9.")
    return int(text)
