"""The way from a course into a room, against a platform that we did not write."""

import base64
import secrets
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from server.surroundings import clock
from tests.integrations.lti.visits import Visits
from tests.school import CLIENT, DEPLOYMENT, pem_pair

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
Bent = Callable[[dict[str, Any]], dict[str, Any]]


# --- coming in -----------------------------------------------------------------------------


async def test_people_of_one_activity_come_into_the_same_room_each_in_their_role(
    visits: Visits,
) -> None:
    teacher = await visits.admitted("t1", "talk")
    assistant = await visits.admitted("a1", "talk")
    student = await visits.admitted("s1", "talk")

    assert {one["session_id"] for one in (teacher, assistant, student)} == {teacher["session_id"]}
    assert (teacher["role"], assistant["role"], student["role"]) == ("host", "moderator", "viewer")


async def test_coming_again_is_the_same_person(visits: Visits) -> None:
    await visits.admitted("t1", "again")
    first, second = [await visits.admitted("s1", "again") for _ in range(2)]

    assert first["participant_id"] == second["participant_id"]


async def test_a_room_made_by_a_launch_is_one_of_the_course(visits: Visits) -> None:
    entered = await visits.enter("t1", "kind")
    entry = await visits.asked("GET", f"/entries/{entered['entry_id']}")

    assert (entry["kind"], entry["name"]) == ("gallery_room", "Weekly talk")
    people = await visits.asked("GET", f"/entries/{entered['entry_id']}/collaborators")
    assert {one["part"]: one["name"] for one in people} == {
        "owner": "Harbours",
        "co_owner": "Tamar Teacher",
    }


async def test_a_student_does_not_make_a_room(visits: Visits) -> None:
    underway = await visits.begin("s1", "unopened")
    told = await visits.launched(underway)
    body = {"launch": told["launch"], "key": underway.key}

    assert await visits.refused("/lti/enter", body) == "lti_no_room"


async def test_what_they_are_in_the_course_counts_each_time(visits: Visits) -> None:
    await visits.enter("t1", "lowered")
    visits.school.bend = lambda claims: claims | {f"{CLAIM}roles": []}
    entered = await visits.enter("t1", "lowered")
    people = await visits.asked("GET", f"/entries/{entered['entry_id']}/collaborators")

    assert {"co_viewer"} == {one["part"] for one in people if one["name"] == "Tamar Teacher"}


async def test_the_table_of_roles_can_be_changed_for_a_platform(visits: Visits) -> None:
    await visits.admitted("t1", "table")
    await visits.register(roles={"Learner": "moderator"})
    raised = await visits.admitted("s2", "table")
    await visits.register()

    assert raised["role"] == "moderator"


async def test_naming_the_room_of_another_course_leads_to_a_room_of_ones_own(
    visits: Visits,
) -> None:
    theirs = await visits.enter("t1", "theirs")
    custom = {f"{CLAIM}custom": {"entry_id": theirs["entry_id"]}}
    visits.school.bend = lambda claims: claims | custom
    ours = await visits.enter("t1", "copied", course="course-8")

    assert ours["entry_id"] != theirs["entry_id"]
    copied = await visits.enter("t1", "named here")
    assert copied["entry_id"] == theirs["entry_id"]


async def test_a_host_finds_a_new_session_where_the_last_one_is_over(visits: Visits) -> None:
    first = await visits.admitted("t1", "ended")
    entry = first["session_id"].partition(".")[0]
    await visits.asked("POST", f"/entries/{entry}/session/start", {})
    await visits.asked("POST", f"/entries/{entry}/session/end", {})
    second = await visits.admitted("t1", "ended")

    assert first["session_id"] != second["session_id"]


# --- who they are --------------------------------------------------------------------------


async def test_an_address_is_kept_only_where_the_platform_is_trusted_for_it(
    visits: Visits,
) -> None:
    async def kept(link: str) -> str:
        entered = await visits.enter("s1", link)
        people = await visits.asked("GET", f"/entries/{entered['entry_id']}/collaborators")
        return next(str(one["email"]) for one in people if one["name"] == "Sol Student")

    await visits.enter("t1", "address")
    assert (await kept("address")).endswith("@unverified.invalid")
    await visits.register(trusts_email=True)
    assert await kept("address") == "sol@school.example"
    await visits.register()


async def test_an_untrusted_address_opens_no_invitation(visits: Visits) -> None:
    """Somebody who calls themselves as somebody invited does elsewhere is not them."""
    room = await visits.enter("t1", "invited")
    path = f"/entries/{room['entry_id']}/invitations"
    wish = {"invitees": [{"email": "sol@school.example"}], "invitation_type": "moderator"}
    await visits.asked("POST", path, wish | {"send_mail": False})

    assert (await visits.admitted("s1", "invited"))["role"] == "viewer"


# --- what is refused (docs/reliability.md, row 37) -----------------------------------------


async def code_of(visits: Visits, bend: Bent) -> str:
    visits.school.bend = bend
    underway = await visits.begin("s1", "talk")
    signed = visits.school.signed(underway.asked)
    kind, code = await visits.post(signed["state"], signed["id_token"])
    assert kind == "no"
    return code


