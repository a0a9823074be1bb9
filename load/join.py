"""Scenario `join`: so many guests come through one guest link."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from load.guest import Guest
from load.host import Host
from load.meter import Meter, proven
from load.process import LoadError, raise_file_limit, started_server, usage_of
from load.report import latencies
from protocol.roles import Group
from protocol.views import Range, Window

WINDOW = Window(groups={Group.ON_STAGE: Range(count=25), Group.VIEWERS: Range(count=25)})
"""What a guest's page looks at: the stage, and the first viewers."""
SETTLE_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPlan:
    """What to do.

    Args:
        at_once: joins under way at the same time.
        hold_s: how long everybody stays inside afterwards.
        tell: prints progress.
    """

    members: int
    at_once: int
    hold_s: float
    url: str | None
    key: str | None
    host_url: str | None
    entry_id: str
    pid: int | None
    tell: Callable[[str], None]


async def join(plan: JoinPlan) -> dict[str, Any]:
    """Let everybody in, and measure.

    Raises:
        LoadError: somebody was refused, or not seen by the host.
    """
    raise_file_limit()
    async with _host(plan) as (host, pid):
        token = await host.open_room(plan.members)
        already_in = await host.count()
        target = urlsplit(host.url)
        guests = [
            Guest(number, target.hostname or "", target.port or 80)
            for number in range(plan.members)
        ]
        meter = Meter((pid,) if pid else (), lambda: (w for one in guests for w in one.wires))
        await _let_in(guests, token, plan)
        spent = meter.read()
        seen = await _seen(host, plan.members + already_in) - already_in
        after = usage_of(pid) if pid else None
        plan.tell(f"{plan.members} inside after {spent.seconds:.1f} s")
        await asyncio.sleep(plan.hold_s)
        for guest in guests:
            guest.leave()
        return {
            "scenario": "join",
            "members": plan.members,
            "joins_per_s": round(plan.members / spent.seconds, 1),
            "seen_by_host": seen,
            **latencies([guest.joined_ms for guest in guests]),
            **spent.as_dict(),
            "server_cpu_s": round(spent.cpu_s, 3) if pid else None,
            "server_rss_mib": round(after.rss_mib, 2) if after else None,
            "http_bytes": sum(guest.http_bytes for guest in guests),
            **await proven(),
        }


async def _let_in(guests: Sequence[Guest], token: str, plan: JoinPlan) -> None:
    """Let guests in, so many at a time; those inside answer pings."""
    gate = asyncio.Semaphore(plan.at_once)
    inside = 0

    async def one(guest: Guest) -> None:
        nonlocal inside
        async with gate:
            await guest.join(token, WINDOW)
        inside += 1
        if inside % 1000 == 0:
            plan.tell(f"{inside} inside")

    async with asyncio.TaskGroup() as joining:
        for guest in guests:
            joining.create_task(one(guest))


async def _seen(host: Host, members: int) -> int:
    """Wait until the server counts everybody."""
    until = time.monotonic() + SETTLE_S
    while (seen := await host.count()) < members:
        if time.monotonic() > until:
            raise LoadError(f"only {seen} of {members} are counted")
        await asyncio.sleep(0.05)
    return seen


@asynccontextmanager
async def _host(plan: JoinPlan) -> AsyncIterator[tuple[Host, int | None]]:
    """Get a host on the server of the plan, or on one started for it, and its process."""
    if plan.url is None:
        async with started_server() as server:
            url = server.host_url.partition("/sign-in")[0]
            host = Host(url, plan.entry_id)
            await host.sign_in(server.host_url)
            yield host, server.pid
            await host.close()
        return
    if not plan.key and not plan.host_url:
        raise LoadError("--url needs --key or --host-url")
    host = Host(plan.url.rstrip("/"), plan.entry_id, plan.key)
    if plan.host_url:
        await host.sign_in(plan.host_url)
    yield host, plan.pid
    await host.close()
