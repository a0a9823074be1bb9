"""What works once works once, however many nodes are asked in the same instant."""

import asyncio
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.roles import InvitationType
from server.core import orders as o
from server.core.decide import Rejected
from server.edge.directory import StoreDirectory
from server.hub.room import Settled
from tests.faults.hubs import many_hubs
from tests.redis_servers import own_prefix

NODES = 8
FAR = 4_000_000_000_000


@pytest.mark.timeout(120)
@pytest.mark.parametrize("uses", [1, 3])
async def test_a_link_lets_in_as_many_as_it_has_uses(
    tmp_path: Path, redis_url: str, uses: int
) -> None:
    async with many_hubs(own_prefix(redis_url, tmp_path), NODES) as stages:
        await stages[0].make_room()
        link = await stages[0].make_link(uses=uses)
        host = await stages[0].enter_host()
        await stages[0].done(c.StartSession(), host.actor)
        await asyncio.gather(*(stage.room() for stage in stages))
        outcomes = await asyncio.gather(
            *(
                stage.ask(stage.form(link, f"Guest{n}"), stage.visitor(f"d-{n}"))
                for n, stage in enumerate(stages)
            )
        )
        admitted = [one for one in outcomes if isinstance(one, Settled)]
        refused = [one.code for one in outcomes if isinstance(one, Rejected)]
        assert len(admitted) == uses
        assert set(refused) == {ErrorCode.LINK_USED_UP}


@pytest.mark.timeout(120)
async def test_an_invitation_is_bound_to_one_device(tmp_path: Path, redis_url: str) -> None:
    async with many_hubs(own_prefix(redis_url, tmp_path), NODES) as stages:
        first = stages[0]
        await first.make_room()
        host = await first.enter_host()
        await first.done(c.StartSession(), host.actor)
        invitee = c.Invitee(email="ida@example.org")
        made = await first.done(
            c.Invite(invitees=(invitee,), invitation_type=InvitationType.SPEAKER), first.host
        )
        [invitation] = made.result["invitation_ids"]
        outcomes = await asyncio.gather(
            *(
                stage.ask(
                    o.RedeemInvitation(
                        invitation_id=invitation,
                        generation=1,
                        email="ida@example.org",
                        code_digest=None,
                        inside=None,
                    ),
                    stage.visitor(f"d-{n}"),
                )
                for n, stage in enumerate(stages)
            )
        )
        assert sum(isinstance(one, Settled) for one in outcomes) == 1
        states = [await stage.state() for stage in stages]
        devices = {state.invitations[invitation].device_id for state in states[:1]}
        assert len(devices) == 1


@pytest.mark.timeout(120)
async def test_a_revoked_link_works_at_no_node_from_then_on(tmp_path: Path, redis_url: str) -> None:
    async with many_hubs(own_prefix(redis_url, tmp_path), NODES) as stages:
        await stages[0].make_room()
        link = await stages[0].make_link()
        host = await stages[0].enter_host()
        await stages[0].done(c.StartSession(), host.actor)
        # Every node has the room in memory, and would let people in by what it remembers.
        await asyncio.gather(*(stage.room() for stage in stages))
        await stages[3].done(c.DeleteGuestLink(link_id=link), stages[3].host)
        outcomes = await asyncio.gather(
            *(
                stage.ask(stage.form(link, f"Guest{n}"), stage.visitor(f"d-{n}"))
                for n, stage in enumerate(stages)
            )
        )
        assert all(isinstance(one, Rejected) for one in outcomes)


async def test_what_is_spent_at_one_node_is_spent_at_all(tmp_path: Path, redis_url: str) -> None:
    async with many_hubs(own_prefix(redis_url, tmp_path), NODES) as stages:
        directories = [
            await StoreDirectory.opened(
                stage.hub.stores.store, stage.hub.stores.journal._sealer, (b"k" * 32,), stage.clock
            )
            for stage in stages
        ]
        spent = await asyncio.gather(
            *(one.spend("nonce", 2_000_000_000_000) for one in directories)
        )
        assert spent.count(True) == 1
