"""Scenario `join`: so many guests come through one guest link."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from load.guest import Guest
from load.host import Host
from load.process import LoadError, raise_file_limit, started_server, usage_of
from load.report import Report, percentile
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


async def join(plan: JoinPlan) -> Report:
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
        before = usage_of(pid) if pid else None
        began, own_began = time.perf_counter(), time.process_time()
        seen = 0
        async with asyncio.TaskGroup() as staying:
            tasks = await _let_in(guests, token, plan, staying)
            seconds = time.perf_counter() - began
            client_cpu_s = time.process_time() - own_began
            seen = await _seen(host, plan.members + already_in) - already_in
            after = usage_of(pid) if pid else None
            plan.tell(f"{plan.members} inside after {seconds:.1f} s")
            await asyncio.sleep(plan.hold_s)
            for task in tasks:
                task.cancel()
        await asyncio.gather(*(guest.leave() for guest in guests))
        joined = [guest.joined_ms for guest in guests]
        return Report(
            scenario="join",
            members=plan.members,
            seconds=seconds,
            joins_per_s=plan.members / seconds,
            p50_ms=percentile(joined, 0.5),
            p99_ms=percentile(joined, 0.99),
            server_cpu_s=after.cpu_s - before.cpu_s if after and before else None,
            server_rss_mib=after.rss_mib if after else None,
            client_cpu_s=client_cpu_s,
            seen_by_host=seen,
        )


async def _let_in(
    guests: list[Guest], token: str, plan: JoinPlan, staying: asyncio.TaskGroup
) -> list[asyncio.Task[None]]:
    """Let guests in, so many at a time; those inside go on answering pings."""
    gate = asyncio.Semaphore(plan.at_once)
    tasks: list[asyncio.Task[None]] = []

    async def one(guest: Guest) -> None:
        async with gate:
            await guest.join(token, WINDOW)
        tasks.append(staying.create_task(guest.stay(lambda _: None)))
        if len(tasks) % 1000 == 0:
            plan.tell(f"{len(tasks)} inside")

    async with asyncio.TaskGroup() as joining:
        for guest in guests:
            joining.create_task(one(guest))
    return tasks


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
