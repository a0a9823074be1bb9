"""Which text a guest has agreed to."""

from dataclasses import replace

from protocol.settings import EntrySettings
from server.core.consents import consent_version, has_agreed
from server.core.state import Consent
from tests.core.given import NOON, Story


def test_every_text_has_a_name_of_its_own_and_no_text_has_none() -> None:
    texts = ["", "Be kind.", "Be kind", "be kind."]
    assert len({consent_version(text) for text in texts}) == len(texts)
    assert consent_version("") == ""


def test_agreeing_counts_for_the_text_as_it_is_now() -> None:
    story = Story(consent="Be kind.")
    given = Consent(version=consent_version("Be kind."), at=NOON)
    assert has_agreed(story.state, given)
    assert not has_agreed(story.state, None)
    assert not has_agreed(story.state, replace(given, version=consent_version("Be quick.")))


def test_without_a_text_nobody_has_to_agree() -> None:
    story = Story()
    assert story.state.settings == EntrySettings()
    assert has_agreed(story.state, None)
