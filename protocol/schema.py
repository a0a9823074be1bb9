"""Write the contract for other languages: `python -m protocol.schema [--check]`.

`python -m server.edge.contract` writes the description of HTTP beside it, which needs the routes.
`docs/schema/usher.v1.json` is a JSON Schema of every message, command and HTTP body,
`docs/schema/usher.v1.asyncapi.json` describes the socket by AsyncAPI, and
`web/lib/protocol.d.ts` has all of it as TypeScript types. They are made from the classes in this
package and never edited. With `--check` nothing is written, and the status is 1 if a file is
not what would be written.
"""

import argparse
import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from protocol import asyncapi, attendance, audit, http, lti, media, oidc, operator, people, webhooks
from protocol.commands import Command
from protocol.deltas import Op
from protocol.messages import ClientMessage, Problem, ServerMessage
from protocol.model import Wire
from protocol.privacy import Seen, marks
from protocol.quiz import AttemptView, OwnAttempts, QuizSheet, QuizSummary, TakerQuiz
from protocol.settings import SettingName
from protocol.typescript import Direction, declarations
from protocol.version import WIRE_VERSION
from protocol.views import BlockView, GuestAccessView

Schema = dict[str, Any]

ROOT: Final = Path(__file__).parents[1]
NAME: Final = f"usher.v{WIRE_VERSION}"
SCHEMA_PATH: Final = Path("docs") / "schema" / f"{NAME}.json"
ASYNCAPI_PATH: Final = Path("docs") / "schema" / f"{NAME}.asyncapi.json"
TYPES_PATH: Final = Path("web") / "lib" / "protocol.d.ts"

EXAMPLE: Final = "https://usher.example"
"""The server in the file; one that runs serves the same with its own address."""

ALIASES: Final[dict[str, tuple[Any, str]]] = {
    "ClientMessage": (ClientMessage, "Everything that a client may say over the socket."),
    "ServerMessage": (ServerMessage, "Everything that the server says over the socket."),
    "Command": (Command, "Everything that a person can ask for."),
    "Op": (Op, "One change to the rows of a group."),
    "SettingName": (SettingName, "The name of one setting."),
}
"""What has a name in the contract and is not a class."""
REQUESTS: Final[tuple[type[Wire], ...]] = (
    http.SignIn,
    http.MintToken,
    http.LinkToken,
    http.GuestForm,
    http.GuestReturn,
    http.InvitationForm,
    http.CodeRequest,
    http.CodeForm,
    http.CsvText,
    http.MailPreviewForm,
    http.InvitationIds,
    people.PersonRef,
    webhooks.WebhookForm,
    webhooks.WebhookSwitch,
    webhooks.Replay,
    lti.PlatformForm,
    lti.RegistrationForm,
    lti.RegisterPlatform,
    lti.LtiLogin,
    lti.LtiEnter,
    lti.LtiChoose,
    oidc.OidcBegin,
    oidc.OidcFinish,
)
"""What a client sends over HTTP beside commands; the rest of `protocol.http` is replies."""


def replies() -> tuple[type[Wire], ...]:
    """List what the server answers over HTTP."""
    own = [
        shape
        for module in (http, lti, oidc, attendance, audit, people, webhooks, media, operator)
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, Wire)
        if shape.__module__ == module.__name__
    ]
    others = (Problem, GuestAccessView, BlockView)
    quiz = (TakerQuiz, OwnAttempts, QuizSheet, AttemptView, QuizSummary)
    return (*(shape for shape in own if shape not in REQUESTS), *others, *quiz)


def json_schema() -> Schema:
    """Make the JSON Schema of the whole contract; its root is any one message."""
    shapes = {shape.__name__: shape for shape in (*REQUESTS, *replies())}
    wanted = shapes | {name: alias for name, (alias, _) in ALIASES.items()}
    inputs = [(name, "validation", TypeAdapter(shape)) for name, shape in wanted.items()]
    roots, together = TypeAdapter.json_schemas(inputs)  # type: ignore[arg-type]
    found: Schema = dict(together["$defs"])
    aliases = {name: schema for (name, _), schema in roots.items() if name in ALIASES}
    documents = {shape.__name__: shape for shape in all_shapes()}
    for name, schema in found.items():
        _tidy(schema)
        _name_aliases(schema, aliases)
        if name in documents:
            describe(schema, documents[name])
    for name, schema in aliases.items():
        found[name] = {"description": ALIASES[name][1], **schema}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": NAME,
        "description": (
            "One message, either way. A field that is null is left out by the server, and null "
            "and left out are the same but in commands. HTTP bodies that are commands have no "
            "`type` and none of the ids that stand in the path."
        ),
        "oneOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
        "$defs": dict(sorted(found.items())),
    }


