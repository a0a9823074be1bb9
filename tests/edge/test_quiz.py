"""A quiz over HTTP: takers without answers, owners with everything, and who is refused."""

import csv
import io
from typing import Any

import pytest

from protocol import commands as c
from protocol.quiz import MAX_QUESTIONS, ShowAfter
from protocol.roles import EntryKind, Part
from tests.core.quizzes import CAPITAL, OPINION, QUIZ, SECRETS, SUM, quiz
from tests.edge.browsers import Browser
from tests.edge.house import House

BODY = {"quiz": QUIZ.model_dump(mode="json", exclude_none=True)}
BEST = {
    "version": 1,
    "answers": [
        {"question_id": "sum", "choices": ["b"]},
        {"question_id": "primes", "choices": ["two", "three"]},
        {"question_id": "flat", "choices": ["false"]},
        {"question_id": "capital", "text": "PARIS"},
        {"question_id": "opinion", "text": "=cmd|' /C calc'!A0"},
    ],
}
WORST = {"version": 1, "answers": [{"question_id": "sum", "choices": ["a"]}]}


async def make(house: House, **settings: Any) -> str:
    """Make an entry with a quiz; gives its path."""
    await house.make_entry(kind=EntryKind.QUIZ)
    await house.asked(c.SetQuiz(quiz=quiz(**settings)))
    return f"/entries/{house.room}/quiz"


async def guest(house: House, name: str, token: str) -> Browser:
    browser, _ = await house.guest(token, name=name)
    return browser


def nothing_given_away(text: str) -> None:
    for secret in SECRETS:
        assert secret.casefold() not in text.casefold()
    for word in ('"right"', '"accepted"', '"explanation"', '"is_right"'):
        assert word not in text


async def test_a_guest_takes_the_quiz_and_the_owner_sees_how_they_came(house: House) -> None:
    path = await make(house, attempts=1)
    _, token = await house.make_link()
    browser = await guest(house, "Gus", token)

    shown = await browser.call("GET", path)
    nothing_given_away(shown.text)
    assert shown.json()["left"] == 1

    done = await browser.done("POST", f"{path}/attempts", BEST)
    assert done["result"] == {"attempt": 1, "version": 1}
    own = await browser.done("GET", f"{path}/mine")
    assert own["attempts"][0]["score"] == 10
    assert own["newest"]["answers"][3]["accepted"] == list(CAPITAL.accepted)
    await browser.refused("not_allowed", "POST", f"{path}/attempts", BEST)

    host = await house.signed_in()
    [row] = await host.done("GET", f"{path}/attempts")
    assert (row["name"], row["origin"], row["link_name"], row["score"], row["tries"]) == (
        "Gus",
        "guest_link",
        "Open day",
        10,
        1,
    )
    assert row["email"]
    assert row["answers"][3] == {
        "question_id": "capital",
        "choices": [],
        "text": "PARIS",
        "is_right": True,
        "points": 4,
    }


@pytest.mark.parametrize("show_after", [one for one in ShowAfter if one != "answers"])
async def test_no_reply_to_a_taker_has_a_right_answer_in_it(
    house: House, show_after: ShowAfter
) -> None:
    path = await make(house, attempts=2, show_after=show_after)
    _, token = await house.make_link()
    browser = await guest(house, "Gus", token)
    replies = [await browser.call("GET", f"{path}")]
    replies.append(await browser.call("POST", f"{path}/attempts", WORST))
    replies += [
        await browser.call("GET", part) for part in (path, f"{path}/mine", f"/entries/{house.room}")
    ]
    for reply in replies:
        assert reply.status_code == 200
        nothing_given_away(reply.text)


OWNERS = ("sheet", "attempts", "attempts?format=csv", "summary")


@pytest.mark.parametrize("part", OWNERS)
async def test_only_those_with_the_right_read_attempts(house: House, part: str) -> None:
    path = await make(house)
    _, token = await house.make_link()
    taker = await guest(house, "Gus", token)
    viewer, stranger = await house.account("Eve", Part.CO_VIEWER), await house.browser()
    for who, code in ((taker, "not_allowed"), (viewer, "not_allowed"), (stranger, "not_signed_in")):
        await who.refused(code, "GET", f"{path}/{part}")
    publisher, reader = await house.account("Pia", Part.CO_PUBLISHER), await house.platform("read")
    for who in (publisher, reader):
        answer = await who.call("GET", f"{path}/{part}")
        assert answer.status_code == 200


