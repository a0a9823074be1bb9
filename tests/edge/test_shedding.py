"""More come than can be let in: some are, at once, and all others hear when to come back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from protocol.commands import RaiseHand
from protocol.messages import Goodbye, Hello, Snapshot
from protocol.version import WIRE_VERSION
from protocol.views import Window
from server.edge.intake import Intake
from server.edge.settings import IntakeSettings
from tests.edge.house import House, edge_of, opened_house, until
from tests.edge.lines import line
from tests.hub.faults import Held

NARROW = IntakeSettings(at_once=1, line=1, short_line=1, retry_s=(1.0, 4.0))


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path, intake=NARROW) as running:
        yield running


def hold_the_store(house: House, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Have no append happen until it is released: nobody who is being let in gets any further."""
    held, append = Held(), house.hub.stores.store.append

    async def later(*args: object, **more: object) -> object:
        return await held(lambda: append(*args, **more))  # type: ignore[arg-type]

    monkeypatch.setattr(type(house.hub.stores.store), "append", lambda _, *a, **m: later(*a, **m))
    return held


def intake_of(house: House) -> Intake:
    return edge_of(house).intake


def assert_told_when(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    problem = answer.json()
    assert problem["code"] == "overloaded"
    assert 1_000 <= problem["retry_after_ms"] <= 4_000
    assert 1 <= int(answer.headers["Retry-After"]) <= 4
    # Refused in the innermost ring, so it has what every reply has.
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def form(token: str, name: str) -> dict[str, str]:
    return {"token": token, "name": name, "email": f"{name}@guests.example"}


async def test_who_is_too_many_hears_when_to_come_back_and_the_others_get_in(
    narrow: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await narrow.make_open()
    _, token = await narrow.make_link(uses=2)
    browsers = [await narrow.browser() for _ in range(4)]
    held = hold_the_store(narrow, monkeypatch)

    async def come(number: int) -> httpx.Response:
        return await browsers[number].call("POST", "/doors/guest", form(token, f"g{number}"))

    first = asyncio.create_task(come(0))
    await held.has_come()
    second = asyncio.create_task(come(1))
    intake = intake_of(narrow)
    await until(lambda: intake.waiting == 1)
    too_many = await come(2)
    looked = await browsers[3].call("POST", "/doors/guest/look", {"token": token})
    held.release()
    admitted = [(await one).status_code for one in (first, second)]
    later = await come(2)

    assert_told_when(too_many)
    assert looked.status_code == 200
    assert admitted == [200, 200]
    # Who was sent away had used nothing up, and the server is as it was before.
    assert later.json()["code"] == "link_used_up"
    assert intake.under_way == intake.waiting == 0


async def test_of_three_times_as_many_the_rest_is_sent_away_and_the_server_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody gets any further while the crowd comes, so the counts are those of the settings."""
    settings = IntakeSettings(at_once=2, line=3, short_line=3, retry_s=(1.0, 4.0))
    able, crowd = settings.at_once + settings.line, 3 * (settings.at_once + settings.line)
    async with opened_house(tmp_path, intake=settings) as house:
        session = await house.make_open()
        _, token = await house.make_link(uses=crowd)
        browsers = [await house.browser() for _ in range(crowd)]
        _, inside = await house.guest((await house.make_link("Before"))[1], "before")
        intake, held = intake_of(house), hold_the_store(house, monkeypatch)

        async def come(number: int) -> httpx.Response:
            return await browsers[number].call("POST", "/doors/guest", form(token, f"g{number}"))

        coming = [asyncio.create_task(come(number)) for number in range(crowd)]
        await until(lambda: intake.under_way + intake.waiting == able)
        await until(lambda: sum(one.done() for one in coming) == crowd - able)
        held.release()
        answers = await asyncio.gather(*coming)
        refused = [number for number, one in enumerate(answers) if one.status_code != 200]
        again = [await come(number) for number in refused]
        async with line(house, session, ticket=inside["ticket"]) as before:
            await before.hello(Window())
            done = await before.do(RaiseHand())

    assert len(refused) == crowd - able > 0
    for number in refused:
        assert_told_when(answers[number])
    assert [one.status_code for one in again] == [200] * len(refused)
    assert done.is_done
    assert intake.under_way == intake.waiting == 0


async def test_a_socket_too_many_is_refused_before_it_opens(
    narrow: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await narrow.make_open()
    _, token = await narrow.make_link()
    tickets = [(await narrow.guest(token, f"g{number}"))[1]["ticket"] for number in range(3)]
    intake = intake_of(narrow)
    held = hold_the_store(narrow, monkeypatch)

    async with (
        line(narrow, session, ticket=tickets[0]) as one,
        line(narrow, session, ticket=tickets[1]) as two,
    ):
        await one.say(Hello(wire_version=WIRE_VERSION, window=Window()))
        await held.has_come()
        await two.say(Hello(wire_version=WIRE_VERSION, window=Window()))
        await until(lambda: intake.waiting == 1)
        with pytest.raises(InvalidStatus) as refused:
            async with line(narrow, session, ticket=tickets[2]):
                pass
        held.release()
        await one.hear(Snapshot)
        await two.hear(Snapshot)

    answer = refused.value.response
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["Retry-After"]) <= 4


async def test_a_socket_that_finds_the_line_full_when_it_speaks_is_closed_with_a_hint(
    narrow: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await narrow.make_open()
    _, token = await narrow.make_link()
    tickets = [(await narrow.guest(token, f"g{number}"))[1]["ticket"] for number in range(3)]
    intake = intake_of(narrow)
    held = hold_the_store(narrow, monkeypatch)
    hello = Hello(wire_version=WIRE_VERSION, window=Window())

    async with (
        line(narrow, session, ticket=tickets[0]) as one,
        line(narrow, session, ticket=tickets[1]) as two,
        line(narrow, session, ticket=tickets[2]) as three,
    ):
        await one.say(hello)
        await held.has_come()
        await two.say(hello)
        await until(lambda: intake.waiting == 1)
        await three.say(hello)
        code, close = await three.end()
        held.release()
        await one.hear(Snapshot)

    assert (code, close) == ("overloaded", 1013)
    (goodbye,) = (said for said in three.heard if isinstance(said, Goodbye))
    assert goodbye.problem.retry_after_ms is not None
    assert 1_000 <= goodbye.problem.retry_after_ms <= 4_000


async def test_those_inside_act_while_others_are_sent_away(
    narrow: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await narrow.make_open()
    _, token = await narrow.make_link()
    _, admitted = await narrow.guest(token, "gil")
    browser = await narrow.browser()
    intake = intake_of(narrow)

    async with line(narrow, session, ticket=admitted["ticket"]) as inside:
        await inside.hello(Window())
        async with intake.joining():
            waiting = asyncio.create_task(browser.call("POST", "/doors/guest", form(token, "wim")))
            await until(lambda: intake.waiting == 1)
            done = await inside.do(RaiseHand())
            other = await (await narrow.browser()).call("POST", "/doors/guest", form(token, "x"))
        assert (await waiting).status_code == 200

    assert done.is_done
    assert_told_when(other)
