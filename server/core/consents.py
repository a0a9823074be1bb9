"""To which text of the guest form somebody agreed, and how many there may be."""

import hashlib

from server.core.state import Consent, RoomState

MAX_CONSENTS = 500
"""Texts that guests of one entry have agreed to. None is ever forgotten: records of past sessions
name it, and they are not part of the state that could tell when the last of them is gone."""


def consent_version(text: str) -> str:
    """Name a text by a digest of its words; empty for no text.

    Example:
        >>> consent_version("Be kind."), consent_version("")
        ('5499befb38dbf3fc', '')
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def has_agreed(state: RoomState, given: Consent | None) -> bool:
    """Say whether somebody has agreed to the text as it is now, or there is none."""
    version = consent_version(state.settings.consent)
    return not version or (given is not None and given.version == version)


def is_one_text_too_many(state: RoomState, text: str) -> bool:
    """Say whether guests have agreed to as many texts as are kept, and this is none of them.

    Asked before a text is shown to anybody, so that nobody agrees to one that cannot be kept.
    """
    is_new = text != "" and consent_version(text) not in state.consents
    return is_new and len(state.consents) >= MAX_CONSENTS
