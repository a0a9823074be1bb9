"""Everything of LTI in one place: what the handlers work with, and what runs beside them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.edge.ports import Directory
from server.hub.hub import Hub
from server.integrations.calls import Calls
from server.integrations.lti.courses import Courses
from server.integrations.lti.grades import Grades
from server.integrations.lti.launches import Launches
from server.integrations.lti.passes import Passes
from server.integrations.lti.people import People
from server.integrations.lti.platforms import Platforms
from server.integrations.lti.rosters import Rosters
from server.integrations.lti.score_sender import TURN_MS, TURNS, ScoreSender, SenderWorld
from server.integrations.lti.services import Services
from server.integrations.lti.tool_keys import ToolKeys
from server.integrations.signed import RemoteKeys
from server.integrations.turns import Turns
from server.store.interface import Store
from server.store.sealing import Sealer

KEYS, PASSES, LAUNCHES = "lti keys", "lti passes", "lti launches"
PURPOSES = (KEYS, PASSES, LAUNCHES)
"""The purposes for which keys are derived from the key ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What the handlers of LTI work with."""

    url: str
    platforms: Platforms
    remote_keys: RemoteKeys
    tool_keys: ToolKeys
    passes: Passes
    launches: Launches
    courses: Courses
    rosters: Rosters
    people: People
    grades: Grades
    sender: ScoreSender
    calls: Calls

    @property
    def launch_url(self) -> str:
        """Where platforms send what they have signed."""
        return f"{self.url}/lti/launch"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read members and send grades until the block is left."""
        await self.platforms.all()
        async with self.sender.running(), asyncio.TaskGroup() as tasks:
            jobs = [
                tasks.create_task(self.people.run(), name="lti: members"),
                tasks.create_task(self.grades.run(), name="lti: grades"),
            ]
            try:
                yield
            finally:
                for job in jobs:
                    job.cancel()


def make_tool(
    *,
    url: str,
    hub: Hub,
    directory: Directory,
    store: Store,
    sealer: Sealer,
    keys: Mapping[str, tuple[bytes, ...]],
    calls: Calls,
    clock: Callable[[], int],
    monotonic: Callable[[], float],
    chance: Callable[[], float],
    grades: Grades,
) -> Tool:
    """Put the parts together.

    Args:
        url: of this server, without a slash at the end.
        hub, directory, store, sealer: of this server.
        keys: for each of `PURPOSES`, the ring of keys derived for it.
        calls: makes calls to platforms.
        clock, monotonic: ms UTC; seconds.
        chance: from 0 to 1.
        grades: told of ended sessions by the hub already.
    """
    person_key = hub.world.person_key
    platforms = Platforms(store, person_key, clock, monotonic)
    tool_keys = ToolKeys(store, keys[KEYS], clock)
    services = Services(calls, tool_keys, clock)
    courses = Courses(hub, store, person_key, clock)
    rosters = Rosters(hub, courses, store, clock)
    people = People(
        directory=directory,
        store=store,
        sealer=sealer,
        services=services,
        person_key=person_key,
        clock=clock,
        monotonic=monotonic,
        settle=rosters.settle,
    )
    sender = ScoreSender(
        grades.keep,
        Turns(
            table=TURNS,
            store=store,
            node=hub.world.node_id,
            clock=clock,
            lasts_ms=TURN_MS,
            alive=hub.alive,
        ),
        SenderWorld(monotonic=monotonic, chance=chance),
        platforms=platforms,
        people=people,
        services=services,
        key=person_key,
    )
    grades.attach(platforms=platforms, courses=courses, sender=sender)
    return Tool(
        url=url,
        platforms=platforms,
        remote_keys=RemoteKeys(calls, monotonic),
        tool_keys=tool_keys,
        passes=Passes(keys[PASSES]),
        launches=Launches(store, keys[LAUNCHES], clock),
        courses=courses,
        rosters=rosters,
        people=people,
        grades=grades,
        sender=sender,
        calls=calls,
    )
