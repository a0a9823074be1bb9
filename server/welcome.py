"""What whoever starts the server is handed: where it runs, a way in, a key for the command line."""

import json
import os
from pathlib import Path

from server.demo import DEMO_HOST
from server.edge.directory import StoreDirectory
from server.edge.ports import Scope
from server.edge.tickets import sign_host_token
from server.folder import OPERATOR_KEY_FILE, STARTED_FILE
from server.keyring import Keyring
from server.settings import Settings
from server.store.redis_url import RedisUrl
from server.surroundings import clock, new_id


async def machine_key(folder: Path, directory: StoreDirectory) -> str:
    """Give the command line on this machine an API key of its own, kept in the data folder.

    One that works and may do everything is used again. A key of an earlier version, from
    before there were as many scopes as now, is made anew.
    """
    path = folder / OPERATOR_KEY_FILE
    text = _text_of(path)
    known = await directory.api_key(text)
    if known is not None and known.scopes >= frozenset(Scope):
        return text
    if known is not None:
        await directory.revoke_key(known.id)
    made = await directory.create_key("this machine", frozenset(Scope), is_ours=True)
    _write(path, made.key)
    return made.key


def _write(path: Path, key: str) -> None:
    # Beside nodes on Redis the command line may be the first here.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(key)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def host_url(url: str, keyring: Keyring) -> str:
    """Make a one-time sign-in URL for the host of the embedded default."""
    token = sign_host_token(
        keyring.derived("host tokens"),
        account_id=DEMO_HOST.account_id,
        name=DEMO_HOST.name,
        email=DEMO_HOST.email,
        now=clock(),
        jti=new_id(),
        valid_s=86_400,
        is_operator=True,
    )
    return f"{url}/sign-in#{token}"


def tell(settings: Settings, url: str, keyring: Keyring, *, has_operator: bool) -> None:
    """Say where the server is, to people and to the command line.

    The sign-in URL is a secret: it goes to standard output alone, never through the log, and
    only to somebody at a terminal, or until somebody has signed in as operator. What starts a
    server again and again keeps its output, and would keep a way in with it.
    """
    started = settings.data / STARTED_FILE
    started.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    lines = [f"Usher runs at {url} on {_place(settings)}. Ctrl-C ends it."]
    if not has_operator or os.isatty(1):
        lines.insert(0, f"Host: {host_url(url, keyring)}")
    os.write(1, "".join(f"{line}\n" for line in lines).encode())


def _place(settings: Settings) -> str:
    if settings.redis_url:
        return str(RedisUrl.parse(settings.redis_url))
    return f"the data in {settings.data}"
