"""To which text of the guest form somebody agreed, and whether that is the present one."""

import hashlib

from server.core.state import Consent, RoomState


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
