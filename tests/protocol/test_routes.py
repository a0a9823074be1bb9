"""Each route carries a command, and what stands in its path is of that command."""

import re
from pathlib import Path

import pytest

from protocol.routes import COMMAND_ROUTES, Route

TYPESCRIPT = ("lib/routes.ts", "client/routes.ts")
"""Where a client in TypeScript has its routes: those of pages, and the others."""


def places(route: Route) -> set[str]:
    return set(re.findall(r"{(\w+)}", route.path))


@pytest.mark.parametrize("route", COMMAND_ROUTES, ids=lambda route: route.path)
def test_what_stands_in_a_path_is_a_field_of_the_command_and_says_which(route: Route) -> None:
    fields = route.command.model_fields
    for place in places(route) - {"entry_id"}:
        assert fields[place].is_required()


@pytest.mark.parametrize("route", COMMAND_ROUTES, ids=lambda route: route.path)
def test_only_making_an_entry_needs_no_entry(route: Route) -> None:
    assert ("entry_id" in places(route)) == (route.path != "/entries")


def test_no_two_routes_are_the_same() -> None:
    assert len({(route.method, route.path) for route in COMMAND_ROUTES}) == len(COMMAND_ROUTES)
    assert len({route.command for route in COMMAND_ROUTES}) == len(COMMAND_ROUTES)


@pytest.mark.parametrize("route", COMMAND_ROUTES, ids=lambda route: route.path)
def test_a_command_is_never_a_get_and_a_delete_has_no_body(route: Route) -> None:
    assert route.method in {"POST", "PUT", "PATCH", "DELETE"}
    if route.method == "DELETE":
        assert set(route.command.model_fields) - {"type"} <= places(route)


def test_clients_in_typescript_know_the_same_routes() -> None:
    web = Path(__file__).parents[2] / "web"
    text = "".join((web / one).read_text(encoding="utf-8") for one in TYPESCRIPT)
    lines = re.findall(r'\["(\w+)", { method: "(\w+)", path: "([^"]*)" }\]', text)

    ours = {
        (route.command.model_fields["type"].default, route.method, _below_entry(route.path))
        for route in COMMAND_ROUTES
    }
    assert set(lines) == ours


def _below_entry(path: str) -> str:
    return path.removeprefix("/entries").removeprefix("/{entry_id}")
