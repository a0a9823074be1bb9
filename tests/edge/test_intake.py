"""Who is let in when more come than can be: a line that is served in order, short or not at all."""

import asyncio
from contextlib import suppress

import pytest

from server.edge.intake import Intake
from server.edge.replies import Denied
from server.edge.settings import IntakeSettings

SETTINGS = IntakeSettings(
    at_once=2, line=5, short_line=1, standing_s=1.0, wait_s=0.5, retry_s=(1.0, 3.0)
)


class Doorway:
    """An intake on a clock that is set, and people in it who leave when told."""

    def __init__(self, settings: IntakeSettings = SETTINGS) -> None:
        self.now = 0.0
        self.intake = Intake(settings, lambda: self.now, lambda: 0.5)
        self.let_in: list[str] = []
        self.refused: list[str] = []
        self.hints: list[float | None] = []
        self._leave: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str, is_inside: bool = False) -> None:
        for name in names:
            self._leave[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._one(name, is_inside=is_inside))
        await settle()

    async def _one(self, name: str, *, is_inside: bool) -> None:
        try:
            async with self.intake.joining(is_inside=is_inside):
                self.let_in.append(name)
                await self._leave[name].wait()
        except Denied as no:
            self.refused.append(name)
            self.hints.append(no.retry_after_s)

    async def leave(self, *names: str) -> None:
        for name in names:
            self._leave[name].set()
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_are_let_in_at_once_and_the_others_in_the_order_in_which_they_came() -> None:
    door = Doorway()

    await door.come("a", "b", "c", "d")
    first = list(door.let_in)
    await door.leave("b", "a")

    assert first == ["a", "b"]
    assert door.let_in == ["a", "b", "c", "d"]
    assert not door.refused


async def test_who_finds_the_line_full_is_told_when_to_come_back() -> None:
    door = Doorway()

    await door.come("a", "b", "c", "d", "e", "f", "g", "late")

    assert door.refused == ["late"]
    assert door.hints == [2.0]
    with pytest.raises(Denied):
        door.intake.refuse_more()


async def test_a_line_that_stands_is_cut_short_from_its_end() -> None:
    door = Doorway()
    await door.come("a", "b", "c", "d", "e", "f")
    door.now = 2.0

    await door.leave("a")

    assert door.let_in == ["a", "b", "c"]
    assert door.refused == ["f", "e", "d"]


async def test_a_line_that_stands_is_as_long_as_can_be_let_in_within_the_wait() -> None:
    door = Doorway(IntakeSettings(at_once=1, line=50, short_line=1, standing_s=1.0, wait_s=0.5))
    names = [f"n{number:02d}" for number in range(40)]
    await door.come(*names)
    for name in names[:11]:  # Ten a second are let in, and in the end the line has stood.
        door.now += 0.1
        await door.leave(name)

    assert door.let_in == names[:12]
    assert door.intake.waiting == 4
    assert door.refused == names[:15:-1]


async def test_whoever_waited_longest_is_not_the_one_who_is_sent_away() -> None:
    door = Doorway()
    await door.come("a", "b", "first", "second", "third")
    door.now = 2.0

    await door.leave("a")
    await door.leave("b")

    assert door.refused == ["third", "second"]
    assert door.let_in[-1] == "first"


async def test_a_line_that_was_empty_meanwhile_may_be_long_again() -> None:
    door = Doorway()
    await door.come("a", "b", "c", "d")
    door.now = 2.0
    await door.leave("a", "b", "c", "d")
    came_through = list(door.refused)

    await door.come("e", "f", "g", "h", "i")

    assert door.refused == came_through
    assert door.intake.waiting == 3


async def test_sockets_of_those_who_are_in_already_go_first() -> None:
    door = Doorway()
    await door.come("a", "b", "new")
    await door.come("known", is_inside=True)

    await door.leave("a")

    assert door.let_in == ["a", "b", "known"]


async def test_a_full_line_at_the_doors_keeps_no_socket_out() -> None:
    door = Doorway()
    await door.come("a", "b", "c", "d", "e", "f", "g")

    await door.come("known", is_inside=True)

    assert "known" not in door.refused
    door.intake.refuse_more(is_inside=True)


async def test_the_line_of_those_who_are_in_already_is_not_cut() -> None:
    door = Doorway()
    await door.come("a", "b", "c", "d", "e", "f", is_inside=True)
    door.now = 10.0

    await door.leave("a")

    assert not door.refused
    assert door.intake.waiting == 3


async def test_who_gives_up_waiting_takes_nobodys_place() -> None:
    door = Doorway()
    await door.come("a", "b", "c", "d")

    door.tasks["c"].cancel()
    await settle()
    await door.leave("a")

    assert door.let_in == ["a", "b", "d"]


async def test_who_gives_up_in_the_moment_of_being_let_in_gives_the_place_on() -> None:
    door = Doorway()
    await door.come("a", "b", "c", "d")

    door._leave["a"].set()
    for _ in range(3):
        if door.intake.waiting == 1:
            break
        await asyncio.sleep(0)
    door.tasks["c"].cancel()
    with suppress(asyncio.CancelledError):
        await door.tasks["c"]
    await settle()

    assert "c" not in door.let_in
    assert door.let_in[-1] == "d"
    await door.leave("b", "d")
    assert door.intake.under_way == 0


async def test_a_join_that_fails_gives_its_place_back() -> None:
    door = Doorway()

    for _ in range(5):
        with pytest.raises(RuntimeError):
            async with door.intake.joining():
                raise RuntimeError

    assert door.intake.under_way == 0
