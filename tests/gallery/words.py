"""Finds on a page in any language what has a name in English: through the message files."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MESSAGES = Path(__file__).parents[2] / "web" / "messages"
ARGUMENT = re.compile(r"\{(\w+)\}")
ISOLATE = "[\u200e\u200f\u2066-\u2069]*"
"""What stands around a name in a sentence that runs the other way."""


def called(english: str, language: str, **values: str) -> re.Pattern[str]:
    """A pattern for what this English message says in a language.

    Args:
        english: as in a message file, with its arguments: `More for {name}`.
    """
    said = {english, *_translations(english, language)}
    return re.compile(rf"^\s*(?:{'|'.join(_pattern(one, values) for one in sorted(said))})\s*$")


def _pattern(message: str, values: dict[str, str]) -> str:
    parts: Iterator[str] = iter(ARGUMENT.split(message))
    pattern = re.escape(next(parts))
    for name, after in zip(parts, parts, strict=True):
        value = re.escape(values[name]) if name in values else ".*"
        pattern += f"{ISOLATE}{value}{ISOLATE}{re.escape(after)}"
    return pattern


def _translations(english: str, language: str) -> Iterator[str]:
    for area, messages in _messages("en").items():
        for key, text in messages.items():
            if text == english:
                yield from filter(None, [_messages(language).get(area, {}).get(key)])


@cache
def _messages(language: str) -> dict[str, dict[str, str]]:
    files = MESSAGES.glob(f"*/{language}.json")
    return {path.parent.name: json.loads(path.read_text("utf-8")) for path in files}