def without(*names: str) -> Bent:
    return lambda claims: {name: claims[name] for name in claims if name not in names}


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody-else"},
        {"aud": ["somebody-else", "and-another"]},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "another"},
        {"sub": ""},
        {f"{CLAIM}version": "1.1"},
        {f"{CLAIM}message_type": "LtiSubmissionReviewRequest"},
        {f"{CLAIM}resource_link": {"title": "without an id"}},
        {f"{CLAIM}roles": "Instructor"},
    ],
    ids=lambda changes: " ".join(f"{name.rpartition('/')[2]}" for name in changes),
)
async def test_a_launch_with_a_wrong_claim_is_refused(
    visits: Visits, changes: dict[str, Any]
) -> None:
    bent = await code_of(visits, lambda claims: claims | changes)

    assert bent == "lti_launch_invalid"


@pytest.mark.parametrize(
    "missing",
    ["aud", "iss", "nonce", "sub", f"{CLAIM}version", f"{CLAIM}message_type", f"{CLAIM}roles"],
)
async def test_a_launch_without_a_claim_is_refused(visits: Visits, missing: str) -> None:
    assert await code_of(visits, without(missing)) == "lti_launch_invalid"


async def test_a_deployment_that_is_not_registered_is_refused(visits: Visits) -> None:
    deployment = f"{CLAIM}deployment_id"

    assert await code_of(visits, lambda claims: claims | {deployment: "2"}) == (
        "lti_deployment_unknown"
    )
    assert await code_of(visits, without(deployment)) == "lti_deployment_unknown"
    url = visits.school.login_url("s1", "talk")
    told = url.replace(f"lti_deployment_id={DEPLOYMENT}", "lti_deployment_id=2")
    assert await visits.landed("GET", told) == ("no", "lti_deployment_unknown")


async def signed_by(
    visits: Visits, key: Any, algorithm: str, head: dict[str, Any], **changes: Any
) -> str:
    """Post a launch that is signed in another way; give the code of the refusal."""
    underway = await visits.begin("s1", "talk")
    signed = visits.school.signed(underway.asked)
    claims = jwt.decode(signed["id_token"], options={"verify_signature": False})
    headers = {"kid": visits.school.registration.get_kid(), **head}
    token = jwt.encode(claims | changes, key, algorithm=algorithm, headers=headers)
    kind, rest = await visits.post(signed["state"], token)
    assert kind == "no", rest
    return rest


@pytest.mark.parametrize(
    ("claim", "moment"),
    [("exp", -3_600), ("iat", 3_600), ("exp", "soon"), ("iat", None), ("nbf", 999)],
    ids=["expired", "from the future", "no number", "no moment", "not yet"],
)
async def test_a_launch_of_another_time_is_refused(
    visits: Visits, claim: str, moment: int | str | None
) -> None:
    private = visits.school.registration.get_platform_private_key()
    # Seconds from now, which is when this runs and not when it was read.
    bent = clock() // 1000 + moment if isinstance(moment, int) else moment

    assert await signed_by(visits, private, "RS256", {}, **{claim: bent}) == "lti_launch_invalid"


async def test_a_launch_that_nobody_has_signed_is_refused(visits: Visits) -> None:
    assert await signed_by(visits, None, "none", {}) == "lti_launch_invalid"
    # In another spelling, which a comparison may miss.
    underway = await visits.begin("s1", "talk")
    signed = visits.school.signed(underway.asked)
    _, body, _ = signed["id_token"].split(".")
    for algorithm in ("None", "NONE", "nOnE"):
        head = base64.urlsafe_b64encode(f'{{"alg":"{algorithm}"}}'.encode()).decode().rstrip("=")
        bare = await visits.post(signed["state"], f"{head}.{body}.")
        assert bare == ("no", "lti_launch_invalid")


async def test_the_public_key_is_no_shared_secret(visits: Visits) -> None:
    public = str(visits.school.registration.get_platform_public_key())
    # The library refuses such a secret; an attacker's does not.
    assert await signed_by(visits, public[27:-26], "HS256", {}) == "lti_launch_invalid"


async def test_a_key_of_somebody_else_under_the_same_id_is_refused(visits: Visits) -> None:
    assert await signed_by(visits, pem_pair()[0], "RS256", {}) == "lti_launch_invalid"


async def test_a_key_that_comes_with_the_message_is_not_looked_at(visits: Visits) -> None:
    private, public = pem_pair()
    jwk = visits.school.registration.get_jwk(public)
    head = {"jwk": jwk, "jku": "https://elsewhere.example/jwks", "kid": "mine"}

    assert await signed_by(visits, private, "RS256", head) == "lti_launch_invalid"


async def test_a_launch_is_good_once(visits: Visits) -> None:
    underway = await visits.begin("s1", "talk")
    signed = visits.school.signed(underway.asked)
    assert (await visits.post(signed["state"], signed["id_token"]))[0] == "launch"

    again = await visits.post(signed["state"], signed["id_token"])
    assert again == ("no", "lti_launch_invalid")


