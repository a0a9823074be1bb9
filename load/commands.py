"""The command line of the scenarios with real sockets."""

import asyncio
import json
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click
import uvloop

from load.browser import BrowsePlan, browse
from load.contenders import PEERS
from load.fanout import FanoutPlan, fanout
from load.mixed import MixedPlan, mixed
from load.overload import OverloadPlan, RestartPlan, overload, restart
from load.process import LoadError
from load.promote import PromotePlan, promote
from load.repeated import repeated
from load.returning import ChurnPlan, ReconnectPlan, ScrollPlan, churn, reconnect, scroll
from load.sizes import SizesPlan, sizes
from load.slow import SlowPlan, slow
from load.soak import SoakPlan, soak
from load.storm import StormPlan, storm
from load.stuck import StuckPlan, stuck
from load.turns import Turns

Result = TypeVar("Result")
Tell = Callable[[str], None]

json_option = click.option(
    "--json", "is_json", is_flag=True, help="Print the figures as JSON alone."
)


def members_option(default: int) -> Callable[[Any], Any]:
    """Ask how many are inside."""
    return click.option(
        "--members", default=default, show_default=True, type=click.IntRange(20, 20_000)
    )


def repeats_option() -> Callable[[Any], Any]:
    """Ask how often all of it is done, each time from nothing."""
    return click.option(
        "--repeats",
        default=1,
        show_default=True,
        type=click.IntRange(1, 50),
        help="Runs, each from nothing; medians are given.",
    )


def at_once_option() -> Callable[[Any], Any]:
    """Ask how many may be on their way in at the same time."""
    return click.option("--at-once", default=100, show_default=True, type=click.IntRange(1, 2_000))


def told(*, is_json: bool) -> Tell:
    """Print progress, unless only the figures are wanted."""
    return (lambda _: None) if is_json else click.echo


def shown(scenario: Coroutine[Any, Any, dict[str, Any]]) -> None:
    """Run a scenario and print its figures as the last line."""
    click.echo(json.dumps(ran(scenario)))


def ran(scenario: Coroutine[Any, Any, Result]) -> Result:
    """Run a scenario to its end; asked to stop (SIGINT, SIGTERM), it ends what it started first.

    Raises:
        ClickException: it cannot be run, or was stopped.
    """

    async def stoppable() -> Result:
        task = asyncio.ensure_future(scenario)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await task

    try:
        return uvloop.run(stoppable())
    except LoadError as problem:
        raise click.ClickException(str(problem)) from None
    except asyncio.CancelledError:
        raise click.ClickException("stopped") from None


@click.command("promote")
@click.option("--members", default=1_000, show_default=True, type=click.IntRange(30, 20_000))
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(2, 5_000))
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--peer", "peers", multiple=True, type=click.Choice(sorted(PEERS)))
@click.option("--few", default=300, show_default=True, type=click.IntRange(30, 20_000))
@json_option
def promote_command(
    members: int, rounds: int, repeats: int, peers: tuple[str, ...], few: int, *, is_json: bool
) -> None:
    """Have many watch role changes, beside what the machine can do at all, and others.

    The limit is a C program that writes one frame of the same size to as many sockets. Peers
    that take minutes to let many in have --few watchers.
    """
    plan = PromotePlan(
        members=members,
        rounds=rounds - rounds % 2,  # Who is promoted comes down again.
        turns=Turns(repeats=repeats),
        peers=peers,
        few=few,
        tell=told(is_json=is_json),
    )
    shown(promote(plan))


@click.command("storm")
@click.option(
    "--members", "sizes", multiple=True, default=(500, 2_000), show_default=True, type=int
)
@at_once_option()
@click.option("--repeats", default=1, show_default=True, type=click.IntRange(1, 50))
@click.option("--peer", "peers", multiple=True, type=click.Choice(sorted(PEERS)))
@json_option
def storm_command(
    sizes: tuple[int, ...], at_once: int, repeats: int, peers: tuple[str, ...], *, is_json: bool
) -> None:
    """Have people come as fast as they can; once for each --members."""
    tell = told(is_json=is_json)
    plan = StormPlan(
        sizes=sizes, at_once=at_once, turns=Turns(repeats=repeats), peers=peers, tell=tell
    )
    shown(storm(plan))


