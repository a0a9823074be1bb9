"""A node writes only while nobody can have given it up."""

import asyncio
from dataclasses import replace
from pathlib import Path

from protocol import commands as c
from protocol.errors import ErrorCode
from tests.hub.conftest import QUICK, Stage, staged


async def test_a_node_that_could_not_renew_its_claim_changes_nothing(stage: Stage) -> None:
    opened = await stage.opened(guests=1)
    leases = stage.hub._leases
    assert leases.is_sure
    # As after a pause: the steady clock has gone on, and the claim was not renewed meanwhile.
    leases._held_until = stage.hub.world.monotonic() - 0.001
    before = await stage.state()
    refused = await stage.refused(c.RaiseHand(), opened.guest.actor)
    assert refused.code is ErrorCode.OVERLOADED
    assert await stage.state() == before
    await leases._renew()
    await stage.done(c.RaiseHand(), opened.guest.actor)


async def test_a_node_that_cannot_renew_its_claim_is_not_ready_until_it_has(tmp_path: Path) -> None:
    settings = replace(QUICK, lease_ms=300)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        for cannot_write, why in ((False, []), (True, ["lease"]), (False, [])):
            stage.store.cannot_write = cannot_write
            async with asyncio.timeout(10):
                while await stage.hub.why_not_ready() != why:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)


async def test_a_claim_is_sure_from_before_it_was_renewed(tmp_path: Path) -> None:
    async with staged(tmp_path / "usher.sqlite3") as stage:
        leases, lease_s = stage.hub._leases, stage.hub.settings.lease_ms / 1000
        begun = stage.hub.world.monotonic()
        await leases._renew()
        assert begun + lease_s <= leases._held_until <= stage.hub.world.monotonic() + lease_s
        await asyncio.sleep(0)
        assert await stage.hub.alive() == {stage.hub.world.node_id}
