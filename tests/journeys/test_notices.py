"""What just happened, at the foot of a narrow screen: read whole, acted on, put away."""

import json
from pathlib import Path

import pytest

from tests.journeys.conftest import People
from tests.running import RunningServer

MESSAGES = Path(__file__).parents[2] / "web" / "messages"
NAME = "Maximiliane Hohenstein-Oettingen"

SHOWN = """([text, label]) => {
  const toasts = document.querySelector("home-page").shadowRoot.querySelector("toast-list");
  toasts.show({ text, action: { label, run: () => undefined } });
  return toasts.updateComplete.then(() => {
    const note = toasts.shadowRoot.querySelector(".note");
    const box = (selector) => note.querySelector(selector).getBoundingClientRect().toJSON();
    const [said, action, close] = ["p", ".action", ".button.icon"].map(box);
    return { said, action, close, note: note.getBoundingClientRect().toJSON() };
  });
}"""


def said(key: str, language: str) -> str:
    """A message of ours about somebody with a long name."""
    messages = json.loads((MESSAGES / "room" / f"{language}.json").read_text("utf-8"))
    return str(messages[key]).replace("{name}", NAME)


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ar", "he"])
async def test_the_way_to_put_a_notice_away_stands_beside_its_words(
    server: RunningServer, people: People, language: str, width: int
) -> None:
    page = (await people.new(width, 640, locale=language)).page
    await page.goto(server.url)
    await page.get_by_role("main").wait_for()
    text, label = (said(key, language) for key in ("did.offer_stage", "way.replace"))
    shown = await page.evaluate(SHOWN, [text, label])
    words, action, close, note = (shown[one] for one in ("said", "action", "close", "note"))
    assert close["top"] <= words["top"] + 1
    assert words["width"] >= 170  # Wide enough to be read in few lines
    assert action["bottom"] <= note["bottom"]
    is_mirrored = language in ("ar", "he")
    assert (close["right"] <= words["left"]) if is_mirrored else (close["left"] >= words["right"])
    for box in (action, close, note):
        assert box["left"] >= 0
        assert box["right"] <= width
