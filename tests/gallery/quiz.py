"""A quiz, as it is taken, written and looked at."""

from typing import Any

from tests.core.quizzes import QUIZ
from tests.gallery.house import Hall, email_of
from tests.gallery.screens import Visit, screen

ANSWERS: dict[str, Any] = {
    "version": 1,
    "answers": [
        {"question_id": "sum", "choices": ["b"]},
        {"question_id": "primes", "choices": ["two"]},
        {"question_id": "flat", "choices": ["false"]},
        {"question_id": "capital", "text": "Paris"},
        {"question_id": "opinion", "text": "Short, and to the point."},
    ],
}


async def written(visit: Visit) -> Hall:
    """An entry with a quiz that has a question of each kind."""
    hall = await visit.house.entry("quiz", "Check yourself", description="Five questions.")
    quiz = QUIZ.model_dump(mode="json", exclude_none=True)
    await hall.do("PUT", "/quiz", {"quiz": quiz, "based_on": 0})
    return hall


async def handed_in(visit: Visit, hall: Hall, *names: str) -> None:
    """Some attempts by guests."""
    token = (await hall.guest_link()).partition("#g.")[2]
    for name in names:
        async with visit.house.server.http() as http:
            form = {"token": token, "name": name, "email": email_of(name)}
            assert (await http.post("/doors/guest", json=form)).is_success
            done = await http.post(f"/entries/{hall.entry_id}/quiz/attempts", json=ANSWERS)
            assert done.is_success, done.text


async def owned(visit: Visit, hall: Hall) -> None:
    await visit.as_host()
    await visit.open(f"/e/{hall.entry_id}")
    await visit.shows("entry-quiz [role=tab]")


@screen("quiz", "not written yet, for its owner")
async def empty(visit: Visit) -> None:
    await owned(visit, await visit.house.entry("quiz", "Check yourself"))
    await visit.shows("quiz-editor")


@screen("quiz", "taken by a guest")
async def taken(visit: Visit) -> None:
    hall = await written(visit)
    await visit.join(await hall.guest_link())
    await visit.open(f"/e/{hall.entry_id}")
    await visit.shows("quiz-player button")


@screen("quiz", "a question")
async def question(visit: Visit) -> None:
    await taken(visit)
    await visit.page.locator("quiz-player .button.primary").first.click()
    await visit.shows("quiz-question")


@screen("quiz", "answers are looked over")
async def review(visit: Visit) -> None:
    await question(visit)
    await visit.page.locator("quiz-question input").nth(1).check(force=True)
    for _ in range(5):
        await visit.page.locator("quiz-player .foot .button.primary").click()
    await visit.shows("quiz-review")


@screen("quiz", "taken before")
async def result(visit: Visit) -> None:
    hall = await written(visit)
    await visit.join(await hall.guest_link())
    await visit.post(f"/entries/{hall.entry_id}/quiz/attempts", ANSWERS)
    await visit.open(f"/e/{hall.entry_id}")
    await visit.shows("quiz-player, quiz-result")


@screen("quiz", "its result")
async def result_shown(visit: Visit) -> None:
    await result(visit)
    await visit.press("See your result")
    await visit.shows("quiz-result")


@screen("quiz", "editor")
async def editor(visit: Visit) -> None:
    hall = await written(visit)
    await owned(visit, hall)
    await visit.press("Edit", "tab")
    await visit.shows("quiz-editor")


@screen("quiz", "editor, a question with faults")
async def editor_faults(visit: Visit) -> None:
    await editor(visit)
    await visit.press("Several right answers")
    await visit.press("Save quiz")
    await visit.shows("quiz-editor-question .problem")


@screen("quiz", "attempts")
async def attempts(visit: Visit) -> None:
    hall = await written(visit)
    await handed_in(visit, hall, "Ada Okafor", "Ben Sato", "Chiara Rossi")
    await owned(visit, hall)
    await visit.page.locator("entry-quiz #tab-attempts").click()
    await visit.shows("quiz-attempts")
    await visit.sees("Chiara Rossi")


@screen("quiz", "attempts, with their answers")
async def attempts_open(visit: Visit) -> None:
    await attempts(visit)
    page = visit.page
    await page.locator("quiz-attempts details summary").first.click()
    await page.locator("quiz-attempts [aria-expanded=false]").first.click()
    await visit.shows("quiz-attempt")