@click.command("idle")
@members_option(2_000)
@click.option("--repeats", default=1, show_default=True, type=click.IntRange(1, 50))
@click.option("--peer", "peers", multiple=True, type=click.Choice(sorted(PEERS)))
@json_option
def idle_command(members: int, repeats: int, peers: tuple[str, ...], *, is_json: bool) -> None:
    """Look at the memory and CPU of people who are inside and do nothing.

    They have to come first, so this is a storm, and its figures are told as well.
    """
    tell = told(is_json=is_json)
    plan = StormPlan(
        sizes=(members,), at_once=100, turns=Turns(repeats=repeats), peers=peers, tell=tell
    )

    async def idle() -> dict[str, Any]:
        return {**await storm(plan), "scenario": "idle"}

    shown(idle())


@click.command("reconnect")
@members_option(2_000)
@at_once_option()
@repeats_option()
@json_option
def reconnect_command(members: int, at_once: int, repeats: int, *, is_json: bool) -> None:
    """Drop every socket at once; all come back with the tickets that they hold."""
    plan = ReconnectPlan(members=members, at_once=at_once, tell=told(is_json=is_json))
    shown(repeated(lambda: reconnect(plan), repeats))


@click.command("churn")
@members_option(1_000)
@click.option("--rate", "per_s", default=20.0, show_default=True, type=click.FloatRange(0.1, 500))
@click.option("--seconds", default=15.0, show_default=True, type=click.FloatRange(1, 3_600))
@repeats_option()
@json_option
def churn_command(
    members: int, per_s: float, seconds: float, repeats: int, *, is_json: bool
) -> None:
    """Have people come and go at a rate, while the others look on."""
    if per_s * seconds > members - 10:
        raise click.UsageError("more would leave than are inside")
    tell = told(is_json=is_json)
    plan = ChurnPlan(members=members, per_s=per_s, seconds=seconds, tell=tell)
    shown(repeated(lambda: churn(plan), repeats))


@click.command("scroll")
@click.option("--people", default=100_000, show_default=True, type=click.IntRange(100, 900_000))
@click.option("--moderators", default=10, show_default=True, type=click.IntRange(1, 200))
@click.option("--moves", default=20, show_default=True, type=click.IntRange(1, 10_000))
@repeats_option()
@json_option
def scroll_command(
    people: int, moderators: int, moves: int, repeats: int, *, is_json: bool
) -> None:
    """Have moderators look at one part of a long list after another."""
    tell = told(is_json=is_json)
    plan = ScrollPlan(people=people, moderators=moderators, moves=moves, tell=tell)
    shown(repeated(lambda: scroll(plan), repeats))


@click.command("mixed")
@members_option(300)
@click.option("--part", "part_s", default=4.0, show_default=True, type=click.FloatRange(0.1, 600))
@repeats_option()
@json_option
def mixed_command(members: int, part_s: float, repeats: int, *, is_json: bool) -> None:
    """Play an hour of a lecture, each of its parts in so many seconds."""
    plan = MixedPlan(members=members, part_s=part_s, tell=told(is_json=is_json))
    shown(repeated(lambda: mixed(plan), repeats))


@click.command("slow")
@members_option(1_000)
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(2, 5_000))
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 50))
@json_option
def slow_command(members: int, rounds: int, repeats: int, *, is_json: bool) -> None:
    """Put one who reads 1 kB a second among others, who should not notice."""
    tell = told(is_json=is_json)
    rounds -= rounds % 2  # Who is promoted comes down again.
    shown(slow(SlowPlan(members=members, rounds=rounds, turns=Turns(repeats=repeats), tell=tell)))


@click.command("stuck")
@members_option(500)
@click.option("--each", default=1_000, show_default=True, type=click.IntRange(1, 5_000))
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(2, 5_000))
@repeats_option()
@json_option
def stuck_command(members: int, each: int, rounds: int, repeats: int, *, is_json: bool) -> None:
    """Put as many who stop reading, crawl, and answer no ping (--each) among others."""
    rounds -= rounds % 2  # Who is promoted comes down again.
    plan = StuckPlan(members=members, each=each, rounds=rounds, tell=told(is_json=is_json))
    shown(repeated(lambda: stuck(plan), repeats))


