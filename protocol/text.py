"""Bounded strings and numbers, so that nothing from outside is larger than we expect."""

from typing import Annotated

from pydantic import Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
"""What people read as a name; trimmed and cleaned by the core, which may refuse it."""
OptionalName = Annotated[str, StringConstraints(max_length=120)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254)]
Text = Annotated[str, StringConstraints(max_length=2000)]
ShortText = Annotated[str, StringConstraints(max_length=300)]
MAX_URL_CHARS = 2000
Url = Annotated[str, StringConstraints(max_length=MAX_URL_CHARS)]
BrowserKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""256 random bits that a browser has made, and that nobody else has."""
Token = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Millis = Annotated[int, Field(ge=0, le=253_402_300_800_000)]
"""A moment: integer milliseconds since 1970, UTC; up to the year 9999."""
Uses = Annotated[int, Field(ge=1, le=1_000_000)]
Days = Annotated[int, Field(ge=1, le=3650)]
Minutes = Annotated[int, Field(ge=1, le=5_256_000)]
