"""The description of the API is a valid one, and describes all of it."""

import re
from typing import Any

import pytest

from protocol.routes import API, COMMAND_ROUTES
from server.edge.app import OPERATIONS
from server.edge.openapi import body_model, document
from tests.edge.house import House

DOCUMENT = document(OPERATIONS, "https://usher.example")
METHODS = {"get", "put", "post", "delete", "patch"}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, described)
        for path, item in DOCUMENT["paths"].items()
        for method, described in item.items()
    ]


def walk(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(each for one in value.values() for each in walk(one))]
    if isinstance(value, list):
        return [each for one in value for each in walk(one)]
    return []


async def test_it_is_served(house: House) -> None:
    browser = await house.browser()

    served = await browser.done("GET", "/openapi.json")

    assert served == document(OPERATIONS, house.url)
    assert served["servers"] == [{"url": f"{house.url}{API}"}]


def test_it_has_the_parts_that_the_standard_requires() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    assert set(DOCUMENT) <= {"openapi", "info", "servers", "paths", "components"}


def test_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    references = {one["$ref"] for one in walk(DOCUMENT) if "$ref" in one}

    assert references
    for reference in references:
        assert reference.removeprefix("#/components/schemas/") in schemas, reference


@pytest.mark.parametrize(("path", "method", "described"), operations())
def test_each_operation_is_whole(path: str, method: str, described: dict[str, Any]) -> None:
    assert method in METHODS
    assert path.startswith("/")
    assert described["summary"].endswith(".")
    in_path = {one["name"] for one in described["parameters"] if one["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    assert all(one["required"] for one in described["parameters"] if one["in"] == "path")
    assert "200" in described["responses"]
    problem = described["responses"]["default"]["content"]["application/problem+json"]
    assert problem["schema"]["$ref"].endswith("/Problem")
    assert (method == "get") <= ("requestBody" not in described)
    schemes = {name for one in described["security"] for name in one}
    assert schemes <= DOCUMENT["components"]["securitySchemes"].keys()


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [described["operationId"] for _, _, described in operations()]

    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_every_command_with_a_route_is_described() -> None:
    found = {(path, method) for path, method, _ in operations()}

    assert {(route.path, route.method.lower()) for route in COMMAND_ROUTES} <= found


def test_a_body_leaves_out_what_the_path_says() -> None:
    for operation in OPERATIONS:
        if operation.body is not None:
            fields = body_model(operation).model_fields.keys()
            assert not {"type", *re.findall(r"{(\w+)}", operation.path)} & fields
    schema = DOCUMENT["components"]["schemas"]["EditGuestLinkBody"]
    assert "name" in schema["properties"]
    assert schema["additionalProperties"] is False
    assert "required" not in schema


def test_limits_are_part_of_the_description() -> None:
    schema = DOCUMENT["components"]["schemas"]["InviteBody"]

    assert schema["properties"]["invitees"]["maxItems"] == 500


async def test_what_is_described_is_what_is_served(house: House) -> None:
    """Every operation has a route of its own: none is hidden by one that stands before it."""
    host = await house.browser()
    for path, method, _ in operations():
        answer = await host.call(method.upper(), re.sub(r"{\w+}", "x", path), {})
        assert answer.status_code != 405, (method, path)
