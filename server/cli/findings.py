"""What the checks of `usher doctor` look at, and what they find."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from server.integrations.mail.settings import MailSettings
from server.settings import Settings

OK, WARNING, FAULT, SKIPPED = "ok", "warning", "fault", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check has found.

    Args:
        cure: what to do; empty when all is well.
    """

    check: str
    state: str
    says: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at."""

    settings: Settings
    env: Mapping[str, str]
    mail: MailSettings | None


Check = Callable[[Patient], Awaitable[list[Finding]]]


def ok(check: str, says: str) -> Finding:
    """Find that all is well."""
    return Finding(check=check, state=OK, says=says)


def warning(check: str, says: str, cure: str) -> Finding:
    """Find what works and should not stay so."""
    return Finding(check=check, state=WARNING, says=says, cure=cure)


def fault(check: str, says: str, cure: str) -> Finding:
    """Find what does not work."""
    return Finding(check=check, state=FAULT, says=says, cure=cure)


def skipped(check: str, says: str) -> Finding:
    """Find that there is nothing to look at."""
    return Finding(check=check, state=SKIPPED, says=says)