def files() -> dict[Path, str]:
    """Make the files: where they belong, and what stands in them."""
    schema = json_schema()
    heard = {"ClientMessage", "Command", *(shape.__name__ for shape in REQUESTS)}
    said = {"ServerMessage", *(shape.__name__ for shape in replies())}
    types = declarations(schema["$defs"], {Direction.TO_SERVER: heard, Direction.TO_CLIENT: said})
    return {
        SCHEMA_PATH: written(schema),
        ASYNCAPI_PATH: written(asyncapi.document(EXAMPLE, schema["$defs"])),
        TYPES_PATH: types,
    }


def written(document: Schema) -> str:
    """Write a document as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def stale(root: Path = ROOT, made: Callable[[], Mapping[Path, str]] = files) -> list[Path]:
    """List the files that are not what would be written now."""
    return [
        path
        for path, text in made().items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]


def main(
    arguments: Sequence[str] | None = None,
    root: Path = ROOT,
    made: Callable[[], Mapping[Path, str]] = files,
) -> int:
    """Write the files, or with `--check` say which are out of date.

    Args:
        arguments: of the command line; None for those of this process.
        root: the folder of the repository.
        made: makes the files.

    Returns:
        0, or 1 if a file is out of date.
    """
    parser = argparse.ArgumentParser(prog="python -m protocol.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    if parser.parse_args(arguments).check:
        old = stale(root, made)
        for path in old:
            sys.stderr.write(f"{path} is out of date: run make schema\n")
        return 1 if old else 0
    for path, text in made().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return 0


def _tidy(schema: Schema) -> None:
    """Drop titles that only repeat names, and demand the tags that tell a union's members."""
    schema.pop("title", None)
    for name, field in schema.get("properties", {}).items():
        field.pop("title", None)
        if "const" in field:
            field.pop("default", None)
            schema["required"] = [name, *schema.get("required", [])]


def _name_aliases(schema: Any, aliases: dict[str, Schema]) -> None:
    """Put a reference where an alias is spelled out, as pydantic does wherever one is used."""
    parts = schema.items() if isinstance(schema, dict) else enumerate(schema)
    for key, part in list(parts):
        name = next((name for name, alias in aliases.items() if part == alias), None)
        if name is not None:
            schema[key] = {"$ref": f"#/$defs/{name}"}
        elif isinstance(part, dict | list):
            _name_aliases(part, aliases)


def describe(schema: Schema, shape: type[Wire]) -> None:
    """Put into a schema what its class says, of the whole and of each field."""
    text = inspect.cleandoc(shape.__doc__ or "")
    schema["description"] = text.partition("\n\nArgs:")[0]
    notes = dict(_field_notes(shape))
    for name, field in schema.get("properties", {}).items():
        if name in notes:
            field["description"] = notes[name]
        seen = marks(shape)[name]
        if seen is not Seen.ALL:
            field["x-seen"] = seen.value


def _field_notes(shape: type[Wire]) -> Iterator[tuple[str, str]]:
    """Find what is said about single fields, under Args or in a string below the field."""
    arguments = inspect.cleandoc(shape.__doc__ or "").partition("\n\nArgs:\n")[2]
    for entry in re.split(r"\n(?=    \w)", "\n" + arguments.partition("\n\n")[0]):
        name, _, text = entry.strip().partition(":")
        if text:
            yield name, _one_line(text)
    found = _classes_of(shape.__module__).get(shape.__name__)
    body = found.body if found is not None else []
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, _one_line(text)


@cache
def _classes_of(module: str) -> Mapping[str, ast.ClassDef]:
    """Read a module once: to look each class up by itself takes three times as long in all."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {part.name: part for part in tree.body if isinstance(part, ast.ClassDef)}


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line[:1].upper() + line[1:]


def all_shapes(of: type[Wire] = Wire) -> Iterator[type[Wire]]:
    """List every class of the contract that is loaded."""
    for shape in of.__subclasses__():
        yield shape
        yield from all_shapes(shape)


if __name__ == "__main__":
    sys.exit(main())
