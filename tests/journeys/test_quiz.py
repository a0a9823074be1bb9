"""A quiz: its owner writes it, people take it by both doors, its owner sees who came how."""

import asyncio
import csv
import io
from pathlib import Path

from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import choose, come_as_guest, link_in
from tests.mailbox import Mailbox
from tests.running import RunningServer

NEW_QUIZ = """async () => {
    const headers = {"Content-Type": "application/json", "X-Usher": "1"};
    const body = JSON.stringify({kind: "quiz", name: "Geography"});
    const answer = await fetch("/api/v1/entries", {method: "POST", headers, body});
    return (await answer.json()).result.entry_id;
}"""

DEMO = "Check yourself"


async def own_quiz(server: RunningServer, owner: Page) -> None:
    """Sign the host in on the page of a new quiz."""
    await owner.goto(server.host_url)
    await owner.get_by_role("link", name=DEMO).first.wait_for()
    entry = await owner.evaluate(NEW_QUIZ)
    await owner.goto(f"{server.url}/e/{entry}")
    await expect(owner.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")


async def guest_link(owner: Page, name: str) -> str:
    await choose(owner, "More actions", "Manage guest access")
    await owner.get_by_label("Enable guest access").click()
    await owner.get_by_role("button", name="Add guest link").click()
    await owner.get_by_label("Link name").fill(name)
    await owner.get_by_role("button", name="Create link").click()
    url = await owner.get_by_role("textbox", name=f"guest link {name}").input_value()
    await owner.keyboard.press("Escape")
    return url


async def demo_link(server: RunningServer, people: People) -> tuple[Page, str]:
    """Open the demo's quiz as its owner, and make a link to it."""
    owner = (await people.new()).page
    await owner.goto(server.host_url)
    await owner.get_by_role("link", name=DEMO).first.click()
    await expect(owner.get_by_role("tab", name="Attempts")).to_be_visible()
    return owner, await guest_link(owner, "Class 3B")


async def write_quiz(owner: Page) -> None:
    """Write three questions, the first by one's own mistakes."""
    await owner.get_by_role("button", name="One right answer", exact=True).click()
    await expect(owner.get_by_label("Question", exact=True)).to_be_focused()
    await owner.get_by_role("button", name="Save quiz").click()
    for fault in ("Write the question.", "Write every answer", "Mark the right answer."):
        await expect(owner.get_by_text(fault)).to_be_visible()
    await owner.get_by_label("Question", exact=True).fill("What is the capital of Spain?")
    await owner.get_by_label("Answer A", exact=True).fill("Lisbon")
    # Enter goes on to the next answer, and makes one after the last.
    await owner.keyboard.press("Enter")
    await owner.keyboard.type("Madrid")
    await owner.keyboard.press("Enter")
    await expect(owner.get_by_label("Answer C", exact=True)).to_be_focused()
    await owner.keyboard.type("Paris")
    await owner.get_by_label("Answer B is right").check()
    await owner.get_by_label("Explanation (optional)").fill("Since 1561.")
    await owner.get_by_role("button", name="Done").click()

    await owner.get_by_role("button", name="Short text", exact=True).click()
    await owner.get_by_label("Question", exact=True).fill("On which river is Vienna?")
    await owner.get_by_label("Accepted answer 1", exact=True).fill("Danube")
    await owner.get_by_label("Points", exact=True).fill("2")
    await owner.get_by_role("button", name="Done").click()

    await owner.get_by_role("button", name="True or false", exact=True).click()
    await owner.get_by_label("Question", exact=True).fill("Malta is an island.")
    # Moved with the keyboard, and the focus goes along.
    await owner.keyboard.press("Alt+ArrowUp")
    await expect(owner.get_by_role("article").nth(1)).to_contain_text("Malta")
    await expect(owner.get_by_label("Question", exact=True)).to_be_focused()


async def test_an_owner_sees_by_which_way_each_taker_came(
    server: RunningServer, people: People, mailbox: Mailbox, tmp_path: Path
) -> None:
    owner = (await people.new()).page
    await own_quiz(server, owner)
    await write_quiz(owner)
    await owner.get_by_label("Attempts for each person").fill("1")
    await owner.get_by_label("Percent of the points to pass").fill("50")
    await owner.get_by_role("button", name="Save quiz").click()
    await expect(owner.get_by_text("Everything is saved")).to_be_visible()

    # Tried as takers see it; nothing of that is kept.
    await owner.get_by_role("tab", name="Preview").click()
    await owner.get_by_role("button", name="Start").click()
    await owner.get_by_label("Madrid").check()
    for button in ("Next", "Next", "Look over answers", "Hand in"):
        await owner.get_by_role("button", name=button, exact=True).click()
    await expect(owner.get_by_text("1 of 4 points")).to_be_visible()

    url = await guest_link(owner, "Class 3B")
    await owner.get_by_role("button", name="Share").click()
    await owner.get_by_role("button", name="Invite users").click()
    await owner.get_by_label("E-mail", exact=True).fill("ina@example.org")
    await owner.get_by_label("First name").fill("Ina")
    await owner.get_by_role("button", name="Generate invite link").click()
    await owner.get_by_role("button", name="Done").click()
    [mail] = await mailbox.wait_for(1)

    # A guest on a phone knows little; the right answers come with the only attempt's end.
    gus = await come_as_guest(await people.new(360, 740), url, "Gus Guest", "gus@example.org")
    await gus.get_by_role("button", name="Start").click()
    await gus.get_by_label("Lisbon").check()
    await gus.get_by_role("button", name="Next").click()
    await gus.get_by_label("False").check()
    # A reload loses nothing.
    await gus.reload()
    await gus.get_by_role("button", name="Continue").click()
    await expect(gus.get_by_label("False")).to_be_checked()
    await gus.get_by_role("button", name="Next").click()
    await gus.get_by_role("button", name="Look over answers").click()
    await expect(gus.get_by_text("1 question has no answer yet.")).to_be_visible()
    await gus.get_by_role("button", name="Hand in").click()
    await expect(gus.get_by_text("0 of 4 points")).to_be_visible()
    await expect(gus.get_by_text("Right answer: Madrid")).to_be_visible()
    await expect(gus.get_by_text("Since 1561.")).to_be_visible()
    await expect(gus.get_by_role("button", name="Try again")).to_have_count(0)

    ina = (await people.new()).page
    await ina.goto(link_in(mail))
    await ina.get_by_label("Your e-mail").fill("ina@example.org")
    await ina.get_by_role("button", name="Join").click()
    await ina.get_by_role("button", name="Start").click()
    await ina.get_by_label("Madrid").check()
    await ina.get_by_role("button", name="Next").click()
    await ina.get_by_label("True").check()
    await ina.get_by_role("button", name="Next").click()
    await ina.get_by_role("textbox", name="On which river is Vienna?").fill(" DANUBE")
    await ina.keyboard.press("Enter")
    await ina.get_by_role("button", name="Hand in").click()
    await expect(ina.get_by_text("4 of 4 points")).to_be_visible()
    await expect(ina.get_by_text("Passed", exact=True)).to_be_visible()

    await see_attempts(owner, tmp_path)


async def see_attempts(owner: Page, folder: Path) -> None:
    await owner.get_by_role("tab", name="Attempts").click()
    rows = owner.get_by_role("article")
    await expect(rows).to_have_count(2)
    await expect(rows.filter(has_text="Gus Guest")).to_contain_text("Guest link “Class 3B”")
    await expect(rows.filter(has_text="Ina")).to_contain_text("Invitation")
    await expect(rows.filter(has_text="Ina")).to_contain_text("4 of 4 points")
    await owner.get_by_role("button", name="Answers of Ina").click()
    await expect(rows.filter(has_text="Ina")).to_contain_text("DANUBE")
    await owner.get_by_text("Question by question").click()
    await expect(owner.get_by_text("50% right").first).to_be_visible()

    await owner.get_by_label("How they came").select_option(label="Guest link “Class 3B” (1)")
    await expect(owner.get_by_role("heading", name="1 of 2 attempts")).to_be_visible()
    await expect(rows).to_have_count(1)
    async with owner.expect_download() as downloading:
        await owner.get_by_role("link", name="Download CSV").click()
    file = folder / "attempts.csv"
    await (await downloading.value).save_as(file)
    text = await asyncio.to_thread(file.read_text, encoding="utf-8-sig")
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert (row["name"], row["came_by"], row["link"]) == ("Gus Guest", "guest_link", "Class 3B")
    assert row["1. What is the capital of Spain?"] == "Lisbon"


async def test_answers_reach_the_server_when_the_line_is_back(
    server: RunningServer, people: People
) -> None:
    owner, url = await demo_link(server, people)
    person = await people.new(360, 740)
    gus = await come_as_guest(person, url, "Gus Guest", "gus@example.org")
    await gus.get_by_role("button", name="Start").click()
    await gus.get_by_label("Anybody who has it").check()
    await person.context.set_offline(True)
    for _ in range(5):
        await gus.get_by_role("button", name="Next").click()
    await gus.get_by_role("button", name="Look over answers").click()
    await gus.get_by_role("button", name="Hand in").click()
    await expect(gus.get_by_text("Your answers are safe on this device")).to_be_visible()

    await person.context.set_offline(False)
    await expect(gus.get_by_text("1 of 7 points")).to_be_visible()
    await owner.get_by_role("tab", name="Attempts").click()
    await expect(owner.get_by_role("article")).to_have_count(1)
    await expect(owner.get_by_role("article")).to_contain_text("1 of 7 points")


async def test_a_quiz_that_changes_meanwhile_costs_no_answer_to_what_stayed(
    server: RunningServer, people: People
) -> None:
    owner, url = await demo_link(server, people)
    gus = await come_as_guest(await people.new(), url, "Gus Guest", "gus@example.org")
    await gus.get_by_role("button", name="Start").click()
    await gus.get_by_label("Anybody who has it").check()
    for _ in range(2):
        await gus.get_by_role("button", name="Next").click()
    await gus.get_by_label("False").check()

    await owner.get_by_role("tab", name="Edit").click()
    await owner.get_by_role("button", name="Edit question 3").click()
    await owner.get_by_label("Question", exact=True).fill("Guests stay inside for ever.")
    await owner.get_by_role("button", name="Delete question 6").click()
    await owner.get_by_role("button", name="Undo").click()
    await expect(owner.get_by_role("article")).to_have_count(6)
    await owner.get_by_role("button", name="Save quiz").click()
    await expect(owner.get_by_text("Everything is saved")).to_be_visible()

    for _ in range(3):
        await gus.get_by_role("button", name="Next").click()
    await gus.get_by_role("button", name="Look over answers").click()
    await gus.get_by_role("button", name="Hand in").click()
    await expect(gus.get_by_text("1 answer was to a question that changed")).to_be_visible()
    await expect(gus.get_by_text("Guests stay inside for ever.")).to_be_visible()
    await expect(gus.get_by_text("Anybody who has it")).to_be_visible()
    await gus.get_by_role("button", name="Hand in").click()
    await expect(gus.get_by_text("1 of 7 points")).to_be_visible()


async def test_a_quiz_is_taken_with_the_keyboard_alone_on_a_small_screen(
    server: RunningServer, people: People
) -> None:
    _, url = await demo_link(server, people)
    gus = await come_as_guest(await people.new(320, 640), url, "Gus Guest", "gus@example.org")
    await gus.get_by_role("button", name="Start").focus()
    keys = gus.keyboard
    await keys.press("Enter")
    # The heading has the focus, so that a screen reader says where one is.
    await expect(gus.get_by_role("heading", name="Question 1 of 6")).to_be_focused()
    await keys.press("Tab")
    await keys.press("ArrowDown")
    await expect(gus.get_by_label("Anybody who has it")).to_be_checked()
    await keys.press("Enter")
    await expect(gus.get_by_role("heading", name="Question 2 of 6")).to_be_focused()
    for _ in range(3):
        await keys.press("Tab")
        await keys.press("Space")
    await keys.press("Enter")
    for number in (3, 4, 5, 6):
        await expect(gus.get_by_role("heading", name=f"Question {number} of 6")).to_be_focused()
        await keys.press("Tab")
        if number == 4:
            await keys.type("waiting room")
        await keys.press("Enter")
    await expect(gus.get_by_role("heading", name="Look over your answers")).to_be_focused()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await gus.evaluate(overflow) == 0
    await gus.get_by_role("button", name="Hand in").focus()
    await keys.press("Enter")
    await expect(gus.get_by_text("5 of 7 points")).to_be_visible()
    await expect(gus.get_by_role("heading", name="Your result")).to_be_focused()


async def test_a_quiz_of_another_site_is_shown_until_there_is_one_here(
    server: RunningServer, people: People
) -> None:
    owner = (await people.new()).page
    await own_quiz(server, owner)
    await choose(owner, "More actions", "Edit…")
    await owner.get_by_label("Address of the content").fill(f"{server.url}/assets/demo/handout.pdf")
    await owner.get_by_role("button", name="Save", exact=True).click()
    url = await guest_link(owner, "Elsewhere")
    gus = await come_as_guest(await people.new(), url, "Gus Guest", "gus@example.org")
    await expect(gus.locator("iframe")).to_be_visible()

    await owner.get_by_role("button", name="True or false", exact=True).click()
    await owner.get_by_label("Question", exact=True).fill("Malta is an island.")
    await owner.get_by_role("button", name="Save quiz").click()
    await expect(owner.get_by_text("Everything is saved")).to_be_visible()
    await gus.reload()
    await expect(gus.get_by_role("button", name="Start")).to_be_visible()
    await expect(gus.locator("iframe")).to_have_count(0)
