"""`python -m load.inside.opening FOLDER`: say what opening a room is made of.

The same steps as `Replica.load`, one after another in this process, each with its CPU and its
time. The last line of output is one JSON object.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from load.inside.folder import Folder, opened_folder
from load.inside.seed import ROOM
from server.core.evolve import evolve_record
from server.core.record import Record
from server.core.roster import Roster
from server.core.state import RoomState
from server.hub.alarms import Alarms
from server.store.codec import Codec
from server.store.payload import Kind, Place, unpack
from server.store.sealing import unseal


class Steps:
    """How long each step took, in the order in which they were taken."""

    def __init__(self) -> None:
        """Start without any."""
        self.taken: list[dict[str, Any]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of a step."""
        cpu, began = time.process_time(), time.perf_counter()
        yield
        self.taken.append(
            {
                "step": name,
                "cpu_s": round(time.process_time() - cpu, 4),
                "seconds": round(time.perf_counter() - began, 4),
            }
        )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Open the demo room of a data FOLDER that no server uses, step by step."""
    click.echo(json.dumps(asyncio.run(_opened(folder))))


async def _opened(path: Path) -> dict[str, Any]:
    async with opened_folder(path) as folder:
        return await opening(folder)


async def opening(folder: Folder) -> dict[str, Any]:
    """Take the steps, and give what each one took."""
    steps = Steps()
    with steps.step("read the checkpoint"):
        checkpoint = await folder.store.load_checkpoint(ROOM)
    if checkpoint is None:
        raise click.ClickException("the room has no checkpoint")
    with steps.step("check and inflate it"):
        place = Place(Kind.CHECKPOINT, ROOM, checkpoint.position.version)
        content = unpack(place, checkpoint.payload)
    with steps.step("fetch and unwrap keys of persons"):
        keys = await folder.sealer.keys_to_open(content.sealed)
    with steps.step("open sealed persons"):
        people = [unseal(sealed, keys) for sealed in content.sealed]
    with steps.step("decode the state"):
        state = Codec(RoomState).decode(content.body, people)
    with steps.step("read the tail"):
        records: list[Record] = []
        position = checkpoint.position
        while (page := await folder.journal.read(ROOM, position)).records:
            records += page.records
            position = page.position
    with steps.step("fold the tail"):
        for record in records:
            state = evolve_record(state, record)
    with steps.step("put groups in order"):
        Roster(state)
    with steps.step("set alarms"):
        Alarms(state)
    return {
        "people": len(state.participants),
        "checkpoint_bytes": len(checkpoint.payload),
        "tail_records": len(records),
        "cpu_s": round(sum(one["cpu_s"] for one in steps.taken), 3),
        "seconds": round(sum(one["seconds"] for one in steps.taken), 3),
        "steps": steps.taken,
    }


if __name__ == "__main__":
    main()
