"""Django Channels as its documentation has it: a consumer, a group, and Redis behind the layer."""

import json
import os
from urllib.parse import parse_qs

import django
import uvicorn
from django.conf import settings

settings.configure(
    SECRET_KEY=os.urandom(16).hex(),
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # Messages to a channel beyond its capacity are dropped; none may be here.
            "CONFIG": {"hosts": [os.environ["REDIS"]], "capacity": 100_000},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - needs the settings
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

ROWS: dict[str, dict[str, str]] = {}


class Participants(AsyncWebsocketConsumer):
    """One member."""

    async def connect(self) -> None:
        """Take a member in, tell the others, and give the list."""
        asked = parse_qs(self.scope["query_string"].decode())
        self.row = {"id": asked["id"][0], "name": asked["name"][0], "role": "viewer"}
        ROWS[self.row["id"]] = self.row
        await self.accept()
        await self.tell({"type": "joined", **self.row})
        await self.channel_layer.group_add("room", self.channel_name)
        await self.send(json.dumps({"type": "list", "rows": list(ROWS.values())}))

    async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:  # noqa: ARG002 - Channels calls it so
        """Change a role, and tell everybody."""
        said = json.loads(text_data)
        ROWS[said["id"]]["role"] = said["role"]
        await self.tell({"type": "role", **said})

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - Channels calls it so
        """Tell everybody who is gone."""
        await self.channel_layer.group_discard("room", self.channel_name)
        del ROWS[self.row["id"]]
        await self.tell({"type": "left", "id": self.row["id"]})

    async def tell(self, what: dict[str, str]) -> None:
        """Have everybody told; the text is made once."""
        message = {"type": "room.told", "text": json.dumps(what)}
        await self.channel_layer.group_send("room", message)

    async def room_told(self, event: dict[str, str]) -> None:
        """Send what the group was told."""
        await self.send(event["text"])


app = ProtocolTypeRouter({"websocket": URLRouter([path("room", Participants.as_asgi())])})

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
        backlog=4096,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
