"""The plain way in Python: a Starlette application that sends to everybody in a loop.

What a member's client must do: hold the whole list, and apply every change to it. It receives
every change of everybody, whatever it looks at.
"""

import os

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

MEMBERS: set[WebSocket] = set()


async def room(websocket: WebSocket) -> None:
    """Take a member in, and send on to everybody what a member says."""
    await websocket.accept()
    MEMBERS.add(websocket)
    try:
        while True:
            said = await websocket.receive_text()
            for member in list(MEMBERS):
                await member.send_text(said)
    except WebSocketDisconnect:
        pass
    finally:
        MEMBERS.discard(websocket)


app = Starlette(routes=[WebSocketRoute("/room", room)])

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
