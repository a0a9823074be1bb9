"""Refusals as HTTP replies."""

import json

import pytest

from protocol.errors import REFUSALS, ErrorCode
from protocol.http import Me
from protocol.plain import Fault, Malformed
from server.core.decide import Rejected
from server.edge.replies import PROBLEM, Denied, problem_reply, reply, settled
from server.hub.room import Settled


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_code_has_its_status_and_sentence(code: ErrorCode) -> None:
    made = problem_reply(Denied(code))

    body = json.loads(bytes(made.body))
    assert made.status_code == REFUSALS[code].status
    assert made.headers["content-type"] == PROBLEM
    assert (body["code"], body["sentence"]) == (code.value, REFUSALS[code].sentence)
    assert body["again"] is REFUSALS[code].again
    is_retried = made.status_code in (429, 503)
    assert ("retry-after" in made.headers) is is_retried
    assert ("retry_after_ms" in body) is is_retried


def test_the_time_to_wait_is_rounded_up() -> None:
    made = problem_reply(Denied(ErrorCode.RATE_LIMITED, retry_after_s=0.2))

    assert made.headers["retry-after"] == "1"
    assert json.loads(bytes(made.body))["retry_after_ms"] == 200


def test_http_may_have_a_status_of_its_own() -> None:
    no = Denied(ErrorCode.BAD_REQUEST, status=405, headers={"Allow": "GET"})

    made = problem_reply(no)

    assert (made.status_code, made.headers["allow"]) == (405, "GET")


def test_what_is_malformed_names_its_field() -> None:
    made = problem_reply(Denied.malformed(Malformed(Fault.SHAPE, where="invitees.0.email")))

    assert json.loads(bytes(made.body))["where"] == "invitees.0.email"
    too_large = Denied.malformed(Malformed(Fault.TOO_LARGE, limit=1))
    assert problem_reply(too_large).status_code == 413


def test_the_hubs_no_is_raised_and_its_yes_returned() -> None:
    yes = Settled(version=3)

    assert settled(yes) is yes
    with pytest.raises(Denied) as caught:
        settled(Rejected(code=ErrorCode.BAD_REQUEST, where="name"))
    assert (caught.value.code, caught.value.where) == (ErrorCode.BAD_REQUEST, "name")


def test_null_is_left_out() -> None:
    assert reply(Me()).body == b'{"is_operator":false}'
