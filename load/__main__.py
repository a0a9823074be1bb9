"""`python -m load SCENARIO`: measure a server that runs, or one started for the purpose."""

import click

from load.bench_commands import agree_command, bench_command
from load.cluster import ClusterPlan, cluster
from load.commands import COMMANDS, repeats_option, shown
from load.join import JoinPlan, join
from load.repeated import repeated
from load.share import LEAST


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure a server from outside. The last line of output is one JSON object.

    Traffic goes to loopback only. Without --url a server is started on a free port with a
    data folder of its own, and ended afterwards.
    """


@main.command("join")
@click.option("--members", default=200, show_default=True, type=click.IntRange(1, 50_000))
@click.option("--at-once", default=50, show_default=True, type=click.IntRange(1, 2_000))
@click.option("--hold", "hold_s", default=0.0, show_default=True, type=click.FloatRange(0, 3600))
@click.option("--url", help="A server that runs; needs --key or --host-url.")
@click.option("--key", help="An API key of that server, with the scope `entries`.")
@click.option("--host-url", help="A sign-in URL of that server, as it prints on start.")
@click.option("--entry", "entry_id", default="e_demo-room", show_default=True)
@click.option("--pid", type=int, help="Process of that server, to measure it.")
@repeats_option()
@click.option("--json", "is_json", is_flag=True, help="Print the figures as JSON alone.")
def join_command(
    members: int,
    at_once: int,
    hold_s: float,
    url: str | None,
    key: str | None,
    host_url: str | None,
    entry_id: str,
    pid: int | None,
    repeats: int,
    *,
    is_json: bool,
) -> None:
    """Let guests in through one guest link: real redemptions, real sockets.

    A join is timed from the completed form to the first view of the tab.
    """
    plan = JoinPlan(
        members=members,
        at_once=at_once,
        hold_s=hold_s,
        url=url,
        key=key,
        host_url=host_url,
        entry_id=entry_id,
        pid=pid,
        tell=(lambda _: None) if is_json else click.echo,
    )
    shown(repeated(lambda: join(plan), repeats))


@main.command("cluster")
@click.option("--nodes", default=2, show_default=True, type=click.IntRange(1, 16))
@click.option("--members", default=200, show_default=True, type=click.IntRange(1, 20_000))
@click.option("--promotions", default=100, show_default=True, type=click.IntRange(1, 5_000))
@click.option("--at-once", default=50, show_default=True, type=click.IntRange(1, 2_000))
@click.option(
    "--share",
    type=click.FloatRange(LEAST, 1),
    help="A part of a core that each node has for itself, as on a machine of its own.",
)
@repeats_option()
@click.option("--json", "is_json", is_flag=True, help="Print the figures as JSON alone.")
def cluster_command(
    nodes: int,
    members: int,
    promotions: int,
    at_once: int,
    share: float | None,
    repeats: int,
    *,
    is_json: bool,
) -> None:
    """Run nodes on one Redis: joins, promotions and returns across them.

    Starts all of it on free ports, and ends it. A promotion is timed from the command at one
    node to the change in a view at the same node, and at the others.
    """
    plan = ClusterPlan(
        nodes=nodes,
        members=members,
        promotions=promotions,
        at_once=at_once,
        share=share,
        tell=(lambda _: None) if is_json else click.echo,
    )
    shown(repeated(lambda: cluster(plan), repeats))


for command in (*COMMANDS, bench_command, agree_command):
    main.add_command(command)

if __name__ == "__main__":
    main()
