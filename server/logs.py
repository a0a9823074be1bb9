"""What the server says of itself: one line for each event, JSON for programs, text for people.

Every module logs by the standard library, as uvicorn and other libraries do, and all of it goes
out through one handler here. Which request, room and connection a line is about is bound by
context variables where it becomes known, so that no line has to name it and none is forgotten.

No call site writes a name, an address or a secret. What a library or an exception may have put
into its text is taken out here once more.
"""

import logging
import re
from typing import TextIO

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

AUTO, JSON, TEXT = "auto", "json", "text"
FORMS = (AUTO, JSON, TEXT)
OF_A_REQUEST = ("method", "route", "status", "took_ms", "refusal")
"""Fields of the access log. Its text says them as well, so that only JSON has them by name."""
FIRST = ("timestamp", "level", "logger", "event")
TALKATIVE = ("httpx", "httpcore")
"""They write the whole URL of every call, with what is in it."""

_EMAIL = re.compile(r"[^\s@<>\"'(),;:\[\]=/]{1,64}@[\w.-]{0,254}\w")
"""A local part has at most 64 characters (RFC 5321, section 4.5.3.1.1); without an end to it, a
long line would be searched again from each of its letters."""
_SECRET = re.compile(
    r"\buk_\w{8,}"  # API keys
    r"|\bwhsec_[\w+/=]{8,}"  # what signs webhooks
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"  # tickets, cookies, tokens of platforms
)
_INPUT = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)
"""What pydantic shows of a value that it refuses."""


def begin_to_log(level: str, form: str, stream: TextIO) -> None:
    """Have everything that is logged in this process written to a stream.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        form: one of `FORMS`; `auto` is text on a terminal and JSON elsewhere.
    """
    is_text = form == TEXT or (form == AUTO and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(is_text=is_text, has_colours=stream.isatty()))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def formatter(*, is_text: bool, has_colours: bool = False) -> logging.Formatter:
    """Make what turns a record into a line."""
    shape: tuple[Processor, ...] = (
        (
            _without_fields,
            structlog.dev.ConsoleRenderer(
                colors=has_colours, exception_formatter=structlog.dev.plain_traceback
            ),
        )
        if is_text
        else (_in_order, structlog.processors.JSONRenderer(ensure_ascii=False))
    )
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            ExtraAdder(allow=OF_A_REQUEST),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_people,
            *shape,
        ],
    )


def scrubbed(text: str) -> str:
    """Take out of a text what looks like somebody's address or like a secret.

    Example:
        >>> scrubbed("550 ada@example.org: unknown; key uk_1234567890abcdef_00")
        '550 (address): unknown; key (secret)'
    """
    if "@" in text:
        text = _EMAIL.sub("(address)", text)
    if "input_value=" in text:
        text = _INPUT.sub("input_value=…", text)
    return _SECRET.sub("(secret)", text)


def _without_people(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = scrubbed(value)
    return event


def _without_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in OF_A_REQUEST:
        event.pop(name, None)
    return event


def _in_order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put what every line has before what some have."""
    first = {name: event[name] for name in FIRST if name in event}
    return {**first, **event}
