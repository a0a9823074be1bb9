"""python-socketio as its documentation has it: an ASGI application, on WebSockets alone."""

import os
from typing import Any
from urllib.parse import parse_qs

import socketio
import uvicorn

ROWS: dict[str, dict[str, str]] = {}

server = socketio.AsyncServer(async_mode="asgi", transports=["websocket"])


@server.event
async def connect(sid: str, environ: dict[str, Any]) -> None:
    """Take a member in, tell the others, and give the list."""
    asked = parse_qs(environ["QUERY_STRING"])
    row = {"id": asked["id"][0], "name": asked["name"][0], "role": "viewer"}
    ROWS[row["id"]] = row
    await server.save_session(sid, {"id": row["id"]})
    await server.emit("joined", row, room="room")
    await server.enter_room(sid, "room")
    await server.emit("list", list(ROWS.values()), to=sid)


@server.event
async def role(_sid: str, change: dict[str, str]) -> None:
    """Change a role, and tell everybody."""
    ROWS[change["id"]]["role"] = change["role"]
    await server.emit("role", change, room="room")


@server.event
async def disconnect(sid: str, _reason: str) -> None:
    """Tell everybody who is gone."""
    session = await server.get_session(sid)
    del ROWS[session["id"]]
    await server.emit("left", {"id": session["id"]}, room="room")


if __name__ == "__main__":
    uvicorn.run(
        socketio.ASGIApp(server),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
        backlog=4096,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
