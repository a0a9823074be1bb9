"""The way to Redis: users, certificates, scripts, replicas, and what is said when it fails."""

import asyncio
import datetime
import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis.asyncio import RedisCluster

from protocol.ids import RoomId
from server.store.interface import START, Conflict, Put, Unavailable, Unusable
from server.store.redis import RedisStore
from server.store.redis_faults import cure_of
from server.store.redis_url import RedisUrl
from server.store.redis_wire import NotReplicated
from tests.redis_servers import own_prefix, redis_server
from tests.running import free_port

ROOM = RoomId("e_1")


async def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        async with RedisStore.open(RedisUrl.parse(f"redis://127.0.0.1:{free_port()}")):
            pass


async def test_a_user_needs_these_rights_and_no_others(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as redis:
        await redis.call(
            "ACL", "SETUSER", "usher", "on", ">secret", "~usher:*", "&usher:*",
            *RIGHTS.split(),
        )  # fmt: skip
        url = redis.url.replace("redis://", "redis://usher:secret@")
        async with RedisStore.open(RedisUrl.parse(url)) as store:
            async with store.follow(ROOM) as hints, asyncio.timeout(20):
                head = await store.append(
                    ROOM, START, [b"a"], puts=[Put(table="t", key="k", value=b"v")], wake_at=1
                )
                assert await anext(hints) == 1
            assert (await store.read(ROOM, START)).payloads == (b"a",)
            assert await store.get("t", "k", 0) == b"v"
            assert await store.due(5) == [ROOM]
            assert await store.sweep(5) == 0
            assert await store.take_token("x", 1, 1.0, 1) == 0.0
            await store.trim(ROOM, head)
        with pytest.raises(Unusable):
            async with RedisStore.open(RedisUrl.parse(f"{url}?prefix=other:")):
                pass


RIGHTS = (
    "-@all +@connection +@pubsub +@hash +@sortedset +@stream +@list +@string +@keyspace "
    "+@scripting +info +wait +time -@dangerous +info"
)
"""As docs/operations.md gives them."""


async def test_a_wrong_password_is_said_without_repeating_it(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--requirepass", "right") as redis:
        for login in ("", ":wrong-one@"):
            url = redis.url.replace("redis://", f"redis://{login}")
            with pytest.raises(Unusable) as fault:
                async with RedisStore.open(RedisUrl.parse(url)):
                    pass
            assert "wrong-one" not in str(fault.value)
        async with RedisStore.open(RedisUrl.parse(redis.url.replace("//", "//:right@"))):
            pass


async def test_tls_with_the_authority_that_was_named(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    port = free_port()
    tls = (
        "--port", "0", "--tls-port", str(port), "--tls-cert-file", str(certificate),
        "--tls-key-file", str(key), "--tls-ca-cert-file", str(certificate),
        "--tls-auth-clients", "no",
    )  # fmt: skip
    async with redis_server(tmp_path / "redis", *tls):
        url = f"rediss://127.0.0.1:{port}"
        async with (
            RedisStore.open(RedisUrl.parse(f"{url}?ca={certificate}")) as store,
            store.follow(ROOM) as hints,
            asyncio.timeout(20),
        ):
            await store.append(ROOM, START, [b"a"])
            assert await anext(hints) == 1
        with pytest.raises(Unavailable) as fault:
            async with RedisStore.open(RedisUrl.parse(url)):
                pass
        assert "?ca=FILE" in cure_of(fault.value)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


async def test_scripts_are_learned_again_by_a_server_that_forgot_them(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path) as redis,
        RedisStore.open(RedisUrl.parse(redis.url)) as store,
    ):
        head = await store.append(ROOM, START, [b"a"])
        await redis.call("SCRIPT", "FLUSH")
        assert (await store.append(ROOM, head, [b"b"])).version == 2


async def test_what_too_few_replicas_have_taken_is_not_acknowledged(
    tmp_path: Path, sentinel_url: str
) -> None:
    few = own_prefix(sentinel_url, tmp_path)
    many = few.replace("replicas=1", "replicas=9")
    async with (
        RedisStore.open(RedisUrl.parse(few)) as store,
        RedisStore.open(RedisUrl.parse(many)) as careful,
    ):
        head = await store.append(ROOM, START, [b"a"])
        with pytest.raises(NotReplicated, match="2 of 9"):
            await careful.append(ROOM, head, [b"b"])
        # It is there all the same: whoever asks again finds out.
        with pytest.raises(Conflict):
            await careful.append(ROOM, head, [b"b"])


async def test_a_connection_that_is_closed_beneath_a_call_was_only_lost(
    cluster_url: str, tmp_path: Path
) -> None:
    """As redis-py closes all of a server, those in use as well, when a Cluster fails over."""
    value = b"x" * 2_000_000

    async def close_again_and_again(client: RedisCluster) -> None:
        while True:
            for node in client.get_nodes():
                await node.disconnect()

    async with RedisStore.open(RedisUrl.parse(own_prefix(cluster_url, tmp_path))) as store:
        assert isinstance(store.wire._client, RedisCluster)
        closing = asyncio.create_task(close_again_and_again(store.wire._client))
        puts = [[Put(table="t", key=f"k{number}", value=value)] for number in range(100)]
        outcomes = await asyncio.gather(*map(store.put, puts), return_exceptions=True)
        closing.cancel()
        await asyncio.wait([closing])
        faults = [one for one in outcomes if isinstance(one, BaseException)]
        assert faults
        assert {type(one) for one in faults} == {Unavailable}
        assert await store.put(puts[0])
