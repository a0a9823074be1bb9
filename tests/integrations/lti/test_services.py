"""What is asked of the platform: members and grades, checked by its library; and registration."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from protocol.client import connect
from server.integrations.lti.services import (
    MAX_LINK_CHARS,
    READ_MEMBERS,
    SCORE_TYPE,
    WRITE_SCORES,
    next_page,
    scores_url,
)
from tests.integrations.lti.visits import Visits
from tests.school import CLIENT, DEPLOYMENT

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def until(holds: Callable[[], Any], limit_s: float = 30) -> None:
    async with asyncio.timeout(limit_s):
        while not holds():  # noqa: ASYNC110 - the platform tells nobody
            await asyncio.sleep(0.05)


async def test_members_of_the_course_are_known_users(visits: Visits) -> None:
    """Two pages of two people each, of whom one alone has been here."""
    await visits.register(trusts_email=True)
    room = (await visits.enter("t1", "talk"))["entry_id"]

    async def found() -> list[str]:
        path = f"/users?entry_id={room}&q=student"
        people = (await visits.asked("GET", path))["people"]
        return sorted(one["email"] for one in people)

    async with asyncio.timeout(30):
        while await found() != ["sol@school.example", "zoe@school.example"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await visits.register()


async def test_attendance_is_sent_as_a_grade_where_that_is_switched_on(visits: Visits) -> None:
    await visits.register(sends_grades=True)
    room = (await visits.enter("t1", "graded"))["entry_id"]
    admitted = await visits.admitted("s1", "graded")
    session = admitted["session_id"]
    socket = f"{visits.server.url.replace('http', 'ws')}/api/v1/sessions/{session}/socket"
    async with connect(socket, ticket=admitted["ticket"]) as student:
        await student.until(lambda client: client.you is not None, timeout_s=20)
        await visits.asked("POST", f"/entries/{room}/session/start", {})
        await student.until(lambda client: client.view is not None, timeout_s=20)
        await visits.asked("POST", f"/entries/{room}/session/end", {})
    await until(lambda: visits.school.scores)
    await visits.register()

    [score] = visits.school.scores
    assert (score["userId"], score["scoreMaximum"]) == ("s1", 100)
    assert score["scoreGiven"] == 100
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert score["at"] == "/items/graded/scores?of=7"


async def test_a_platform_registers_itself_once_with_an_operators_leave(visits: Visits) -> None:
    [known] = (await visits.asked("GET", "/lti/platforms"))["platforms"]
    await visits.asked("DELETE", f"/lti/platforms/{known['platform_id']}")
    url = (await visits.asked("POST", "/lti/registrations", {"sends_grades": True}))["url"]
    kind, token = await visits.landed("GET", visits.school.registering(url))
    assert kind == "register"
    assert visits.school.registered == {}
    await visits.done("/lti/register", {"registration": token})

    [made] = (await visits.asked("GET", "/lti/platforms"))["platforms"]
    assert made["platform_id"] == known["platform_id"]
    assert (made["client_id"], made["deployments"]) == (CLIENT, [DEPLOYMENT])
    assert (made["sends_grades"], made["trusts_email"]) == (True, False)
    assert visits.school.registered["jwks_uri"] == f"{visits.server.url}/lti/jwks"
    await visits.enter("t1", "by itself")
    again = {"registration": token}
    assert await visits.refused("/lti/register", again) == "token_invalid"
    await visits.register()


async def test_a_platform_that_is_registered_is_not_changed_by_registering_itself(
    visits: Visits,
) -> None:
    before = await visits.register(name="As it was", deployments=["only this one"])
    url = (await visits.asked("POST", "/lti/registrations", {"trusts_email": True}))["url"]
    _, token = await visits.landed("GET", visits.school.registering(url))

    refused = await visits.refused("/lti/register", {"registration": token})
    [after] = (await visits.asked("GET", "/lti/platforms"))["platforms"]
    assert (refused, after) == ("conflict", before)
    await visits.register()


async def test_nobody_registers_a_platform_without_leave(visits: Visits) -> None:
    told = urlencode({"openid_configuration": f"{visits.school.url}/openid-configuration"})
    for code in ("", "code=made.up.code&"):
        landed = await visits.landed("GET", f"/lti/register?{code}{told}")
        assert landed == ("no", "token_invalid")


async def test_a_description_at_an_address_of_somebody_else_registers_nothing(
    visits: Visits,
) -> None:
    url = (await visits.asked("POST", "/lti/registrations", {}))["url"]
    # The same machine under another name: the issuer in it is not of that name.
    there = visits.school.url.replace("localhost", "127.0.0.1")
    told = urlencode({"openid_configuration": f"{there}/openid-configuration"})
    _, token = await visits.landed("GET", f"{url}&{told}")

    refused = await visits.refused("/lti/register", {"registration": token})
    assert refused == "platform_unreachable"


async def test_the_page_that_lets_nobody_in_is_for_frames_and_windows_of_anybody(
    visits: Visits,
) -> None:
    """A platform is not registered yet when it registers, and has to hear when that is done."""
    url = (await visits.asked("POST", "/lti/registrations", {}))["url"]
    landing = await visits.http.get(visits.school.registering(url))
    page = await visits.http.get(landing.headers["location"])
    entering = await visits.http.get("/lti")

    opener = "cross-origin-opener-policy"
    assert landing.headers[opener] == page.headers[opener] == "unsafe-none"
    assert entering.headers[opener] == "same-origin"
    policies = [one.headers["content-security-policy"] for one in (page, entering)]
    ancestors = [policy.partition("frame-ancestors ")[2] for policy in policies]
    assert ancestors == ["'self' *", f"'self' {visits.school.url}"]


async def test_keys_change_and_the_one_before_stays_in_the_list(visits: Visits) -> None:
    before = (await visits.asked("GET", "/lti/keys"))["keys"]
    after = (await visits.asked("POST", "/lti/keys", {}))["keys"]
    listed = (await visits.http.get("/lti/jwks")).json()["keys"]

    assert [one["key_id"] for one in after][1:] == [one["key_id"] for one in before]
    assert [one["kid"] for one in listed] == [one["key_id"] for one in after]
    assert after[1]["until"] > after[1]["made_at"]
    assert all(one.keys() == {"kty", "n", "e", "kid", "alg", "use", "key_ops"} for one in listed)


async def test_platforms_are_for_operators_alone(visits: Visits) -> None:
    code, out, errors = await visits.server.usher("key", "create", "--name", "moodle")
    assert code == 0, errors
    key = out.partition('"key": "')[2].partition('"')[0]
    for headers, status in (({}, 401), ({"Authorization": f"Bearer {key}"}, 403)):
        for method, path in (
            ("GET", "/platforms"), ("PUT", "/platforms"), ("DELETE", "/platforms/l_1"),
            ("GET", "/keys"), ("POST", "/keys"), ("GET", ""), ("POST", "/registrations"),
        ):  # fmt: skip
            answer = await visits.http.request(method, f"/api/v1/lti{path}", headers=headers)
            assert answer.status_code == status, (method, path)


async def test_the_command_line_registers_lists_and_removes(visits: Visits) -> None:
    code, _, errors = await visits.server.usher(
        "lti", "add", "--issuer", "https://moodle.example", "--client-id", "c1",
        "--deployment", "1", "--deployment", "2", "--role", "TeachingAssistant=host",
        "--role", "Mentor=none", "--trust-email",
        "--authorize-url", "https://moodle.example/mod/lti/auth.php",
        "--token-url", "https://moodle.example/mod/lti/token.php",
        "--keys-url", "https://moodle.example/mod/lti/certs.php",
    )  # fmt: skip
    assert code == 0, errors
    listed = (await visits.asked("GET", "/lti/platforms"))["platforms"]
    [made] = [one for one in listed if one["client_id"] == "c1"]
    assert (made["name"], made["deployments"]) == ("moodle.example", ["1", "2"])
    assert made["roles"]["TeachingAssistant"] == "host"
    assert "Mentor" not in made["roles"]

    wrong, _, said = await visits.server.usher("lti", "remove", "l_none")
    assert (wrong, "lti_platform_unknown" in said) == (1, True)
    code, _, errors = await visits.server.usher("lti", "remove", made["platform_id"])
    assert code == 0, errors
    assert len((await visits.asked("GET", "/lti/platforms"))["platforms"]) == len(listed) - 1


async def test_a_role_that_nobody_has_at_once_is_refused(visits: Visits) -> None:
    answer = await visits.operator.put(
        "/lti/platforms", json=visits.school.form | {"roles": {"Learner": "speaker"}}
    )

    assert (answer.status_code, answer.json()["where"]) == (400, "roles")


@pytest.mark.parametrize("odd", ["https://*/x", "https://a;sandbox/x"])
@pytest.mark.parametrize(
    "field", ["issuer", "authorize_url", "token_url", "keys_url", "return_origins"]
)
async def test_an_address_that_would_widen_a_policy_is_refused(
    visits: Visits, field: str, odd: str
) -> None:
    given = [odd] if field == "return_origins" else odd
    answer = await visits.operator.put("/lti/platforms", json=visits.school.form | {field: given})
    page = (await visits.http.get("/lti")).headers["content-security-policy"]

    assert (answer.status_code, answer.json()["where"]) == (400, field)
    assert "*/" not in page
    assert "sandbox" not in page


async def test_scores_are_below_a_line_item_and_before_its_query() -> None:
    assert scores_url("https://m.example/items/3/?a=1") == "https://m.example/items/3/scores?a=1"


async def test_a_header_of_links_that_is_too_long_names_no_next_page() -> None:
    link = '<https://m.example/members?page=2>; rel="next"'
    filler = ", " + "x" * (MAX_LINK_CHARS - len(link) - 2)

    assert next_page(link + filler) == "https://m.example/members?page=2"
    assert next_page(link + filler + "x") == ""
    assert next_page("<" * 1_000_000) == ""


async def test_the_platform_of_these_tests_takes_a_score_that_is_one_from_whoever_may_write(
    visits: Visits,
) -> None:
    score = {
        "userId": "s1",
        "scoreGiven": 5,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-09-21T14:13:20.123Z",
    }
    registration = visits.school.registration

    async def status(body: dict[str, Any], scopes: str = WRITE_SCORES) -> int:
        claims = {"iss": visits.school.url, "scopes": scopes}
        key = registration.get_platform_private_key()
        token = registration.encode_and_sign(claims, key, expiration=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": SCORE_TYPE}
        url = f"{visits.school.url}/items/talk/scores"
        return (await visits.http.post(url, json=body, headers=headers)).status_code

    assert await status(score) == 200
    assert await status(score, READ_MEMBERS) == 401
    for bent in (
        {"scoreGiven": -1},
        {"scoreMaximum": 0},
        {"activityProgress": "Done"},
        {"timestamp": "2026-09-21T14:13:20.123"},
        {"email": "sol@school.example"},
    ):
        assert await status(score | bent) == 400, bent
    assert len(visits.school.scores) == 1
