"""The description of the API is a valid one, and describes all of it."""

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from protocol import asyncapi
from protocol.routes import API, COMMAND_ROUTES
from protocol.schema import json_schema
from server.edge.openapi import body_model, document
from server.edge.openapi_links import GIVES
from server.edge.operations import OPERATIONS
from tests.edge.house import House
from tests.running import running_server

DOCUMENT = document(OPERATIONS, "https://usher.example")
METHODS = {"get", "put", "post", "delete", "patch"}


def operations(document: dict[str, Any] = DOCUMENT) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, described)
        for path, item in document["paths"].items()
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


async def test_the_description_of_the_socket_is_served_beside_it(house: House) -> None:
    browser = await house.browser()

    served = await browser.done("GET", "/asyncapi.json")

    assert served == asyncapi.document(house.url, json_schema()["$defs"])
    assert await browser.done("GET", "/asyncapi.json") == served


def test_it_has_the_parts_that_the_standard_requires() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    assert set(DOCUMENT) <= {"openapi", "info", "servers", "paths", "components"}


def test_it_passes_the_validator_of_the_standard() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


async def test_what_a_real_server_serves_is_valid_with_all_that_is_added_to_it(
    tmp_path: Path,
) -> None:
    """The others look at what the edge has by itself; server/main.py adds to that."""
    async with running_server(tmp_path) as server, server.http() as browser:
        served = (await browser.get("/openapi.json")).json()

    OpenAPIV31SpecValidator(served).validate()
    check_references(served)
    found = operations(served)
    for path, method, described in found:
        check_operation(path, method, described)
    names = [described["operationId"] for _, _, described in found]
    assert len(names) == len(set(names))
    added = {path for path, _, _ in found} - {path for path, _, _ in operations()}
    assert {path.split("/")[1] for path in added} == {"lti", "sign-in"}


def test_every_reference_leads_somewhere() -> None:
    check_references(DOCUMENT)


def check_references(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    references = {one["$ref"] for one in walk(document) if "$ref" in one}

    assert references
    for reference in references:
        assert reference.removeprefix("#/components/schemas/") in schemas, reference


@pytest.mark.parametrize(("path", "method", "described"), operations())
def test_each_operation_is_whole(path: str, method: str, described: dict[str, Any]) -> None:
    check_operation(path, method, described)


def check_operation(path: str, method: str, described: dict[str, Any]) -> None:
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


def test_every_link_leads_to_an_operation_with_all_that_its_path_asks_for() -> None:
    described = {one["operationId"]: one for _, _, one in operations()}
    linked = [link for one in described.values() for link in links_in(one).values()]

    assert len(linked) > 40
    for link in linked:
        wanted = {
            one["name"]
            for one in described[link["operationId"]]["parameters"]
            if one["in"] == "path"
        }
        assert set(link["parameters"]) == wanted


def links_in(described: dict[str, Any]) -> dict[str, Any]:
    links: dict[str, Any] = described["responses"]["200"].get("links", {})
    return links


async def test_the_ids_that_links_name_stand_where_they_say(house: House) -> None:
    """Followed for real: what was made is there under the id that the reply has given."""
    await house.make_open()
    host = await house.signed_in()
    bodies = {
        "/entries": {"kind": "room", "name": "New"},
        "/entries/{entry_id}/guest-links": {"name": "One"},
        "/entries/{entry_id}/invitations": {
            "invitees": [{"email": "ada@example.org"}],
            "invitation_type": "viewer",
            "send_mail": False,
        },
    }
    for (method, path), gives in GIVES.items():
        if path.startswith("/doors") or "{participant_id}" in path:
            continue
        where = path.replace("{entry_id}", house.room)
        reply = await host.done(method, where, bodies.get(path))
        for pointer in gives.values():
            found = reply
            for part in pointer.split("/"):
                found = found[int(part) if part.isdigit() else part]
            assert isinstance(found, str)
