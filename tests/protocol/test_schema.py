"""What other languages are told about the wire is what the classes say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from protocol import schema
from protocol.messages import Do, Snapshot
from protocol.privacy import Seen, marks
from tests.protocol.strategies import all_shapes

DOCUMENT = schema.json_schema()
DEFINITIONS: dict[str, Any] = DOCUMENT["$defs"]


def test_the_files_in_the_repository_are_up_to_date() -> None:
    assert schema.stale() == [], "run: make schema"


def test_the_file_is_a_valid_schema_of_the_draft_that_it_names() -> None:
    path = Path(__file__).parents[2] / schema.SCHEMA_PATH
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(document)


def test_check_fails_until_the_files_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schema.main(["--check"], tmp_path) == 1
    assert "docs/schema/usher.v1.json is out of date" in capsys.readouterr().err
    assert schema.main([], tmp_path) == 0
    assert schema.main(["--check"], tmp_path) == 0
    (tmp_path / schema.TYPES_PATH).write_text("export {}", encoding="utf-8")
    assert schema.stale(tmp_path) == [schema.TYPES_PATH]


@pytest.mark.parametrize("shape", all_shapes(), ids=lambda shape: shape.__name__)
def test_every_shape_is_defined_with_all_its_fields(shape: Any) -> None:
    definition = DEFINITIONS[shape.__name__]
    assert list(definition.get("properties", {})) == list(shape.model_fields)
    assert definition["additionalProperties"] is False
    assert definition["description"]


@pytest.mark.parametrize("shape", all_shapes(), ids=lambda shape: shape.__name__)
def test_a_field_that_is_not_for_everybody_says_so(shape: Any) -> None:
    for name, field in DEFINITIONS[shape.__name__].get("properties", {}).items():
        assert field.get("x-seen", Seen.ALL) == marks(shape)[name]


def test_every_reference_leads_somewhere() -> None:
    def refs(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [ref for value in part.values() for ref in refs(value)]
        if isinstance(part, list):
            return [ref for value in part for ref in refs(value)]
        return []

    for ref in refs(DOCUMENT):
        assert ref.removeprefix("#/$defs/") in DEFINITIONS


def test_the_tag_that_tells_a_message_apart_is_demanded() -> None:
    assert DEFINITIONS[Do.__name__]["required"][0] == "type"
    assert DEFINITIONS[Snapshot.__name__]["properties"]["type"]["const"] == "snapshot"


def test_unions_are_named_where_they_are_used() -> None:
    assert DEFINITIONS["Do"]["properties"]["command"] == {"$ref": "#/$defs/Command"}
    assert DEFINITIONS["GroupDelta"]["properties"]["ops"]["items"] == {"$ref": "#/$defs/Op"}


def test_what_is_said_about_a_field_goes_along() -> None:
    view = DEFINITIONS["View"]["properties"]["matches"]
    assert view["description"] == "With a search: how many match in each group."
    invite = DEFINITIONS["Invite"]
    assert invite["properties"]["uses"]["description"].startswith("How many first redemptions")
    assert "Args:" not in invite["description"]


def test_every_http_body_is_a_request_or_a_reply() -> None:
    assert not set(schema.REQUESTS) & set(schema.replies())
    names = {shape.__name__ for shape in all_shapes() if shape.__module__ == "protocol.http"}
    known = {shape.__name__ for shape in (*schema.REQUESTS, *schema.replies())}
    assert names <= known
