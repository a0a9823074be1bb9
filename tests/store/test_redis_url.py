"""One URL for a single server, for Sentinel and for a Cluster."""

import pytest

from server.store.redis_url import BadRedisUrl, RedisUrl, Topology


def test_a_single_server() -> None:
    url = RedisUrl.parse("redis://usher:p%40ss@cache.example:6380/3")
    assert url.topology is Topology.SINGLE
    assert url.hosts == (("cache.example", 6380),)
    assert (url.username, url.password, url.database) == ("usher", "p@ss", 3)
    assert (url.prefix, url.replicas, url.has_tls) == ("usher:", 0, False)


def test_defaults_and_tls() -> None:
    url = RedisUrl.parse("rediss://cache.example?ca=/etc/ca.pem&prefix=rooms:&replicas=1")
    assert url.hosts == (("cache.example", 6379),)
    assert (url.has_tls, url.ca, url.prefix, url.replicas) == (True, "/etc/ca.pem", "rooms:", 1)
    assert RedisUrl.parse("redis://[::1]").hosts == (("::1", 6379),)
    assert RedisUrl.parse("redis://[::1]:7000").hosts == (("::1", 7000),)


def test_sentinels() -> None:
    url = RedisUrl.parse("redis+sentinel://:secret@s1,s2:26380/main/2")
    assert url.topology is Topology.SENTINEL
    assert url.hosts == (("s1", 26379), ("s2", 26380))
    assert (url.master, url.database, url.password) == ("main", 2, "secret")


def test_a_cluster() -> None:
    url = RedisUrl.parse("rediss+cluster://a:7000,b:7001")
    assert url.topology is Topology.CLUSTER
    assert url.hosts == (("a", 7000), ("b", 7001))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begin with"),
        ("http://cache.example", "begin with"),
        ("redis://", "host:port"),
        ("redis://a:port", "host:port"),
        ("redis://a:70000", "host:port"),
        ("redis://a/zero", "database"),
        ("redis://a/1/2", "database"),
        ("redis+cluster://a/1", "no database but 0"),
        ("redis+sentinel://a:26379", "name of the master"),
        ("redis://a?colour=red", "no option colour"),
        ("redis://a?replicas=many", "replicas"),
        ("redis://a?prefix={x}", "prefix"),
        ("redis://a?prefix=", "prefix"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(BadRedisUrl, match=why):
        RedisUrl.parse(text)


@pytest.mark.parametrize(
    "text", ["redis://me:hunter2@a", "redis+cluster://me:hunter2@a,b", "redis://me:hunter2@a/zero"]
)
def test_no_text_of_it_holds_the_password(text: str) -> None:
    try:
        shown = str(RedisUrl.parse(text)) + repr(RedisUrl.parse(text))
    except BadRedisUrl as fault:
        shown = str(fault)
    assert "hunter2" not in shown
