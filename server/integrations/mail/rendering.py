"""From facts to the words of a mail, by the templates that stand beside this file.

`.txt` templates begin with a line that becomes the subject. `.html` templates escape whatever
they are given. `words.jinja` holds constants only and must never hold a macro: a macro there
would be written unescaped and yet count as safe in the HTML that calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from server.integrations.mail.moments import RIGHT_TO_LEFT

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_LEFT_TO_RIGHT_MARK = "\u200e"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of one mail."""

    subject: str
    text: str
    html: str


def render(language: str, name: str, facts: Mapping[str, object]) -> Rendered:
    """Write the mail called `name` in one of `moments.LANGUAGES`.

    Args:
        facts: cleaned strings; a fact that a template asks for and does not get is an error.
    """
    text = _write(f"{language}/{name}.txt", language, facts)
    subject, _, body = text.partition("\n")
    html = _write(f"{language}/{name}.html", language, {**facts, "subject": subject})
    return Rendered(subject.strip(), body.strip() + "\n", html)


def render_note(language: str, name: str, facts: Mapping[str, object]) -> str:
    """Write a plain text that has no subject and no HTML."""
    return _write(f"{language}/{name}.txt", language, facts).strip()


def _write(path: str, language: str, facts: Mapping[str, object]) -> str:
    given = {**facts, "language": language, "is_rtl": language in RIGHT_TO_LEFT}
    return _templates().get_template(path).render(given)


def _isolated(text: str) -> str:
    """Do for plain text what `<bdi>` does for HTML: a name keeps its own direction.

    What people typed was cleaned of such marks, so nothing in it can end the isolation.
    """
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"


def _left_to_right(digits: str) -> str:
    """Keep groups of digits in their order; after Hebrew or Arabic the last would come first."""
    return f"{_LEFT_TO_RIGHT_MARK}{digits}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("server.integrations.mail"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"isolated": _isolated, "left_to_right": _left_to_right}
    return environment
