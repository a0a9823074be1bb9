"""A platform that is away gets its grades when it is back, also from a server that was killed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from protocol.client import connect
from tests.integrations.lti.conftest import opened_visits
from tests.integrations.lti.test_services import until
from tests.integrations.lti.visits import Visits
from tests.school import NO_ANSWER, opened_school

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visits]:
    """A server of one's own, to be killed."""
    async with opened_visits(tmp_path_factory.mktemp("scores")) as visits:
        await visits.register(sends_grades=True)
        yield visits


@pytest.fixture(autouse=True)
def _answers(own: Visits) -> None:
    own.school.score_answers.clear()
    own.school.scores.clear()
    own.school.asked_to_score = 0


async def held(visits: Visits, link: str, *students: str) -> str:
    """Have a session with students in it, from its beginning to its end; give the room."""
    room = str((await visits.enter("t1", link))["entry_id"])
    async with AsyncExitStack() as stack:
        clients = []
        for student in students:
            admitted = await visits.admitted(student, link)
            socket = f"{visits.server.url.replace('http', 'ws')}/api/v1/sessions"
            clients.append(
                await stack.enter_async_context(
                    connect(f"{socket}/{admitted['session_id']}/socket", ticket=admitted["ticket"])
                )
            )
            await clients[-1].until(lambda client: client.you is not None, timeout_s=20)
        await visits.asked("POST", f"/entries/{room}/session/start", {})
        for client in clients:
            await client.until(lambda client: client.view is not None, timeout_s=20)
        await visits.asked("POST", f"/entries/{room}/session/end", {})
    return room


async def test_a_server_that_is_killed_sends_what_a_platform_could_not_take(own: Visits) -> None:
    own.school.score_answers["s1"] = 503
    await held(own, "away", "s1")
    await until(lambda: own.school.asked_to_score)
    assert own.school.scores == []

    await own.server.kill()
    own.school.score_answers.clear()
    await own.server.start()
    await until(lambda: own.school.scores)
    assert [(one["userId"], one["scoreGiven"]) for one in own.school.scores] == [("s1", 100)]


@pytest.mark.parametrize("status", [404, 422, 500])
async def test_a_score_that_is_not_taken_holds_up_no_other(own: Visits, status: int) -> None:
    """For good or not: those of others in the session are sent, and of the next session too."""
    own.school.score_answers["s1"] = status
    link = f"refused-{status}"
    await held(own, link, "s1", "s2")
    await until(lambda: own.school.scores)
    await held(own, link, "s2")
    await until(lambda: len(own.school.scores) == 2)
    assert {one["userId"] for one in own.school.scores} == {"s2"}
    assert f"a grade was refused with status {status}" in own.server.log

    # One that was refused for good is not sent any more; any other is, when the time comes.
    own.school.score_answers.clear()
    await own.server.kill()
    await own.server.start()
    if status == 500:
        await until(lambda: len(own.school.scores) == 3)
    await held(own, link, "s2")
    await until(lambda: len(own.school.scores) == (4 if status == 500 else 3))
    sent = [one["userId"] for one in own.school.scores]
    assert sent.count("s1") == (1 if status == 500 else 0)


async def test_an_activity_without_a_usable_address_holds_up_no_other(own: Visits) -> None:
    await held(own, "no address", "s1")
    await held(own, "beside-it", "s1")
    await until(lambda: own.school.scores)
    assert [one["at"] for one in own.school.scores] == ["/items/beside-it/scores?of=7"]


async def test_a_platform_that_does_not_answer_holds_up_no_other(own: Visits) -> None:
    async with opened_school(own.server.url) as silent:
        other = Visits(own.server, silent, own.operator_key)
        try:
            await other.register(sends_grades=True)
            silent.score_answers["s1"] = NO_ANSWER
            await held(other, "silent", "s1")
            await until(lambda: silent.asked_to_score)
            await held(own, "beside", "s1")
            await until(lambda: own.school.scores)
            assert silent.scores == []
        finally:
            await other.aclose()
