"""Writes until it is killed, and tells what was acknowledged. Started by `test_sqlite_crash.py`.

Each line on standard output is `<room> <version>`, written after the store has said so. Each
append is a batch of three payloads, `<room> <batch> <n>`, and a value with the batch's number.
"""

import asyncio
import sys
from pathlib import Path

from protocol.ids import RoomId
from server.store.interface import Checkpoint, Position, Put
from server.store.sqlite import SqliteStore

ROOMS = 4
CHECKPOINT_EVERY = 8
CHECKPOINT_BYTES = 2_500_000


async def write(store: SqliteStore, room: RoomId) -> None:
    position = await store.head(room)
    while True:
        batch = position.version // 3
        payloads = [f"{room} {batch} {number}".encode() for number in range(3)]
        put = Put(table="batch", key=room, value=str(batch).encode())
        position = await store.append(room, position, payloads, puts=[put])
        sys.stdout.write(f"{room} {position.version}\n")
        sys.stdout.flush()
        if batch % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1:
            await save(store, room, position)


async def save(store: SqliteStore, room: RoomId, position: Position) -> None:
    # Several parts, each of which says to which version it belongs.
    payload = f"{position.version:010}".encode() * (CHECKPOINT_BYTES // 10)
    await store.save_checkpoint(room, Checkpoint(position, payload))
    await store.trim(room, Position(position.epoch, position.version - 6))


async def main(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        await asyncio.gather(*(write(store, RoomId(f"e_{number}")) for number in range(ROOMS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
