"""Which reply of the API gives an id that another operation takes: the links of the description.

Without them a reader has to guess that the `link_id` of one operation is that of the next; with
them a tool can walk from one to the other.

Source: OpenAPI 3.1, Link Object and Runtime Expressions.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from server.edge.routing import Operation

_PARAMETER = re.compile(r"{(\w+)}")
_BODY = "$response.body#/"

GIVES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("POST", "/entries"): {"entry_id": "result/entry_id"},
    ("GET", "/entries"): {"entry_id": "0/entry_id"},
    ("POST", "/entries/{entry_id}/guest-links"): {"link_id": "result/link_id"},
    ("POST", "/entries/{entry_id}/invitations"): {"invitation_id": "result/invitation_ids/0"},
    ("POST", "/entries/{entry_id}/session/start"): {"session_id": "result/session_id"},
    ("POST", "/entries/{entry_id}/participants/{participant_id}/block"): {
        "block_id": "result/block_id"
    },
    ("POST", "/entries/{entry_id}/enter"): {
        "session_id": "session_id",
        "participant_id": "participant_id",
    },
    ("POST", "/doors/guest"): {"session_id": "session_id"},
    ("POST", "/doors/invitation"): {"session_id": "session_id"},
}
"""Where in a reply an id stands, as a JSON pointer, by the parameter that takes it."""


def links_of(
    operation: Operation, operations: Sequence[Operation], name: Mapping[Operation, str]
) -> dict[str, Any]:
    """Make the links of an operation: to all whose path it can fill, with an id that it gives.

    Args:
        operations: all of them.
        name: the ids of operations in the description.
    """
    gives = GIVES.get((operation.method, operation.path))
    if gives is None:
        return {}
    expressions = {one: f"$request.path.{one}" for one in _PARAMETER.findall(operation.path)}
    expressions |= {one: _BODY + where for one, where in gives.items()}
    links: dict[str, Any] = {}
    for other in operations:
        wanted = _PARAMETER.findall(other.path)
        if other is not operation and set(gives) & set(wanted) and set(wanted) <= set(expressions):
            links[name[other]] = {
                "operationId": name[other],
                "parameters": {one: expressions[one] for one in wanted},
            }
    return links
