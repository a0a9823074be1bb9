"""A person erased at one node is gone from Redis and from the memory of every node."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from tests.erasing import EMAIL, Traced, found, wrapped_keys
from tests.nodes import running_nodes
from tests.redis_servers import eventually, own_prefix
from tests.running import RunningServer


async def everything_in(url: str) -> bytes:
    """Read every key below the prefix of a Redis, whatever it holds."""
    prefix = url.rpartition("prefix=")[2]
    client: Any = Redis.from_url(url.partition("?")[0])
    readers = {
        b"string": lambda key: client.get(key),
        b"hash": lambda key: client.hgetall(key),
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"set": lambda key: client.smembers(key),
        b"list": lambda key: client.lrange(key, 0, -1),
        b"stream": lambda key: client.xrange(key),
    }
    read: list[bytes] = []
    try:
        async for key in client.scan_iter(match=f"{prefix}*"):
            kind = await client.type(key)
            if kind != b"none":  # It has gone meanwhile.
                read += [key, _flat(await readers[kind](key))]
    finally:
        await client.aclose()
    return b"\0".join(read)


def _flat(value: Any) -> bytes:
    if isinstance(value, dict):
        return b"\0".join(_flat(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set):
        return b"\0".join(_flat(part) for part in value)
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.mark.timeout(180)
async def test_a_person_erased_at_one_node_is_in_no_key_and_at_no_node(
    tmp_path: Path, redis_url: str
) -> None:
    url = own_prefix(redis_url, tmp_path)
    async with running_nodes(tmp_path, 2, url) as nodes:
        first, second = nodes.nodes
        async with first.http() as http, second.http() as other:
            for one in (http, other):
                one.headers.update({"Origin": nodes.url, "Host": nodes.url.removeprefix("http://")})
            await first.sign_in(http)
            traced = Traced(first, http)
            await traced.leave_traces()
            other.cookies = http.cookies
            assert found(await traced.surfaces(other))
            held = await _asked(first, http, "export")
            async with RedisStore.open(RedisUrl.parse(url)) as store:
                keys = await wrapped_keys(store, held["person_ids"])
            before = await everything_in(url)
            assert all(key in before for key in keys)

            await _asked(first, http, "erase")

            async def is_gone() -> bool:
                return not found(await traced.surfaces(other))

            assert found(await traced.surfaces()) == []
            await eventually(is_gone, "the other node has forgotten them")
        after = await everything_in(url)
        assert found(after) == []
        assert not [key for key in keys if key in after]
        assert found(nodes.log) == []


async def _asked(server: RunningServer, http: httpx.AsyncClient, what: str) -> Any:
    code, out, err = await server.usher("key", "create", "--name", "test", "--scope", "people")
    assert code == 0, err
    key = json.loads(out)["key"]
    bearer = {"Authorization": f"Bearer {key}"}
    answer = await http.post(f"/people/{what}", json={"email": EMAIL}, headers=bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()
