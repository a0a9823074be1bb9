"""`python -m load.inside.seed FOLDER`: fill a room of a data folder with people.

The room has to be open already, with a guest link. Everybody comes in by the rules of a real
redemption. All but the last few are in the checkpoint; those are its tail, so that who opens the
room does both: read a checkpoint, and read on.
"""

import asyncio
import time
from pathlib import Path

import click

from load.inside.folder import opened_folder
from load.inside.people import Arrivals, lost, record_of
from protocol.ids import ParticipantId, RoomId
from server.core.evolve import evolve_record
from server.core.record import Record
from server.core.state import RoomState
from server.hub.replica import Replica

ROOM = RoomId("e_demo-room")
STAY_MS = 86_400_000
AT_ONCE = 1_000


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--people", type=click.IntRange(2, 999_000), required=True)
@click.option("--tail", type=click.IntRange(1, 1_000), default=100, show_default=True)
def main(folder: Path, people: int, tail: int) -> None:
    """Fill the demo room of a data FOLDER that no server uses."""
    asyncio.run(seed(folder, people, min(tail, people // 2)))


async def seed(path: Path, people: int, tail: int) -> None:
    """Let so many people in, and have so many of them come after the checkpoint."""
    async with opened_folder(path) as folder:
        replica = Replica(ROOM, folder.journal)
        await replica.load()
        state, position = replica.state, replica.position
        [link] = [one for one in state.links.values() if not one.is_deleted][:1]
        now = time.time_ns() // 1_000_000  # noqa: TID251 - this program is a shell of its own
        arrivals = Arrivals(ROOM, link, now, folder.keyring.person_key)
        for number in range(people - tail):
            state, records = _come(arrivals, state, number, now)
        # The checkpoint stands at a version that the log has.
        position = await folder.journal.append(ROOM, position, records[-1:])
        await folder.journal.save(ROOM, position, state)
        late: list[Record] = []
        for number in range(people - tail, people):
            state, records = _come(arrivals, state, number, now)
            late += records
        for first in range(0, len(late), AT_ONCE):
            some = late[first : first + AT_ONCE]
            position = await folder.journal.append(ROOM, position, some)


def _come(
    arrivals: Arrivals, state: RoomState, number: int, now: int
) -> tuple[RoomState, list[Record]]:
    redeemed, opened = arrivals.come(state, number)
    who = opened.state.participants[ParticipantId(redeemed.result["participant_id"])]
    dropped = lost(who, now, now + STAY_MS)
    records = [record_of(redeemed), record_of(opened), dropped]
    return evolve_record(opened.state, dropped), records


if __name__ == "__main__":
    main()
