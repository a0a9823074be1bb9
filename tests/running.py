"""The real server process, started on a free port, stopped or killed, and started again."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

START_S = 30
STOP_S = 30
LEAST_PORT = 10_000
EPHEMERAL = 32_768
"""From here on Linux takes ports for outgoing connections (`ip_local_port_range`)."""


def free_port() -> int:
    """Find a port that nobody uses now, and that the system gives to no outgoing connection.

    Whoever was killed finds it free again, whatever went on meanwhile.
    """
    while True:
        port = LEAST_PORT + secrets.randbelow(EPHEMERAL - LEAST_PORT)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Say whether nobody uses a port now."""
    with socket.socket() as sock, contextlib.suppress(OSError):
        sock.bind(("127.0.0.1", port))
        return True
    return False


class RunningServer:
    """A server process with a data folder that outlives it."""

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = (sys.executable, "-m", "server.cli"),
    ) -> None:
        self.folder = folder
        self._program = program
        self.port = free_port()
        self.host_url = ""
        self._env = dict(env or {})
        self._process: asyncio.subprocess.Process | None = None
        self._log = folder / "server.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything the server has said, but for the sign-in URL on its output."""
        return self._log.read_text(errors="replace")

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "USHER_DATA": str(self.folder / "data"),
            **self._env,
        }

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._program,
                "serve",
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self.environment(),
            )
        assert self._process.stdout is not None
        self.host_url = ""
        async with asyncio.timeout(START_S):
            while line := await self._process.stdout.readline():
                if line.startswith(b"Host: "):
                    self.host_url = line.decode().removeprefix("Host: ").strip()
                if line.startswith(b"Usher runs at "):
                    return
        raise AssertionError(f"the server did not start:\n{self.log}")

    async def rest_of_output(self) -> str:
        """Read what was printed after the start, once the process has ended."""
        assert self._process is not None
        assert self._process.stdout is not None
        return (await self._process.stdout.read()).decode(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self._process is not None
        self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait until the process has ended by itself; return its exit code."""
        assert self._process is not None
        async with asyncio.timeout(STOP_S):
            return await self._process.wait()

    async def kill(self) -> None:
        """End the process as a power cut would."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    @property
    def has_started(self) -> bool:
        """Say whether there ever was a process."""
        return self._process is not None

    @property
    def is_running(self) -> bool:
        """Say whether there is a process now."""
        return self._process is not None and self._process.returncode is None

    async def stop(self) -> int:
        """End the process in order; return its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                return await self._process.wait()
        except TimeoutError:
            await self.kill()
            raise

    async def usher(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command line against this server; return its exit code, output and errors."""
        process = await asyncio.create_subprocess_exec(
            *self._program,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.DEVNULL,
            env=self.environment(),
        )
        async with asyncio.timeout(START_S):
            out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    def http(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A browser without pages: cookies, and the headers that our pages send."""
        return httpx.AsyncClient(
            base_url=f"{self.url}/api/v1",
            headers={"Origin": self.url, "X-Usher": "1"},
            transport=httpx.AsyncHTTPTransport(local_address=address),
            timeout=START_S,
        )

    async def sign_in_again(self, http: httpx.AsyncClient) -> None:
        """Sign the demo host in with a URL that the command line makes."""
        code, out, err = await self.usher(
            "token", "--account", "host", "--name", "Hanna Host",
            "--email", "host@usher.example", "--operator",
        )  # fmt: skip
        assert code == 0, err
        answer = await http.post("/sign-in", json={"token": json.loads(out)["token"]})
        assert answer.status_code == 200, answer.text

    async def sign_in(self, http: httpx.AsyncClient) -> None:
        """Redeem the host's sign-in URL; a server that was started again has printed none."""
        if not self.host_url:
            await self.sign_in_again(http)
            return
        token = urlsplit(self.host_url).fragment
        answer = await http.post("/sign-in", json={"token": token})
        assert answer.status_code == 200, answer.text


Serve = Callable[..., AbstractAsyncContextManager[RunningServer]]
"""Runs a server, or what looks like one, in a folder with an environment."""


@asynccontextmanager
async def running_server(
    folder: Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[RunningServer]:
    """Run a server for the length of a block."""
    server = RunningServer(folder, env)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