@click.command("sizes")
@click.option(
    "--people",
    "people",
    multiple=True,
    default=(100, 1_000, 10_000, 100_000),
    show_default=True,
    type=click.IntRange(2, 999_000),
)
@click.option("--watchers", default=200, show_default=True, type=click.IntRange(20, 20_000))
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(2, 5_000))
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 50))
@json_option
def sizes_command(
    people: tuple[int, ...], watchers: int, rounds: int, repeats: int, *, is_json: bool
) -> None:
    """Have the same few watch rooms of so many --people: a change, a look, a start.

    Whoever is in the room beside the watchers came by the rules, and has no socket.
    """
    plan = SizesPlan(
        sizes=people,
        watchers=watchers,
        rounds=rounds - rounds % 2,  # Who is promoted comes down again.
        turns=Turns(repeats=repeats),
        tell=told(is_json=is_json),
    )
    shown(sizes(plan))


@click.command("fanout")
@click.option(
    "--watchers",
    multiple=True,
    default=(100, 300, 1_000, 3_000),
    show_default=True,
    type=click.IntRange(20, 20_000),
)
@click.option(
    "--cohorts", multiple=True, default=(10, 100), show_default=True, type=click.IntRange(2, 150)
)
@members_option(1_000)
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(2, 5_000))
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 50))
@json_option
def fanout_command(
    watchers: tuple[int, ...],
    cohorts: tuple[int, ...],
    members: int,
    rounds: int,
    repeats: int,
    *,
    is_json: bool,
) -> None:
    """Tell what a change costs whoever watches from what each delivery costs.

    Rooms of so many --watchers who look at the same, and of --members who look in so many ways
    (--cohorts).
    """
    plan = FanoutPlan(
        watchers=watchers,
        cohorts=cohorts,
        members=members,
        rounds=rounds - rounds % 2,  # Who is promoted comes down again.
        turns=Turns(repeats=repeats),
        tell=told(is_json=is_json),
    )
    shown(fanout(plan))


@click.command("overload")
@click.option("--calibration", default=600, show_default=True, type=click.IntRange(50, 20_000))
@click.option("--share", default=0.7, show_default=True, type=click.FloatRange(0.1, 1.0))
@click.option("--times", default=3.0, show_default=True, type=click.FloatRange(1.0, 20.0))
@click.option("--seconds", default=8.0, show_default=True, type=click.FloatRange(1, 600))
@json_option
def overload_command(
    calibration: int, share: float, times: float, seconds: float, *, is_json: bool
) -> None:
    """Have three times as many come as can be let in, and then as many as before."""
    tell = told(is_json=is_json)
    shown(
        overload(
            OverloadPlan(
                calibration=calibration, share=share, times=times, seconds=seconds, tell=tell
            )
        )
    )


@click.command("restart")
@members_option(1_000)
@json_option
def restart_command(members: int, *, is_json: bool) -> None:
    """Start the server anew; all come back at once with the tickets that they hold."""
    shown(restart(RestartPlan(members=members, tell=told(is_json=is_json))))


@click.command("soak")
@members_option(500)
@click.option("--minutes", default=10.0, show_default=True, type=click.FloatRange(0.1, 10_000))
@click.option("--rate", "per_s", default=20.0, show_default=True, type=click.FloatRange(0.1, 500))
@json_option
def soak_command(members: int, minutes: float, per_s: float, *, is_json: bool) -> None:
    """Have people lose their sockets and come back for long, and see whether anything grows.

    Ends with 1 when memory, open files or tasks do. A run of less than two minutes tells a leak
    only where it is large.
    """
    tell = told(is_json=is_json)
    seconds = 60 * minutes
    every_s = min(10.0, seconds / 40)
    plan = SoakPlan(members=members, per_s=per_s, seconds=seconds, every_s=every_s, tell=tell)
    found = ran(soak(plan))
    click.echo(json.dumps(found))
    if found["grows"]:
        raise click.ClickException("; ".join(found["grows"]))


@click.command("browse")
@click.option("--people", default=100_000, show_default=True, type=click.IntRange(100, 900_000))
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(1, 600))
@json_option
def browse_command(people: int, seconds: float, *, is_json: bool) -> None:
    """Scroll through a room in a real browser, and see whether anything stalls or jumps."""
    shown(browse(BrowsePlan(people=people, seconds=seconds, tell=told(is_json=is_json))))


COMMANDS = (
    browse_command,
    soak_command,
    fanout_command,
    promote_command,
    overload_command,
    restart_command,
    storm_command,
    idle_command,
    reconnect_command,
    churn_command,
    scroll_command,
    mixed_command,
    slow_command,
    stuck_command,
    sizes_command,
)
