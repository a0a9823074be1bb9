"""The description of the API (OpenAPI 3.1), made from the routes and the models themselves."""

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, get_args, get_origin

import pydantic_core
from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from protocol import asyncapi
from protocol.errors import REFUSALS, ErrorCode
from protocol.messages import Problem
from protocol.model import Wire
from protocol.routes import API
from protocol.schema import all_shapes, json_schema
from protocol.schema import describe as describe_shape
from server.edge.bodies import IDEMPOTENCY_KEY
from server.edge.edge import Edge
from server.edge.openapi_links import links_of
from server.edge.replies import PROBLEM
from server.edge.routing import ANYBODY, Operation

_PARAMETER = re.compile(r"{(\w+)}")
EVENTS = "text/event-stream"
BODY = "Body"
"""Ends the name of a body that is a command without what its path says."""
_REF = "#/components/schemas/{model}"

SCHEMES = {
    "account": {
        "type": "apiKey",
        "in": "cookie",
        "name": "usher_account",
        "description": "Set by signing in; over https its name is `__Host-usher_account`. "
        "Writes also need a page of our own origin and the header `X-Usher: 1`.",
    },
    "ticket": {
        "type": "http",
        "scheme": "bearer",
        "description": "The ticket that a door gives; browsers have it as a cookie.",
    },
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `uk_…`, with the scope that the operation needs.",
    },
}


def describe(operations: Sequence[Operation], url: str) -> tuple[Operation, Operation]:
    """Make the operations that answer with the description of all others, and of the socket."""
    return (
        _described("/openapi.json", "Describe the API.", partial(document, operations, url)),
        _described(
            "/asyncapi.json",
            "Describe the WebSocket.",
            lambda: asyncapi.document(url, json_schema()["$defs"]),
        ),
    )


def _described(path: str, summary: str, make: Callable[[], Any]) -> Operation:
    """Make an operation that answers with a document.

    It is made when it is first asked for: that takes half a second, which a start of the server
    should not.
    """
    once = asyncio.Lock()
    made: bytes | None = None

    async def handler(_edge: Edge, _request: Request) -> Response:
        nonlocal made
        async with once:
            if made is None:
                made = await asyncio.to_thread(lambda: pydantic_core.to_json(make()))
        return Response(made, media_type="application/json")

    return Operation(method="GET", path=path, handler=handler, who=ANYBODY, summary=summary)


def document(operations: Sequence[Operation], url: str) -> dict[str, Any]:
    """Make the description.

    Args:
        operations: all of them.
        url: of this server, without a slash at the end.
    """
    paths: dict[str, dict[str, Any]] = {}
    names = {operation: _operation_id(operation) for operation in operations}
    for operation in operations:
        described = _operation(operation)
        links = links_of(operation, operations, names)
        if links:
            described["responses"]["200"]["links"] = links
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "usher",
            "version": "1",
            "description": "Rooms, their guest links and invitations, and who is inside. "
            "What happens live goes over the WebSocket: `asyncapi.json` beside this.",
        },
        "servers": [{"url": f"{url}{API}"}],
        "paths": paths,
        "components": {"schemas": _schemas(operations), "securitySchemes": SCHEMES},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    in_path = _PARAMETER.findall(operation.path)
    described: dict[str, Any] = {
        "operationId": _operation_id(operation),
        "summary": operation.summary,
        "parameters": [*(_in_path(name) for name in in_path), *_others(operation)],
        "responses": {
            "200": {"description": "Done.", "content": _content(operation)},
            "default": {
                "description": "Refused; nothing has changed. The code is one of: "
                + ", ".join(f"`{code.value}` ({REFUSALS[code].status})" for code in ErrorCode),
                "content": {PROBLEM: {"schema": _ref(Problem)}},
            },
        },
        "security": [{name: []} for name in operation.who] or [{}],
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(body_model(operation))}},
        }
    return described


def _operation_id(operation: Operation) -> str:
    words = re.findall(r"[a-z]+", operation.path.replace("_id", ""))
    return "_".join((operation.method.lower(), *words))


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _others(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in operation.query
    ]
    if "type" in getattr(operation.body, "model_fields", {}):
        found.append(
            {
                "name": IDEMPOTENCY_KEY,
                "in": "header",
                "description": "The same key with the same body has no second effect.",
                "schema": {"type": "string"},
            }
        )
    return found


def body_model(operation: Operation) -> type[BaseModel]:
    """Make the shape of a body: a command without its type and without what the path says."""
    model: type[BaseModel] = operation.body
    left_out = {"type", *_PARAMETER.findall(operation.path)} & model.model_fields.keys()
    if not left_out:
        return model
    kept: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in model.model_fields.items()
        if name not in left_out
    }
    return create_model(f"{model.__name__}{BODY}", __base__=Wire, __doc__=model.__doc__, **kept)


def _content(operation: Operation) -> dict[str, Any]:
    reply = operation.reply
    content: dict[str, Any] = {}
    if get_origin(reply) is list:
        schema = {"type": "array", "items": _ref(get_args(reply)[0])}
        content["application/json"] = {"schema": schema}
    elif reply is not None:
        content["application/json"] = {"schema": _ref(reply)}
    if operation.events is not None:
        content[EVENTS] = {"schema": _ref(operation.events)}
    for media_type in operation.other_replies:
        content[media_type] = {"schema": {"type": "string"}}
    return content


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    models: dict[str, type[BaseModel]] = {"Problem": Problem}
    for operation in operations:
        reply = get_args(operation.reply)[0] if get_origin(operation.reply) else operation.reply
        if reply is not None:
            models[reply.__name__] = reply
        if operation.events is not None:
            models[operation.events.__name__] = operation.events
        if operation.body is not None:
            body = body_model(operation)
            models[body.__name__] = body
    _, found = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template=_REF
    )
    schemas: dict[str, Any] = found["$defs"]
    classes = {shape.__name__: shape for shape in all_shapes()}
    for name, schema in schemas.items():
        shape = classes.get(name) or classes.get(name.removesuffix(BODY))
        if shape is not None:
            describe_shape(schema, shape)
    return schemas
