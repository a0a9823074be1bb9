"""A platform of another origin that shows the Participants tab on its page, inline and framed.

    usher key create --name example --scope tokens
    python docs/examples/embed.py --key uk_… --entry e_demo-room

Start usher with `USHER_ORIGINS=http://localhost:8100` (its pages may ask) and, for the frame,
`USHER_FRAMES=http://localhost:8100`. The key stays on the platform's server; the page gets a
host token, which is for one person and one entry, and good once.
"""

import argparse
import json
from urllib.request import Request as Call
from urllib.request import urlopen

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>A course page</title>
    <style>
      body {{ max-width: 70rem; margin: 0 auto; padding: 2rem 1rem; font-family: Georgia, serif; }}
      .tabs {{ display: grid; gap: 2rem; }}
      @media (min-width: 50rem) {{ .tabs {{ grid-template-columns: 1fr 1fr; }} }}
      participants-tab {{ --accent: #7a1f5c; --accent-ink: #7a1f5c; --font: Georgia, serif; }}
      iframe {{ width: 100%; height: 40rem; border: 1px solid #ccc; border-radius: 0.5rem; }}
    </style>
    <script type="module" src="{server}/module/participants-tab.js"></script>
  </head>
  <body>
    <h1>Introduction to harbours</h1>
    <p>This page belongs to another site. On it stands the Participants tab of a live room.</p>
    <div class="tabs">
      <section>
        <h2>Inline</h2>
        <participants-tab server="{server}" token="{inline}" lang="{lang}"></participants-tab>
      </section>
      <section>
        <h2>In a frame</h2>
        <iframe src="{server}/embed#{framed}" title="Participants" allow="clipboard-write"></iframe>
      </section>
    </div>
    <script type="module">
      document.querySelector("participants-tab").renew = async () =>
        (await (await fetch("/token", {{ method: "POST" }})).json()).token;
    </script>
  </body>
</html>
"""


class Platform:
    """Knows who is signed in with it (here always the same person) and vouches for them."""

    def __init__(self, server: str, key: str, entry: str, part: str) -> None:
        """Hold what its own server knows; none of it but `server` reaches a page."""
        self._server = server
        self._key = key
        self._entry = entry
        self._part = part

    def token(self, name: str) -> str:
        """Have a host token made.

        Raises:
            URLError: the server of the room does not answer, or refuses.
        """
        wish = {
            "account_id": f"course-{name.lower()}",
            "name": name,
            "email": f"{name.lower()}@university.example",
            "entry_id": self._entry,
            "part": self._part,
        }
        call = Call(  # noqa: S310 - the address is our own setting
            f"{self._server}/api/v1/tokens",
            data=json.dumps(wish).encode(),
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        with urlopen(call, timeout=10) as answer:  # noqa: S310 - the address is our own setting
            made: str = json.load(answer)["token"]
            return made

    def page(self, request: Request) -> Response:
        """Show a page with the tab on it, twice."""
        page = PAGE.format(
            server=self._server,
            inline=self.token("Ines"),
            framed=self.token("Frank"),
            lang=request.query_params.get("lang", "en")[:2],
        )
        return HTMLResponse(page, headers={"Referrer-Policy": "no-referrer"})

    def fresh(self, _request: Request) -> Response:
        """Give the page another token, when its first one is used up."""
        return JSONResponse({"token": self.token("Ines")})


def main() -> None:
    """Serve the platform until it is stopped."""
    given = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    given.add_argument("--server", default="http://127.0.0.1:8000")
    given.add_argument("--key", required=True)
    given.add_argument("--entry", required=True)
    given.add_argument("--part", default="co_owner", help="or: co_editor, co_publisher, co_viewer")
    given.add_argument("--port", type=int, default=8100)
    chosen = given.parse_args()
    platform = Platform(chosen.server, chosen.key, chosen.entry, chosen.part)
    routes = [
        Route("/", platform.page, methods=["GET"]),
        Route("/token", platform.fresh, methods=["POST"]),
    ]
    uvicorn.run(Starlette(routes=routes), host="localhost", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()
