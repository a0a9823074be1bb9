"""Which text a guest has agreed to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.settings import EntrySettings
from server.core import consents
from server.core.consents import MAX_CONSENTS, consent_version, has_agreed
from server.core.state import Consent
from tests.core.given import NOON, Answer, Story


def test_every_text_has_a_name_of_its_own_and_no_text_has_none() -> None:
    texts = ["", "Be kind.", "Be kind", "be kind."]
    assert len({consent_version(text) for text in texts}) == len(texts)
    assert consent_version("") == ""


def test_agreeing_counts_for_the_text_as_it_is_now() -> None:
    story = Story(consent="Be kind.")
    agreed = Consent(version=consent_version("Be kind."), at=NOON)
    assert has_agreed(story.state, agreed)
    assert not has_agreed(story.state, None)
    assert not has_agreed(story.state, replace(agreed, version=consent_version("Be quick.")))


def test_without_a_text_nobody_has_to_agree() -> None:
    story = Story()
    assert story.state.settings == EntrySettings()
    assert has_agreed(story.state, None)


# --- how many texts there may be -----------------------------------------------------------


def sets_text(story: Story, text: str) -> Answer:
    settings = story.entry.settings.model_copy(update={"consent": text})
    return story.when(story.owner.account, c.EditSettings(settings=settings, only=("consent",)))


def test_guests_agree_to_so_many_texts_of_an_entry_and_no_more() -> None:
    story = Story(is_checked=False)
    link, guest = story.makes_link(), story.someone("Gus Guest")
    for number in range(MAX_CONSENTS):
        sets_text(story, f"Text {number}").granted()
        story.redeems(guest, link, consent=consent_version(f"Text {number}")).granted()
    before = story.state

    sets_text(story, "One more").then_refused(ErrorCode.TOO_LARGE, "settings.consent")

    assert story.state == before
    assert len(story.state.consents) == MAX_CONSENTS
    # One that is kept, and none at all, are no further texts.
    sets_text(story, "Text 0").granted()
    story.redeems(guest, link, consent=consent_version("Text 0")).granted()
    sets_text(story, "").granted()
    assert len(story.state.consents) == MAX_CONSENTS


def test_a_text_to_which_nobody_has_agreed_takes_no_place() -> None:
    story = Story(is_checked=False)
    for number in range(MAX_CONSENTS + 1):
        sets_text(story, f"Text {number}").granted()
    assert not story.state.consents


TURNS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "D", ""]),
        st.sets(st.integers(0, 1)),
        st.booleans(),
    ),
    min_size=4,
    max_size=8,
)
"""What the text is changed to, which guests come then, and whether the session ends."""


@given(TURNS)
def test_the_words_of_whatever_anybody_has_agreed_to_are_kept(
    turns: list[tuple[str, set[int], bool]],
) -> None:
    """In records of past sessions too, however the text changes; and there is an end to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consents, "MAX_CONSENTS", 2)
        story = Story()
        link, guests = story.makes_link(), [story.someone("Gus"), story.someone("Gil")]
        agreed: set[str] = set()
        for text, who, is_last in turns:
            before = story.state.settings.consent
            is_too_many = text not in {"", before, *agreed} and len(agreed) == 2
            answer = sets_text(story, text)
            assert answer.code is (ErrorCode.TOO_LARGE if is_too_many else None)
            shown = before if is_too_many else text
            for one in who:
                story.redeems(guests[one], link, consent=consent_version(shown)).granted()
            agreed |= {shown} if who and shown else set()
            if is_last:
                story.ends()
                story.starts()
            assert dict(story.state.consents) == {consent_version(one): one for one in agreed}
            assert len(agreed) <= 2
