"""TypeScript declarations out of a JSON Schema: as much of both as the contract needs.

Whether a field may be left out depends on who speaks. The server leaves out nulls and nothing
else; a client may leave out whatever has a default. A shape that goes both ways is declared as
the server sends it.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]

WIDTH = 100

HEADER = """\
// The words on the wire, as TypeScript types.
// Made by `python -m protocol.schema` from the classes in protocol/; do not edit.
//
// The server leaves out fields that are null. All moments (`…_at`) are integer milliseconds UTC.
"""


class Direction(StrEnum):
    """Who hears a shape."""

    TO_SERVER = "to_server"
    TO_CLIENT = "to_client"


def declarations(definitions: Schema, roots: Mapping[Direction, Iterable[str]]) -> str:
    """Declare every definition, in alphabetical order, each with its description.

    Args:
        definitions: the `$defs` of a JSON Schema.
        roots: which definitions are sent as they are, in which direction.

    Example:
        >>> schema = {"Row": {"type": "object", "properties": {"id": {"type": "string"}}}}
        >>> print(declarations(schema, {}).removeprefix(HEADER))
        <BLANKLINE>
        export interface Row {
          readonly id?: string;
        }
        <BLANKLINE>
    """
    said = set(reachable(definitions, roots.get(Direction.TO_CLIENT, ())))
    parts = [HEADER]
    parts += [
        "\n".join(_declared(name, schema, is_said=name in said)) + "\n"
        for name, schema in definitions.items()
    ]
    return "\n".join(parts)


def _declared(name: str, schema: Schema, *, is_said: bool) -> Iterator[str]:
    yield from _comment(schema.get("description", ""), "")
    if "properties" not in schema and schema.get("type") == "object" and not _is_map(schema):
        yield f"export type {name} = Record<string, never>;"
    elif "properties" in schema:
        yield f"export interface {name} {{"
        required = schema.get("required", ())
        for field, of in schema["properties"].items():
            yield from _field(field, of, is_always=is_said or field in required)
        yield "}"
    else:
        yield from _alias(name, _type(schema))


def _alias(name: str, options: str) -> Iterator[str]:
    line = f"export type {name} = {options};"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"export type {name} ="
    *first, last = options.split(" | ")
    for option in first:
        yield f"  | {option}"
    yield f"  | {last};"


def _field(name: str, schema: Schema, *, is_always: bool) -> Iterator[str]:
    note = schema.get("description", "")
    if "x-seen" in schema:
        note = f"{note} Seen by {schema['x-seen']} only.".strip()
    yield from _comment(note, "  ")
    may_be_null = any(option.get("type") == "null" for option in schema.get("anyOf", ()))
    mark = "" if is_always and not may_be_null else "?"
    yield f"  readonly {name}{mark}: {_type(schema)};"


def _comment(text: str, indent: str) -> Iterator[str]:
    if not text:
        return
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += ["", *textwrap.wrap(" ".join(paragraph.split()), WIDTH - len(indent) - 3)]
    lines = [line.replace("*/", "* /") for line in lines[1:]]
    if len(lines) == 1 and len(indent) + len(lines[0]) + 7 <= WIDTH:
        yield f"{indent}/** {lines[0]} */"
        return
    yield f"{indent}/**"
    for line in lines:
        yield f"{indent} * {line}".rstrip()
    yield f"{indent} */"


def _type(schema: Schema) -> str:
    match schema:
        case {"$ref": ref}:
            return _name(ref)
        case {"const": value}:
            return _literal(value)
        case {"enum": values}:
            return " | ".join(_literal(value) for value in values)
        case {"anyOf": options} | {"oneOf": options}:
            return " | ".join(dict.fromkeys(_type(option) for option in options))
        case {"type": "array", "prefixItems": items}:
            return f"readonly [{', '.join(_type(item) for item in items)}]"
        case {"type": "array", "items": items}:
            inner = _type(items)
            return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
        case {"type": "object"}:
            return _map_type(schema)
        case {"type": kind}:
            return _SCALARS[kind]
    return "unknown"


def _map_type(schema: Schema) -> str:
    values = schema.get("additionalProperties", True)
    inner = "unknown" if values is True else _type(values)
    # A key is a string, whatever else is said about it.
    keys = _type({"type": "string"} | schema.get("propertyNames", {}))
    return f"Record<{keys}, {inner}>" if keys == "string" else f"Partial<Record<{keys}, {inner}>>"


def _is_map(schema: Schema) -> bool:
    return schema.get("additionalProperties", True) is not False


_SCALARS = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def _literal(value: object) -> str:
    return json.dumps(value)


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]


def reachable(definitions: Schema, names: Iterable[str]) -> Iterator[str]:
    """Name definitions, and all that they refer to, each once."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += _refs(definitions[name])


def _refs(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield _name(schema["$ref"])
        for value in schema.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _refs(value)