async def test_a_message_does_not_go_with_the_state_of_another_launch(visits: Visits) -> None:
    """What was signed in answer to one nonce is of no use with another."""
    first, second = [await visits.begin("s1", "talk") for _ in range(2)]
    signed = visits.school.signed(first.asked)

    swapped = await visits.post(second.asked["state"], signed["id_token"])
    assert swapped == ("no", "lti_launch_invalid")


async def test_a_state_that_is_not_ours_or_bent_is_refused(visits: Visits) -> None:
    underway = await visits.begin("s1", "talk")
    signed = visits.school.signed(underway.asked)
    head, body, mac = signed["state"].split(".")
    for state in ("", "x", f"{head}.{body}.{mac[::-1]}", f"{head}.{body}."):
        assert await visits.post(state, signed["id_token"]) == ("no", "lti_launch_invalid")


async def test_another_platform_does_not_answer_for_the_one_that_was_asked(
    visits: Visits,
) -> None:
    """An issuer mix-up: signed rightly, by a platform that is registered as well."""
    other = await visits.register(issuer="https://other.example", client_id="other")
    underway = await visits.begin("s1", "talk")
    visits.school.bend = lambda claims: claims | {"iss": "https://other.example", "aud": "other"}
    signed = visits.school.signed(underway.asked)

    mixed = await visits.post(signed["state"], signed["id_token"])
    assert mixed == ("no", "lti_launch_invalid")
    await visits.asked("DELETE", f"/lti/platforms/{other['platform_id']}")


async def test_a_launch_ends_in_the_browser_in_which_it_began(visits: Visits) -> None:
    """Or somebody could have another person enter as them, and listen to what they say."""
    underway = await visits.begin("s1", "talk")
    told = await visits.launched(underway)
    stolen = {"launch": told["launch"], "key": secrets.token_urlsafe(32)}

    assert await visits.refused("/lti/enter", stolen) == "lti_other_browser"
    # Nothing was used up by that.
    await visits.done("/lti/enter", {"launch": told["launch"], "key": underway.key})


async def test_the_token_that_a_launch_brings_works_in_that_browser_alone(visits: Visits) -> None:
    """Or somebody could have another person signed in as them, with an address to open."""
    for path in ("/sign-in", "/embed/enter"):
        entered = await visits.enter("t1", "talk")
        for key in ({}, {"key": secrets.token_urlsafe(32)}):
            body = {"token": entered["token"], **key}
            assert await visits.refused(path, body) == "token_invalid"
        # Nothing was used up by that.
        await visits.done(path, {"token": entered["token"], "key": entered["key"]})
        visits.http.cookies.clear()


async def test_a_launch_is_entered_once(visits: Visits) -> None:
    underway = await visits.begin("t1", "talk")
    told = await visits.launched(underway)
    body = {"launch": told["launch"], "key": underway.key}
    await visits.done("/lti/enter", body)

    assert await visits.refused("/lti/enter", body) == "lti_launch_invalid"


async def test_a_platform_that_is_not_registered_begins_nothing(visits: Visits) -> None:
    url = visits.school.login_url("s1", "talk")
    for told in (
        url.replace(f"client_id={CLIENT}", "client_id=other"),
        url.replace("iss=http", "iss=https"),
        url.partition("?")[0] + "?login_hint=x",
    ):
        assert await visits.landed("GET", told) == ("no", "lti_platform_unknown")


async def test_a_platform_that_was_removed_is_refused_on_the_way(visits: Visits) -> None:
    underway = await visits.begin("s1", "talk")
    [one] = (await visits.asked("GET", "/lti/platforms"))["platforms"]
    await visits.asked("DELETE", f"/lti/platforms/{one['platform_id']}")
    signed = visits.school.signed(underway.asked)

    gone = await visits.post(signed["state"], signed["id_token"])
    assert gone == ("no", "lti_platform_unknown")
    await visits.register()


async def test_a_launch_to_another_address_begins_nothing(visits: Visits) -> None:
    url = visits.school.login_url("s1", "talk")
    bent = url.replace("target_link_uri=http%3A%2F%2F127.0.0.1", "target_link_uri=http%3A%2F%2Fx")

    assert await visits.landed("GET", bent) == ("no", "bad_request")


async def test_new_keys_of_a_platform_are_found_at_once(visits: Visits) -> None:
    await visits.enter("t1", "rotated")
    visits.school.renew_keys()
    # An unknown key is asked for no oftener than every ten seconds; registering asks anew.
    await visits.register()
    asked = visits.school.asked_for_keys
    await visits.enter("t1", "rotated")
    await visits.enter("t1", "rotated")

    assert visits.school.asked_for_keys == asked + 1


async def test_no_secret_and_no_person_of_a_launch_is_in_the_log(visits: Visits) -> None:
    underway = await visits.begin("s1", "talk")
    told = await visits.launched(underway)
    entered = await visits.done("/lti/enter", {"launch": told["launch"], "key": underway.key})
    log = visits.server.log

    for secret in (
        underway.key, underway.asked["state"], underway.asked["nonce"], told["launch"],
        entered["token"], "sol@school.example", "Sol Student",
    ):  # fmt: skip
        assert secret not in log
    assert "a launch was refused: audience" in log
