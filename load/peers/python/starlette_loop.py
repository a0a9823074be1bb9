"""The plain way in Python: a Starlette application that sends to everybody in a loop."""

import json
import os

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

ROWS: dict[str, dict[str, str]] = {}
MEMBERS: set[WebSocket] = set()


async def room(websocket: WebSocket) -> None:
    """Take a member in, tell the others, and send on to everybody what a member says."""
    await websocket.accept()
    asked = websocket.query_params
    row = {"id": asked["id"], "name": asked["name"], "role": "viewer"}
    ROWS[row["id"]] = row
    await tell({"type": "joined", **row})
    MEMBERS.add(websocket)
    try:
        await websocket.send_text(json.dumps({"type": "list", "rows": list(ROWS.values())}))
        while True:
            said = json.loads(await websocket.receive_text())
            ROWS[said["id"]]["role"] = said["role"]
            await tell({"type": "role", **said})
    except WebSocketDisconnect:
        pass
    finally:
        MEMBERS.discard(websocket)
        del ROWS[row["id"]]
        await tell({"type": "left", "id": row["id"]})


async def tell(what: dict[str, str]) -> None:
    """Send to everybody, one after another; who is gone is told nothing."""
    text = json.dumps(what)
    for member in list(MEMBERS):
        try:
            await member.send_text(text)
        except (RuntimeError, WebSocketDisconnect):
            MEMBERS.discard(member)


app = Starlette(routes=[WebSocketRoute("/room", room)])

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
        backlog=4096,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
