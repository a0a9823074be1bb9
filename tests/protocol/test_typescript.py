"""JSON Schema becomes TypeScript that a person can read."""

from typing import Any

import pytest

from protocol.typescript import HEADER, Direction, declarations

BOTH = {Direction.TO_SERVER: ["Heard"], Direction.TO_CLIENT: ["Said"]}


def declared(schema: Any, name: str = "Heard") -> str:
    return declarations({name: schema}, {}).removeprefix(HEADER).strip()


def field(schema: Any, *, name: str = "Heard") -> str:
    """The declaration of one field with a default."""
    definitions = {name: {"type": "object", "properties": {"x": schema}}}
    text = declarations(definitions, {direction: [name] for direction in _direction(name)})
    return text.removeprefix(HEADER).strip().splitlines()[1].strip()


def _direction(name: str) -> list[Direction]:
    return [Direction.TO_CLIENT if name == "Said" else Direction.TO_SERVER]


@pytest.mark.parametrize(
    ("schema", "type_"),
    [
        ({"type": "string", "maxLength": 3}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"const": "hello", "type": "string"}, '"hello"'),
        ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"'),
        ({"$ref": "#/$defs/Row"}, "Row"),
        ({"type": "array", "items": {"$ref": "#/$defs/Row"}}, "readonly Row[]"),
        (
            {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
            "readonly (string | number)[]",
        ),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
            "readonly [number, string]",
        ),
        (
            {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "readonly (readonly number[])[]",
        ),
        ({"type": "object", "additionalProperties": True}, "Record<string, unknown>"),
        (
            {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/Range"},
                "propertyNames": {"$ref": "#/$defs/Group"},
            },
            "Partial<Record<Group, Range>>",
        ),
        (
            {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/Range"},
                "propertyNames": {"maxLength": 255},
            },
            "Record<string, Range>",
        ),
        ({}, "unknown"),
    ],
)
def test_each_kind_of_schema_has_its_type(schema: Any, type_: str) -> None:
    assert field(schema) == f"readonly x?: {type_};"


def test_what_the_server_says_leaves_out_only_nulls() -> None:
    nullable = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    assert field({"type": "integer", "default": 1}, name="Said") == "readonly x: number;"
    assert field({"type": "integer", "default": 1}, name="Heard") == "readonly x?: number;"
    assert field(nullable, name="Said") == "readonly x?: string | null;"


def test_a_shape_within_what_the_server_says_is_declared_as_the_server_sends_it() -> None:
    definitions = {
        "Said": {"type": "object", "properties": {"row": {"$ref": "#/$defs/Row"}}},
        "Row": {"type": "object", "properties": {"id": {"type": "string"}}},
    }
    assert "readonly id: string;" in declarations(definitions, BOTH | {Direction.TO_SERVER: []})


def test_descriptions_become_comments() -> None:
    schema = {
        "type": "object",
        "description": "One person.\n\nA second thought that is long enough to be wrapped "
        "into more than one line, because it goes on and on.",
        "properties": {"email": {"type": "string", "description": "Where.", "x-seen": "staff"}},
        "required": ["email"],
    }
    assert declared(schema) == (
        "/**\n"
        " * One person.\n"
        " *\n"
        " * A second thought that is long enough to be wrapped into more than one line, because it"
        " goes on\n"
        " * and on.\n"
        " */\n"
        "export interface Heard {\n"
        "  /** Where. Seen by staff only. */\n"
        "  readonly email: string;\n"
        "}"
    )


def test_a_description_cannot_end_its_comment() -> None:
    text = declared({"enum": ["a"], "description": "a */ b"})
    assert text == '/** a * / b */\nexport type Heard = "a";'


def test_a_shape_without_fields_allows_none() -> None:
    schema = {"type": "object", "additionalProperties": False}
    assert declared(schema) == "export type Heard = Record<string, never>;"


def test_a_long_union_has_one_option_a_line() -> None:
    names = [f"an_option_with_a_long_name_{number}" for number in range(5)]
    lines = declared({"enum": names}).splitlines()
    assert lines[0] == "export type Heard ="
    assert lines[-1] == '  | "an_option_with_a_long_name_4";'
    assert len(lines) == 6
