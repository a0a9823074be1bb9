"""`python -m load.inside.replica --people N`: one replica with so many people, and what it costs.

Everybody comes by the rules of a real redemption; the replica follows in batches, as it does when
a node commits for many at once. Then roles change, one at a time, each followed by a look through
a moderator's window. The last line of output is one JSON object.
"""

import gc
import json
import os
import statistics
import time
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import click

from load.inside.people import Arrivals, record_of
from load.process import usage_of
from protocol import commands as c
from protocol.codec import MSGPACK
from protocol.commands import Command
from protocol.ids import AccountId, ParticipantId, RoomId
from protocol.messages import Delta, Position, ServerMessage, Snapshot
from protocol.roles import EntryKind, Group, Role
from protocol.settings import EntrySettings
from protocol.views import Range, Window
from server.core.actors import AccountActor
from server.core.audience import Audience
from server.core.decide import Env, step
from server.core.diff import diff
from server.core.person import Person, person_id
from server.core.project import project
from server.core.record import Record
from server.core.roster import Roster
from server.core.rows import Rows
from server.core.state import EMPTY, RoomState
from server.core.touched import touched

Result = TypeVar("Result")

ROOM = RoomId("e_demo-room")
NOW = 1_772_459_100_000
KEY = bytes(32)
BATCH = 1_000
CHANGES = 200
SYNC_TAIL = b"\0\0\xff\xff"
"""Which compressed frames leave out."""
GC_THRESHOLDS = (5_000, 5, 4_000)
"""As the server sets them."""
HOST = AccountActor(
    account_id=AccountId("host"),
    person=Person(person_id("host@example.org", KEY), "Hanna Host", "host@example.org"),
)
SETUP: tuple[Command, ...] = (
    c.CreateEntry(kind=EntryKind.ROOM, name="A room for everybody"),
    c.EditSettings(settings=EntrySettings(capacity=1_000_000), only=("capacity",)),
    c.StartSession(),
    c.SetGuestAccess(is_on=True),
    c.CreateGuestLink(name="Load"),
)


@click.command()
@click.option("--people", type=click.IntRange(1, 999_000), default=100_000, show_default=True)
def main(people: int) -> None:
    """Fill one replica with people, in this process alone."""
    gc.set_threshold(*GC_THRESHOLDS)
    click.echo(json.dumps(filled(people)))


def filled(people: int) -> dict[str, Any]:
    """Fill a replica, and say what each arrival, change and look cost."""
    state, roster = _open_room(), Roster(EMPTY)
    [link] = state.links.values()
    arrivals = Arrivals(ROOM, link, NOW, KEY)
    before_mib = usage_of(os.getpid()).rss_mib
    marks: list[dict[str, Any]] = []
    cpu, began = time.process_time(), time.perf_counter()
    for first in range(0, people, BATCH):
        batch_cpu = time.process_time()
        records: list[Record] = []
        start = state
        for number in range(first, min(first + BATCH, people)):
            redeemed, opened = arrivals.come(state, number)
            records += [record_of(redeemed), record_of(opened)]
            state = opened.state
        roster.advance(state, touched(start, [e for one in records for e in one.events]))
        marks.append({"people": first, "cpu_us": 1e6 * (time.process_time() - batch_cpu) / BATCH})
    return {
        "scenario": "replica",
        "people": len(state.participants),
        "cpu_s": round(time.process_time() - cpu, 2),
        "seconds": round(time.perf_counter() - began, 2),
        "rss_mib": round(usage_of(os.getpid()).rss_mib, 1),
        "bytes_per_person": round(
            (usage_of(os.getpid()).rss_mib - before_mib) * 1024 * 1024 / people
        ),
        "cpu_us_per_arrival_first": _median(marks[: len(marks) // 10 or 1]),
        "cpu_us_per_arrival_last": _median(marks[-(len(marks) // 10 or 1) :]),
        **_changes(state, roster),
    }


def _median(marks: list[dict[str, Any]]) -> float:
    return float(round(statistics.median(one["cpu_us"] for one in marks), 1))


def _open_room() -> RoomState:
    state = EMPTY
    for number, command in enumerate(SETUP):
        seed = f"setup {number}".encode().ljust(16, b"\0")
        done = step(state, command, HOST, Env(room=ROOM, now=NOW, seed=seed, person_key=KEY))
        if done.rejected is not None:
            raise RuntimeError(f"{command.type} was refused: {done.rejected.code}")
        state = done.state
    return state


def _changes(state: RoomState, roster: Roster) -> dict[str, Any]:
    """Change roles one at a time: decide and fold, follow in the roster, look, compare."""
    window = Window(groups={Group.ON_STAGE: Range(count=25), Group.VIEWERS: Range(count=25)})
    someone = next(iter(roster.ids(Group.VIEWERS, 10, 1)))
    rows = Rows()
    audience = Audience.STAFF | Audience.INVITERS
    view = project(state, roster, audience, window, NOW, None, rows)
    delta = None
    times: dict[str, list[float]] = {"decide": [], "roster": [], "look": [], "diff": []}

    def timed(name: str, work: Callable[..., Result], *args: Any) -> Result:
        began = time.process_time_ns()
        found = work(*args)
        times[name].append((time.process_time_ns() - began) / 1000)
        return found

    for number in range(CHANGES):
        role = Role.SPEAKER if number % 2 == 0 else Role.VIEWER
        wish = c.SetRole(participant_id=ParticipantId(someone), role=role)
        env = Env(room=ROOM, now=NOW, seed=number.to_bytes(16, "big"), person_key=KEY)
        done = timed("decide", step, state, wish, HOST, env)
        found = touched(state, record_of(done).events)
        state = done.state
        timed("roster", roster.advance, state, found)
        new = timed("look", project, state, roster, audience, window, NOW, None, rows)
        delta = timed("diff", diff, view, new)
        view = new
    medians = {name: statistics.median(one) for name, one in times.items()}
    at = Position(epoch="load", version=CHANGES)
    sent: dict[str, ServerMessage] = {"first view": Snapshot(position=at, view=view)}
    if delta is not None:
        sent["change"] = Delta(base=CHANGES - 1, position=at, delta=delta)
    return {
        "compression": {name: _compressed(MSGPACK.encode(one)) for name, one in sent.items()},
        "cpu_us_per_change": round(sum(medians.values()), 1),
        **{f"cpu_us_{name}": round(value, 1) for name, value in medians.items()},
    }


def _compressed(payload: bytes) -> dict[str, float]:
    """Say what a frame would shrink to, and what that would take, once for all who are sent it.

    Source: RFC 7692 without context takeover, which alone lets many share a frame.
    """
    times = []
    made = b""
    for _ in range(CHANGES):
        began = time.process_time_ns()
        one = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        made = one.compress(payload) + one.flush(zlib.Z_SYNC_FLUSH)
        times.append((time.process_time_ns() - began) / 1000)
    return {
        "bytes": len(payload),
        "compressed": len(made) - len(SYNC_TAIL),
        "cpu_us": round(statistics.median(times), 1),
    }


if __name__ == "__main__":
    main()
