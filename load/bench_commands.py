"""The command line of the standard set, and of comparing two runs of it."""

import json
import time
from pathlib import Path

import click

from load.agree import agreement, compared
from load.bench import BenchPlan, bench
from load.commands import ran
from load.contenders import PEERS
from load.summary import verdicts, write_report


@click.command("agree")
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def agree_command(first: Path, second: Path) -> None:
    """Say whether two runs of `bench` agree within their noise; ends with 1 where not."""
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (first, second))
    both = compared(one, other)
    click.echo(agreement(both))
    apart = [row.work for row in both if not row.agrees]
    click.echo(json.dumps({"scenario": "agree", "rows": len(both), "apart": apart}))
    if apart:
        raise click.exceptions.Exit(1)


@click.command("bench")
@click.option(
    "--out",
    default="bench",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where results, report and plots go.",
)
@click.option("--seconds", default=585.0, show_default=True, type=click.FloatRange(30, 7_200))
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.001, 1),
    help="A part of every size, to see it work.",
)
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--peer", "peers", multiple=True, type=click.Choice(sorted(PEERS)), help="Not all.")
@click.option("--full", "is_full", is_flag=True, help="More and larger sizes; give it --seconds.")
def bench_command(
    out: Path, seconds: float, scale: float, repeats: int, peers: tuple[str, ...], *, is_full: bool
) -> None:
    """Measure the standard set, and put what was reached beside the targets.

    What was found is kept from part to part, so that a run which is stopped has measured
    something all the same.
    """
    plan = BenchPlan(
        folder=out,
        limit_s=seconds,
        scale=scale,
        repeats=repeats,
        peers=peers or tuple(PEERS),
        is_full=is_full,
        tell=click.echo,
    )
    began = time.monotonic()
    is_whole = True
    try:
        found = ran(bench(plan))
    except click.ClickException as stopped:
        is_whole = False
        found = json.loads((out / "bench.json").read_text(encoding="utf-8"))
        click.echo(f"--- {stopped.message}; this is what there is so far")
    summary = write_report(out, found)
    click.echo(f"\n{summary}\n")
    click.echo(f"{time.monotonic() - began:.0f} s; all of it is in {out}/report.md")
    click.echo(json.dumps({"scenario": "bench", "is_whole": is_whole, **verdicts(found)}))
    if not is_whole:
        raise click.exceptions.Exit(1)
