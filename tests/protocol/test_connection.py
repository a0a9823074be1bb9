"""The client without its socket: whatever arrives, the view is right or is asked for again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import JSON, MSGPACK
from protocol.commands import Leave, LowerHand, RaiseHand
from protocol.connection import (
    MAX_NOTICES,
    MAX_PENDING,
    Backoff,
    ClientState,
    Loss,
    loss_of_response,
)
from protocol.deltas import Delete, GroupDelta, Insert, Update, ViewDelta
from protocol.errors import FINAL_CLOSE_CODES, REFUSALS, ErrorCode
from protocol.failures import StillPending, TooManyPending
from protocol.ids import CommandId
from protocol.messages import (
    Delta,
    Goodbye,
    Notice,
    NoticeKind,
    Ping,
    Position,
    Problem,
    Reply,
    ServerMessage,
)
from protocol.plain import Malformed
from protocol.roles import Gate, Group
from protocol.views import Window
from tests.protocol.samples import a_do, a_row, a_snapshot, a_view, a_welcome, a_you
from tests.protocol.strategies import one_of_union

WINDOW = Window()
C1 = CommandId("c1")


def said(client: ClientState) -> list[dict[str, Any]]:
    """What the client has to say, as plain data."""
    return [json.loads(frame) for frame in client.frames_to_send()]


def kinds_said(client: ClientState) -> list[str]:
    return [message["type"] for message in said(client)]


def hear(client: ClientState, *messages: ServerMessage) -> None:
    for message in messages:
        client.receive(client.codec.frame(message))


def a_client(*messages: ServerMessage, window: Window | None = WINDOW) -> ClientState:
    """A client that is open and has heard some messages, and has nothing left to say."""
    client = ClientState(JSON, window=window)
    client.opened()
    hear(client, *messages)
    client.frames_to_send()
    return client


def an_update(base: int, *ops: Any, epoch: str = "e1", version: int | None = None) -> Delta:
    groups = {Group.VIEWERS: GroupDelta(first=0, ops=ops)}
    position = Position(epoch=epoch, version=base + 1 if version is None else version)
    return Delta(base=base, position=position, delta=ViewDelta(groups=groups))


# --- the beginning -------------------------------------------------------------------------


def test_the_first_word_is_hello_with_the_window() -> None:
    client = ClientState(JSON, window=Window(search="ada", groups={}))
    client.opened()
    assert said(client) == [
        {"type": "hello", "wire_version": 1, "window": {"search": "ada", "groups": {}}}
    ]
    assert said(client) == []


def test_without_a_window_nothing_is_watched() -> None:
    client = ClientState(JSON)
    client.opened()
    assert said(client) == [{"type": "hello", "wire_version": 1}]


def test_what_the_server_tells_about_oneself_is_known() -> None:
    client = a_client(a_welcome(), a_you())
    assert client.you == a_you().you


def test_a_ping_is_answered() -> None:
    client = a_client(a_welcome())
    hear(client, Ping())
    assert kinds_said(client) == ["pong"]


def test_a_frame_that_is_no_message_changes_nothing() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row()))
    with pytest.raises(Malformed):
        client.receive("{}")
    assert client.view == a_view(a_row())


# --- the view ------------------------------------------------------------------------------


def test_a_snapshot_is_the_view() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row(), version=7))
    assert client.view == a_view(a_row())
    assert client.position == Position(epoch="e1", version=7)
    assert client.is_current


def test_a_delta_from_the_view_that_is_held_is_applied() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row("p1")))
    hear(client, an_update(1, Insert(at=1, row=a_row("p2", "Bob"))))
    assert client.view is not None
    assert [row.name for row in client.view.groups[Group.VIEWERS].rows] == ["Ada", "Bob"]
    assert client.position == Position(epoch="e1", version=2)
    assert said(client) == []


@pytest.mark.parametrize(
    "delta",
    [
        an_update(2),
        an_update(0, version=5),
        an_update(1, epoch="e2"),
        an_update(1, Delete(at=3)),
        an_update(1, Delete(at=-1)),
        an_update(1, Insert(at=9, row=a_row())),
        an_update(1, Update(at=-1, fields={"name": "Eve"})),
        an_update(1, Update(at=0, fields={"name": ["Eve"]})),
        an_update(1, Update(at=0, fields={"bogus": 1})),
        Delta(
            base=1,
            position=Position(epoch="e1", version=2),
            delta=ViewDelta(groups={Group.INVITED: GroupDelta(first=0)}),
        ),
    ],
)
def test_a_delta_that_does_not_fit_is_answered_by_asking_for_a_snapshot(delta: Delta) -> None:
    client = a_client(a_welcome(), a_snapshot(a_row()))
    hear(client, delta)
    assert client.view == a_view(a_row())
    assert client.position == Position(epoch="e1", version=1)
    assert not client.is_current
    assert kinds_said(client) == ["watch"]


def test_while_a_snapshot_is_waited_for_it_is_not_asked_for_again() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row()))
    hear(client, an_update(5), an_update(6), an_update(7))
    assert kinds_said(client) == ["watch"]
    hear(client, a_snapshot(a_row(), version=8), an_update(8, Delete(at=0)))
    assert client.view is not None
    assert client.view.groups[Group.VIEWERS].rows == ()


def test_another_window_is_asked_for_and_the_old_view_stays_until_it_comes() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row()))
    client.watch(Window(search="bob"))
    assert said(client)[0]["window"]["search"] == "bob"
    assert client.view == a_view(a_row())
    assert not client.is_current
    hear(client, a_snapshot())
    assert client.is_current


def test_whoever_looks_at_nothing_holds_no_view() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row()))
    client.unwatch()
    assert kinds_said(client) == ["unwatch"]
    hear(client, a_snapshot(a_row(), version=2), an_update(2))
    assert client.view is None
    assert said(client) == []


def test_at_a_gate_nothing_of_the_room_is_held() -> None:
    client = a_client(a_welcome(), a_you(), a_snapshot(a_row()))
    hear(client, a_you(gate=Gate.WAITING_ROOM))
    assert client.view is None
    assert client.position is None
    hear(client, a_you())
    assert not client.is_current
    hear(client, a_snapshot(a_row(), version=2))
    assert said(client) == []
    assert client.is_current


def windows_said(client: ClientState) -> list[str]:
    return [message["window"]["search"] for message in said(client) if message["type"] == "watch"]


def test_the_view_of_a_window_that_was_left_meanwhile_is_not_taken_for_the_one_wanted() -> None:
    client = a_client(a_welcome(), a_you())
    client.watch(Window(search="ada"))
    client.watch(Window(search="bob"))
    assert said(client) == []
    hear(client, a_snapshot(a_row()))
    assert not client.is_current
    assert windows_said(client) == ["bob"]
    hear(client, a_snapshot(a_row("p2", "Bob"), version=2))
    assert client.is_current


def test_of_many_windows_in_a_row_the_first_and_the_newest_are_asked_for() -> None:
    client = a_client(a_welcome(), a_you(), a_snapshot())
    for search in "abcd":
        client.watch(Window(search=search))
    assert windows_said(client) == ["a"]
    hear(client, a_snapshot(version=2))
    assert windows_said(client) == ["d"]
    hear(client, a_snapshot(version=3))
    assert client.is_current
    assert said(client) == []


def test_a_window_moved_between_hello_and_welcome_is_asked_for_after_a_resume() -> None:
    client = a_client(a_welcome(), a_you(), a_snapshot(a_row(), version=7))
    client.lost(1006)
    client.opened()
    client.watch(Window(search="bob"))
    hear(client, a_welcome(is_resumed=True), a_you())
    assert not client.is_current
    assert windows_said(client) == ["bob"]
    hear(client, a_snapshot(a_row("p2", "Bob"), version=8))
    assert client.is_current


def test_who_stops_looking_between_hello_and_welcome_says_so_after_it() -> None:
    client = a_client(a_you(), window=WINDOW)
    client.unwatch()
    hear(client, a_welcome())
    assert kinds_said(client) == ["unwatch"]


def test_at_a_gate_the_server_is_told_each_window_although_it_answers_none() -> None:
    client = a_client(a_welcome(), a_you(gate=Gate.WAITING_ROOM))
    client.watch(Window(search="ada"))
    client.watch(Window(search="bob"))
    assert windows_said(client) == ["ada", "bob"]
    hear(client, a_you(), a_snapshot(a_row("p2", "Bob")))
    assert client.is_current
    assert said(client) == []


def test_a_window_asked_for_on_the_way_to_a_gate_is_not_waited_for() -> None:
    client = a_client(a_welcome(), a_you(), a_snapshot())
    client.watch(Window(search="ada"))
    client.watch(Window(search="bob"))
    hear(client, a_you(gate=Gate.WAITING_ROOM))
    assert windows_said(client) == ["ada", "bob"]
    hear(client, a_you(), a_snapshot())
    assert client.is_current


# --- commands ------------------------------------------------------------------------------


def test_a_command_waits_for_the_welcome_and_then_for_its_reply() -> None:
    client = a_client()
    client.do(RaiseHand(), C1)
    assert said(client) == []
    hear(client, a_welcome())
    assert said(client) == [{"type": "do", "id": "c1", "command": {"type": "raise_hand"}}]
    assert list(client.pending) == [C1]
    hear(client, Reply(id=C1, is_done=True, version=4))
    assert client.pending == {}


def test_a_command_without_a_reply_is_sent_again_on_the_next_socket_under_the_same_id() -> None:
    client = a_client(a_welcome())
    client.do(RaiseHand(), C1)
    client.do(LowerHand(), CommandId("c2"))
    client.lost(1006)
    client.opened()
    hear(client, a_welcome())
    assert [(m["type"], m.get("id")) for m in said(client)] == [
        ("hello", None),
        ("do", "c1"),
        ("do", "c2"),
    ]


def test_the_same_command_again_is_not_said_twice_and_another_under_its_id_is_refused() -> None:
    client = a_client(a_welcome())
    client.do(RaiseHand(), C1)
    client.do(RaiseHand(), C1)
    assert kinds_said(client) == ["do"]
    with pytest.raises(StillPending, match="another command"):
        client.do(Leave(), C1)
    assert client.pending == {C1: a_do(RaiseHand())}


def test_a_forgotten_command_is_not_sent_again() -> None:
    client = a_client(a_welcome())
    client.do(RaiseHand(), C1)
    client.forget(C1)
    client.lost(None)
    client.opened()
    hear(client, a_welcome())
    assert kinds_said(client) == ["hello"]


def test_the_list_of_waiting_commands_is_bounded() -> None:
    client = a_client(a_welcome())
    for number in range(MAX_PENDING):
        client.do(RaiseHand(), CommandId(f"c{number}"))
    with pytest.raises(TooManyPending, match="1000 commands"):
        client.do(RaiseHand(), CommandId("one-more"))
    assert len(client.pending) == MAX_PENDING


def test_the_reply_to_somebody_elses_command_changes_nothing() -> None:
    client = a_client(a_welcome())
    client.do(RaiseHand(), C1)
    hear(client, Reply(id=CommandId("c9"), is_done=True))
    assert list(client.pending) == [C1]


# --- resuming ------------------------------------------------------------------------------


def test_a_new_socket_resumes_from_the_position_of_the_view() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row(), version=7))
    client.lost(1012)
    client.opened()
    assert said(client)[0]["resume"] == {"epoch": "e1", "version": 7}
    hear(client, a_welcome(is_resumed=True), an_update(7, Delete(at=0)))
    assert client.view is not None
    assert client.view.groups[Group.VIEWERS].rows == ()


def test_where_it_cannot_resume_a_snapshot_follows_and_deltas_before_it_are_left_alone() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row(), version=7))
    client.lost(1012)
    client.opened()
    hear(client, a_welcome(is_resumed=False), an_update(7, Delete(at=0)))
    assert client.view == a_view(a_row())
    assert not client.is_current
    hear(client, a_snapshot(version=9))
    assert client.is_current


def test_a_view_through_a_window_that_was_left_is_not_resumed_from() -> None:
    client = a_client(a_welcome(), a_snapshot(a_row(), version=7))
    client.lost(1006)
    client.watch(Window(search="bob"))
    client.opened()
    assert "resume" not in said(client)[0]

    client = a_client(a_welcome(), a_snapshot(a_row(), version=7))
    client.watch(Window(search="bob"))
    client.watch(Window(search="eve"))
    hear(client, a_snapshot(a_row("p2", "Bob"), version=7))
    client.lost(1006)
    client.opened()
    assert "resume" not in said(client)[-1]
    hear(client, a_welcome(), a_snapshot(version=8))
    client.lost(1006)
    client.opened()
    assert said(client)[0]["resume"]["version"] == 8


def test_nothing_said_for_the_old_socket_goes_out_on_the_new_one() -> None:
    client = a_client(a_welcome())
    hear(client, Ping())
    client.watch(Window(search="x"))
    client.lost(1006)
    client.opened()
    assert kinds_said(client) == ["hello"]


# --- notices -------------------------------------------------------------------------------


def test_notices_are_kept_and_only_so_many() -> None:
    client = a_client(a_welcome())
    for number in range(MAX_NOTICES + 5):
        hear(client, Notice(kind=NoticeKind.MUTED, by=str(number)))
    assert client.noticed == MAX_NOTICES + 5
    assert [notice.by for notice in client.notices][:2] == ["5", "6"]


# --- the end of a socket -------------------------------------------------------------------


@pytest.mark.parametrize("code", ErrorCode)
def test_a_client_stays_away_after_the_close_codes_of_the_first_band_alone(code: ErrorCode) -> None:
    close_code = REFUSALS[code].close
    loss = a_client(a_welcome()).lost(close_code)
    assert loss.is_final == (4000 <= close_code <= 4099)
    assert loss.problem == Problem.of(code)


@pytest.mark.parametrize("close_code", [None, 1000, 1001, 1006, 1011, 3999, 4100, 4500])
def test_after_any_other_close_code_it_comes_back(close_code: int | None) -> None:
    assert not a_client(a_welcome()).lost(close_code).is_final


def test_a_goodbye_says_why_even_if_the_close_frame_is_lost() -> None:
    problem = Problem.of(ErrorCode.REMOVED)
    client = a_client(a_welcome(), Goodbye(problem=problem))
    assert client.lost(1006) == Loss(is_final=True, problem=problem)


def test_a_goodbye_says_when_to_come_back() -> None:
    problem = Problem.of(ErrorCode.RESTARTING, retry_after_ms=1_500)
    client = a_client(a_welcome(), Goodbye(problem=problem))
    assert client.lost(1012) == Loss(is_final=False, problem=problem, after_ms=1_500)
    client.opened()
    assert client.lost(1006) == Loss(is_final=False)


@pytest.mark.parametrize(
    ("status", "is_final", "code"),
    [
        (401, True, ErrorCode.TICKET_INVALID),
        (403, True, ErrorCode.NOT_ALLOWED),
        (404, True, ErrorCode.NOT_FOUND),
        (418, True, ErrorCode.BAD_REQUEST),
        (408, False, None),
        (429, False, None),
        (500, False, None),
        (502, False, None),
        (200, False, None),
    ],
)
def test_a_status_from_a_proxy_says_whether_to_come_back(
    status: int, is_final: bool, code: ErrorCode | None
) -> None:
    loss = loss_of_response(status, b"<html>Bad gateway</html>")
    assert loss.is_final == is_final
    assert (loss.problem.code if loss.problem else None) == code


@pytest.mark.parametrize("code", ErrorCode)
def test_a_problem_in_place_of_a_socket_says_it_in_the_servers_words(code: ErrorCode) -> None:
    problem = Problem.of(code, retry_after_ms=250)
    loss = loss_of_response(REFUSALS[code].status, JSON.encode(problem))
    is_final = REFUSALS[code].close in FINAL_CLOSE_CODES
    assert loss == Loss(is_final=is_final, problem=problem, after_ms=250)


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_grows_to_a_bound_and_is_never_nothing(attempt: int, draw: float) -> None:
    backoff = Backoff(first_s=0.5, most_s=30)
    delay_s = backoff.delay_s(attempt, draw)
    assert 0.25 <= delay_s <= 30
    assert delay_s <= 0.5 * 2 ** min(attempt, 30)


def test_what_the_server_says_about_waiting_goes_before_ones_own_wait() -> None:
    assert Backoff().delay_s(9, 0.9, after_ms=700) == 0.7


# --- whatever comes ------------------------------------------------------------------------


@given(st.lists(one_of_union(ServerMessage), max_size=8), st.booleans())
def test_no_sequence_of_messages_breaks_a_client(messages: list[Any], is_watching: bool) -> None:
    client = ClientState(MSGPACK, window=WINDOW if is_watching else None)
    client.opened()
    for message in messages:
        client.receive(MSGPACK.frame(message))
        assert not client.is_current or client.view is not None
        assert (client.view is None) == (client.position is None)
        assert client.view is None or client.window is not None
    for frame in client.frames_to_send():
        MSGPACK.decode_client(frame)


def test_a_ping_says_whether_the_view_may_be_out_of_date() -> None:
    client = a_client(a_welcome(), a_you(), a_snapshot())
    said = []
    for ping in (Ping(is_stale=True), Ping(), Ping(is_stale=True)):
        hear(client, ping)
        said.append(client.is_stale)
    client.lost(None)
    assert [*said, client.is_stale] == [True, False, True, False]


# --- a server that is newer ----------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    ['{"type": "weather", "is_fine": true}', '{"type": "notice", "kind": "praised", "by": "Eve"}'],
)
def test_a_message_or_notice_that_came_later_is_passed_over(frame: str) -> None:
    client = a_client(a_welcome(), a_snapshot(a_row()))
    assert client.receive(frame) is None
    assert client.view == a_view(a_row())
    assert said(client) == []


def test_a_field_that_came_later_is_passed_over() -> None:
    client = a_client(a_welcome())
    assert client.receive('{"type": "ping", "mood": "good"}') == Ping()


def test_a_refusal_that_came_later_keeps_its_sentence_and_whether_to_try_again() -> None:
    client = a_client(a_welcome())
    client.do(RaiseHand(), CommandId("c1"))
    problem = '{"code": "too_early", "sentence": "Wait for the bell.", "again": true}'
    reply = client.receive(
        f'{{"type": "reply", "id": "c1", "is_done": false, "problem": {problem}}}'
    )
    assert isinstance(reply, Reply)
    assert reply.problem == Problem(
        code=ErrorCode.INTERNAL, sentence="Wait for the bell.", again=True
    )
    assert client.pending == {}


@pytest.mark.parametrize("again", ["true", "false"])
def test_a_refusal_that_came_later_says_itself_whether_to_stay_away(again: str) -> None:
    problem = f'{{"code": "too_early", "sentence": "Use the bell.", "again": {again}}}'
    is_final = again == "false"
    assert loss_of_response(403, problem.encode()).is_final == is_final

    client = a_client(a_welcome())
    client.receive(f'{{"type": "goodbye", "problem": {problem}}}')
    assert client.lost(1006).is_final == is_final