async def test_strangers_find_no_quiz(house: House) -> None:
    path = await make(house)
    stranger, other = await house.browser(), await house.account("Otto")
    await stranger.refused("not_signed_in", "GET", path)
    for part in ("", "/mine"):
        await other.refused("not_found", "GET", path + part)
    await other.refused("not_allowed", "POST", f"{path}/attempts", BEST)


async def test_only_editors_write_it(house: House) -> None:
    await house.make_entry(kind=EntryKind.QUIZ)
    path = f"/entries/{house.room}/quiz"
    host = await house.signed_in()
    publisher = await house.account("Pia", Part.CO_PUBLISHER)
    await publisher.refused("not_allowed", "PUT", path, BODY)
    await host.refused("not_found", "GET", path)
    assert await host.done("GET", f"{path}/sheet") == {
        "quiz": {
            "questions": [],
            "settings": {
                "show_after": "answers_at_end",
                "shuffle_questions": False,
                "shuffle_choices": False,
            },
        },
        "revision": 0,
        "version": 0,
        "is_taken": False,
    }
    await host.done("PUT", path, BODY)
    await host.refused("conflict", "PUT", path, {"quiz": {"questions": []}})
    found = await host.done("GET", f"{path}/sheet")
    assert (found["revision"], len(found["quiz"]["questions"])) == (1, 5)


