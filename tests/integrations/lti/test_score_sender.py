"""A platform that is away gets its grades when it is back, also from a server that was killed."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
import pytest_asyncio

from protocol.client import connect
from server.integrations.lti.score_sender import AT_ONCE, FOR_GOOD, IS_THERE
from server.integrations.lti.scores import GRADED
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


async def test_the_guide_names_the_answers_that_are_final() -> None:
    text = (Path(__file__).parents[3] / "docs" / "lti.md").read_text(encoding="utf-8")
    [said] = re.findall(r"refused for good\s\(([^)]+)\)", text)
    assert {int(code) for code in re.findall(r"\d+", said)} == FOR_GOOD


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


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_score_that_is_not_taken_holds_up_no_other(own: Visits, status: int) -> None:
    """For good or not: those of others in the session are sent, and of the next session too."""
    own.school.score_answers["s1"] = status
    link = f"refused-{status}"
    await held(own, link, "s1", "s2")
    await until(lambda: taken(own, "s2"))
    await held(own, link, "s2")
    await until(lambda: len(taken(own, "s2")) >= 2)
    assert not taken(own, "s1")
    is_final = status == 404
    word = "was refused for good, with status" if is_final else "waits: status"
    assert f"a grade {word} {status}" in own.server.log

    # One that was refused for good is not sent any more; any other is, when the time comes.
    own.school.score_answers.clear()
    await own.server.kill()
    await own.server.start()
    if not is_final:
        await until(lambda: taken(own, "s1"))
    await held(own, link, "s2")
    await until(lambda: len(taken(own, "s2")) >= 3)
    assert len(taken(own, "s1")) == (not is_final)


def taken(visits: Visits, student: str) -> set[str]:
    """List of which moments somebody's scores were taken; the same may come twice."""
    scores = visits.school.scores
    return {one["timestamp"] for one in scores if one["userId"] == student}


async def test_activities_without_a_usable_address_hold_up_nobody(own: Visits) -> None:
    for number in range(3 * AT_ONCE):
        await held(own, f"no address {number}", "s1", "s2")
    await held(own, "beside-them", "s1", "s2")
    # Whoever of the two comes later has all of the other's before them.
    await until(lambda: taken(own, "s1") and taken(own, "s2"))


async def test_a_platform_that_has_a_score_is_not_asked_again(own: Visits) -> None:
    own.school.score_answers["s1"] = IS_THERE
    await held(own, "there", "s1", "s2")
    await until(lambda: taken(own, "s2"))
    await until(lambda: own.school.asked_to_score >= 2)
    own.school.score_answers.clear()
    await held(own, "there-too", "s2")
    await until(lambda: len(taken(own, "s2")) >= 2)
    assert not taken(own, "s1")
    assert f"status {IS_THERE}" not in own.server.log


def noted(visits: Visits) -> str:
    """Name the sessions whose scores were put down, as the store has them."""
    path = visits.server.folder / "data" / "usher.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        return str(store.execute("SELECT key FROM value WHERE kind = ?", (GRADED,)).fetchall())


async def test_of_a_session_that_ended_while_grades_were_off_nothing_is_sent(own: Visits) -> None:
    await own.register(sends_grades=False)
    room = await held(own, "off", "s1")
    await until(lambda: room in noted(own))
    await own.register(sends_grades=True)
    await own.server.kill()
    await own.server.start()
    # It is looked at again whenever its room is opened.
    await own.asked("GET", f"/entries/{room}")
    await held(own, "on", "s2")
    await until(lambda: taken(own, "s2"))
    assert not taken(own, "s1")


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
