"""The description of the WebSocket (AsyncAPI 3.0), made from the messages themselves.

It stands beside the OpenAPI document, which describes HTTP. The server is the application that
is described: it *receives* what clients say and *sends* what they hear. Each message has an
operation of its own, and the reply to it where there is one.
"""

import re
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel

from protocol import messages
from protocol.ids import ID_PATTERN
from protocol.messages import ClientMessage, ServerMessage
from protocol.model import Wire
from protocol.routes import API, SOCKET
from protocol.typescript import reachable
from protocol.version import SUBPROTOCOLS, TICKET_SUBPROTOCOL, WIRE_VERSION

Document = dict[str, Any]

VERSION: Final = "3.0.0"
REPLIES: Final[dict[type[Wire], tuple[type[Wire], ...]]] = {
    messages.Hello: (messages.Welcome, messages.Goodbye),
    messages.Watch: (messages.Snapshot,),
    messages.Do: (messages.Reply,),
    messages.Ping: (messages.Pong,),
}
"""What answers a message. Everything else comes unasked, or has no answer."""
ABOUT: Final = """\
One person's line into one session: views of the Participants tab as they change, commands, \
notices. What happens over HTTP is in the OpenAPI document beside this one.

The client says `hello` first and hears `welcome`; the rest may come in any order. A field that \
is null is left out by the server. Clients pass over fields that they do not know."""
_CHANNEL: Final = "session"
_DEFINED: Final = "#/$defs/"


def document(url: str, definitions: Document) -> Document:
    """Make the description.

    Args:
        url: of the server, without a slash at the end.
        definitions: the `$defs` of the JSON Schema of the contract.
    """
    heard, said = _members(ClientMessage), _members(ServerMessage)
    return {
        "asyncapi": VERSION,
        "info": {"title": "usher, live", "version": str(WIRE_VERSION), "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"usher": _server(url)},
        "channels": {_CHANNEL: _channel((*heard, *said))},
        "operations": {
            **{f"receive_{_tag(one)}": _operation(one, "receive") for one in heard},
            **{f"send_{_tag(one)}": _operation(one, "send") for one in said},
        },
        "components": {
            "messages": {_tag(one): _message(one) for one in (*heard, *said)},
            "schemas": _schemas(definitions, (*heard, *said)),
            "securitySchemes": {
                "ticket": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The ticket that a door gives. Browsers send it as a cookie, "
                    f"or offer it as the subprotocol `{TICKET_SUBPROTOCOL}` and the ticket.",
                }
            },
        },
    }


def _server(url: str) -> Document:
    parts = urlsplit(url)
    return {
        "host": parts.netloc,
        "pathname": parts.path + API,
        "protocol": "wss" if parts.scheme == "https" else "ws",
        "description": "Offer one of these as `Sec-WebSocket-Protocol`; it names the codec and "
        "the wire version: " + ", ".join(f"`{name}`" for name in SUBPROTOCOLS) + ".",
        "security": [{"$ref": "#/components/securitySchemes/ticket"}],
    }


def _channel(shapes: tuple[type[Wire], ...]) -> Document:
    return {
        "address": SOCKET,
        "title": "One session",
        "description": "A WebSocket for as long as somebody is inside, or waits at a gate.",
        "parameters": {"session_id": {"description": f"From the reply of a door: {ID_PATTERN}"}},
        "messages": {_tag(one): {"$ref": f"#/components/messages/{_tag(one)}"} for one in shapes},
        "bindings": {
            "ws": {
                "method": "GET",
                "headers": {
                    "type": "object",
                    "required": ["Sec-WebSocket-Protocol"],
                    "properties": {
                        "Sec-WebSocket-Protocol": {"type": "string", "enum": [*SUBPROTOCOLS]}
                    },
                },
                "bindingVersion": "0.1.0",
            }
        },
    }


def _operation(shape: type[Wire], action: str) -> Document:
    described: Document = {
        "action": action,
        "channel": {"$ref": f"#/channels/{_CHANNEL}"},
        "summary": _summary(shape),
        "messages": [_in_channel(shape)],
    }
    if shape in REPLIES:
        described["reply"] = {
            "channel": {"$ref": f"#/channels/{_CHANNEL}"},
            "messages": [_in_channel(one) for one in REPLIES[shape]],
        }
    return described


def _in_channel(shape: type[Wire]) -> Document:
    return {"$ref": f"#/channels/{_CHANNEL}/messages/{_tag(shape)}"}


def _message(shape: type[Wire]) -> Document:
    return {
        "name": _tag(shape),
        "title": shape.__name__,
        "summary": _summary(shape),
        "payload": {"$ref": f"#/components/schemas/{shape.__name__}"},
    }


def _schemas(definitions: Document, shapes: tuple[type[Wire], ...]) -> Document:
    wanted = set(reachable(definitions, [shape.__name__ for shape in shapes]))
    return {name: _in_draft_7(schema) for name, schema in definitions.items() if name in wanted}


def _in_draft_7(schema: Any) -> Any:
    """Write a schema as AsyncAPI has it: references into components, and tags by name alone."""
    if isinstance(schema, list):
        return [_in_draft_7(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    written = {name: _in_draft_7(part) for name, part in schema.items()}
    if isinstance(schema.get("$ref"), str):
        written["$ref"] = "#/components/schemas/" + schema["$ref"].removeprefix(_DEFINED)
    if isinstance(schema.get("discriminator"), dict):
        written["discriminator"] = schema["discriminator"]["propertyName"]
    return written


def _members(union: Any) -> tuple[type[Wire], ...]:
    return get_args(get_args(union)[0])


def _tag(shape: type[BaseModel]) -> str:
    tag: str = shape.model_fields["type"].default
    return tag


def _summary(shape: type[Wire]) -> str:
    text = re.split(r"\n\n|(?<=[.?]) ", (shape.__doc__ or "").strip(), maxsplit=1)[0]
    return " ".join(text.split())