async def test_another_kind_of_entry_has_no_quiz(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()
    for part in ("", "/sheet", "/attempts", "/summary"):
        await host.refused("not_found", "GET", f"/entries/{house.room}/quiz{part}")
    await host.refused("conflict", "PUT", f"/entries/{house.room}/quiz", BODY)


async def test_a_quiz_has_so_many_questions_and_no_more(house: House) -> None:
    path = await make(house)
    host = await house.signed_in()
    many = [SUM.model_dump(mode="json") | {"id": f"q{n}"} for n in range(MAX_QUESTIONS + 1)]
    answers = [{"question_id": one["id"], "choices": ["b"]} for one in many]

    def of(count: int) -> dict[str, Any]:
        return {"quiz": {"questions": many[:count]}, "based_on": 1}

    before = await house.version()
    await host.refused("bad_request", "PUT", path, of(MAX_QUESTIONS + 1))
    assert await house.version() == before
    await host.done("PUT", path, of(MAX_QUESTIONS))

    _, token = await house.make_link()
    browser = await guest(house, "Gus", token)
    before = await house.version()
    too_many = {"version": 2, "answers": answers}
    await browser.refused("bad_request", "POST", f"{path}/attempts", too_many)
    assert await house.version() == before
    await browser.done(
        "POST", f"{path}/attempts", {"version": 2, "answers": answers[:MAX_QUESTIONS]}
    )
    assert (await browser.done("GET", f"{path}/mine"))["attempts"][0]["score"] == (
        2 * MAX_QUESTIONS
    )


async def test_the_same_command_is_handed_in_once(house: House) -> None:
    path = await make(house)
    _, token = await house.make_link()
    browser = await guest(house, "Gus", token)
    key = {"Idempotency-Key": "k_1"}
    first = await browser.done("POST", f"{path}/attempts", BEST, headers=key)
    again = await browser.done("POST", f"{path}/attempts", BEST, headers=key)
    assert again["result"] == first["result"]
    assert len((await browser.done("GET", f"{path}/mine"))["attempts"]) == 1
    await browser.refused("command_reused", "POST", f"{path}/attempts", WORST, headers=key)


async def three_takers(house: House) -> tuple[str, str]:
    """Let Ada take it by one link, and Bo and Cleo by another; gives path and first link."""
    path = await make(house, pass_percent=50)
    first, token = await house.make_link(name="Class 3A")
    _, other = await house.make_link(name="Class 3B")
    ada = await guest(house, "Ada", token)
    await ada.done("POST", f"{path}/attempts", BEST)
    for name in ("Bo", "Cleo"):
        browser = await guest(house, name, other)
        await browser.done("POST", f"{path}/attempts", WORST)
    return path, first


async def test_attempts_are_filtered_sorted_and_paged(house: House) -> None:
    path, first = await three_takers(house)
    host = await house.signed_in()

    async def names(query: str) -> list[str]:
        return [row["name"] for row in await host.done("GET", f"{path}/attempts?{query}")]

    assert await names("") == ["Cleo", "Bo", "Ada"]
    assert await names("sort=name") == ["Ada", "Bo", "Cleo"]
    assert await names("sort=-score") == ["Ada", "Cleo", "Bo"]
    assert await names(f"link={first}") == ["Ada"]
    assert await names("origin=invitation") == []
    assert await names("origin=guest_link,account&q=CLE") == ["Cleo"]
    assert await names("limit=2") == ["Cleo", "Bo"]
    assert await names("limit=2&after=2") == ["Ada"]
    for query, where in (("sort=age", "sort"), ("origin=x", "origin"), ("after=-1", "after")):
        refusal = await host.refused("bad_request", "GET", f"{path}/attempts?{query}")
        assert refusal["where"] == where


async def test_the_summary_counts_what_matches(house: House) -> None:
    path, first = await three_takers(house)
    host = await house.signed_in()

    found = await host.done("GET", f"{path}/summary")

    assert (found["total"], found["attempts"], found["takers"]) == (3, 3, 3)
    assert (found["mean_percent"], found["passed"]) == (33, 1)
    assert found["scores"] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found["origins"] == {"account": 0, "guest_link": 3, "invitation": 0}
    assert [(one["name"], one["attempts"]) for one in found["links"]] == [
        ("Class 3A", 1),
        ("Class 3B", 2),
    ]
    by_id = {one["question_id"]: one for one in found["questions"]}
    assert by_id[SUM.id] == {
        "question_id": "sum",
        "answers": 3,
        "right": 1,
        "blank": 0,
        "chosen": {"a": 2, "b": 1},
        "texts": [],
    }
    assert by_id[CAPITAL.id]["texts"] == [{"text": "PARIS", "count": 1}]
    assert by_id[CAPITAL.id]["blank"] == 2

    narrow = await host.done("GET", f"{path}/summary?link={first}")
    assert (narrow["total"], narrow["attempts"], narrow["mean_percent"]) == (3, 1, 100)


async def test_a_spreadsheet_takes_no_answer_for_a_formula(house: House) -> None:
    path, first = await three_takers(house)
    host = await house.signed_in()

    answer = await host.call("GET", f"{path}/attempts?format=csv&sort=name&link={first}")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attempts-e_room.csv" in answer.headers["content-disposition"]
    [row] = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert (row["name"], row["came_by"], row["link"]) == ("Ada", "guest_link", "Class 3A")
    assert (row["score"], row["max_score"], row["percent"], row["passed"]) == (
        "10",
        "10",
        "100",
        "yes",
    )
    assert row["1. What is 2 + 2?"] == "Four"
    assert row["2. Which are prime?"] == "2; 3"
    assert row["3. The earth is flat."] == "false"
    assert row[f"5. {OPINION.text}"] == "'=cmd|' /C calc'!A0"


async def test_an_earlier_version_is_written_with_its_own_words(house: House) -> None:
    path = await make(house)
    _, token = await house.make_link()
    browser = await guest(house, "Gus", token)
    await browser.done("POST", f"{path}/attempts", BEST)
    other = SUM.model_copy(update={"text": "What is 3 + 1?"})
    await house.asked(c.SetQuiz(quiz=quiz(other), based_on=1))
    host = await house.signed_in()

    answer = await host.call("GET", f"{path}/attempts?format=csv")
    [row] = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert row["1. What is 3 + 1?"] == "Four"
    summary = await host.done("GET", f"{path}/summary")
    assert [one["answers"] for one in summary["questions"]] == [0]
    then = await host.done("GET", f"{path}/sheet?version=1")
    assert len(then["quiz"]["questions"]) == 5
    for version, code in (("7", "not_found"), ("-1", "bad_request")):
        await host.refused(code, "GET", f"{path}/sheet?version={version}")
    await browser.refused("conflict", "POST", f"{path}/attempts", BEST)
