"""A browser profile, or a program, as the server sees it."""

import asyncio
import ssl
from typing import Any

import httpx


class Browser:
    """One browser profile: cookies, and the headers that our pages send."""

    def __init__(self, url: str, **headers: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=f"{url}/api/v1",
            headers={"Origin": url, "X-Usher": "1", **headers},
            timeout=20,
            # Plain HTTP alone; reading the machine's certificates would take most of a test.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.http.request(method, path, json=body, **more)

    async def patiently(self, path: str, body: Any) -> httpx.Response:
        """Post; where a busy machine turns some of many away, come again when it says to."""
        while True:
            answer = await self.call("POST", path, body)
            if answer.status_code != 503:
                return answer
            await asyncio.sleep(float(answer.headers["Retry-After"]))

    async def done(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = await self.call(method, path, body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(
        self, code: str, method: str, path: str, body: Any = None, **more: Any
    ) -> Any:
        """Check that the answer is this problem, and nothing else."""
        answer = await self.call(method, path, body, **more)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert problem["code"] == code, problem
        assert "Traceback" not in answer.text
        return problem

    def cookie(self, name: str) -> str:
        return next(one.value or "" for one in self.http.cookies.jar if one.name == name)

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)
