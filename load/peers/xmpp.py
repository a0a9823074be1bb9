"""ejabberd and Prosody: multi-user chat over WebSocket, where an occupant is a participant.

Source: RFC 7395 (XMPP over WebSocket), XEP-0045 (rooms), XEP-0175 (signing in as nobody).
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from load.peers.peer import HERE, Change, Peer, answered, name_of, served
from load.process import LoadError, free_port
from load.wire import Wire, address_of, client_frame

ROOM = "room@rooms.localhost"
OPEN = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>'
AUTH = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>'
BIND = (
    '<iq xmlns="jabber:client" type="set" id="bind">'
    '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
)
SESSION = (
    '<iq xmlns="jabber:client" type="set" id="session">'
    '<session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>'
)
OWN = (b'code="110"', b"code='110'")
"""In the last of the presences that a newcomer gets: its own."""
FEATURES = (b"<stream:features", b"<features")
ERLANG_LIBS = "/usr/lib/x86_64-linux-gnu"


async def _join(port: int, path: str, number: int) -> Wire:
    wire = Wire({}, None)
    headers = {"Sec-WebSocket-Protocol": "xmpp", "Origin": f"http://127.0.0.1:{port}"}
    await wire.open("127.0.0.1", port, path, headers, address=address_of(number))
    await answered(wire, _text(OPEN), *FEATURES)
    await answered(wire, _text(AUTH), b"<success")
    await answered(wire, _text(OPEN), *FEATURES)
    await answered(wire, _text(BIND), b"<jid>")
    await answered(wire, _text(SESSION), b'id="session"', b"id='session'")
    presence = (
        f'<presence xmlns="jabber:client" to="{ROOM}/{name_of(number)}">'
        '<x xmlns="http://jabber.org/protocol/muc"/></presence>'
    )
    await answered(wire, _text(presence), *OWN)
    return wire


def _change(wire: Wire, change: Change) -> None:
    role = "moderator" if change.is_raised else "participant"
    wire.write(
        _text(
            f'<iq xmlns="jabber:client" type="set" id="{change.mark}" to="{ROOM}">'
            '<query xmlns="http://jabber.org/protocol/muc#admin">'
            f'<item nick="{name_of(change.member)}" role="{role}">'
            f"<reason>{change.mark}</reason></item></query></iq>"
        )
    )


def _text(stanza: str) -> bytes:
    return client_frame(stanza.encode(), is_text=True)


@asynccontextmanager
async def _server(
    name: str, command: list[str], port: int, path: str, env: Mapping[str, str] | None = None
) -> AsyncIterator[Peer]:
    if shutil.which(command[0]) is None:
        raise LoadError(f"{command[0]} is not installed")
    async with served(command, port, env=env) as pid:
        yield Peer(
            name=name,
            pids=(pid,),
            join=lambda number: _join(port, path, number),
            change=_change,
        )


@asynccontextmanager
async def prosody() -> AsyncIterator[Peer]:
    """Start Prosody."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="usher-load-") as folder:
        config = Path(folder) / "prosody.cfg.lua"
        _written(HERE / "prosody.cfg.lua", config, port, folder)
        command = ["prosody", "-F", "--config", str(config)]
        async with _server("Prosody", command, port, "/xmpp-websocket") as peer:
            yield peer


@asynccontextmanager
async def ejabberd() -> AsyncIterator[Peer]:
    """Start ejabberd, as its own script does but for the name of its node."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="usher-load-") as folder:
        config = Path(folder) / "ejabberd.yml"
        _written(HERE / "ejabberd.yml", config, port, folder)
        command = [
            "erl",
            *("+K", "true", "+P", "250000", "-noinput"),
            # Schedulers that wait busily would only count against it.
            *("+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"),
            *("-mnesia", "dir", f'"{folder}"', "-s", "ejabberd"),
        ]
        env = {
            "EJABBERD_CONFIG_PATH": str(config),
            "EJABBERD_LOG_PATH": f"{folder}/ejabberd.log",
            "ERL_LIBS": ERLANG_LIBS,
            "ERL_CRASH_DUMP_BYTES": "0",
            "HOME": folder,
        }
        async with _server("ejabberd", command, port, "/xmpp-websocket", env) as peer:
            yield peer


def _written(template: Path, config: Path, port: int, folder: str) -> None:
    text = template.read_text(encoding="utf-8")
    config.write_text(text.replace("PORT", str(port)).replace("FOLDER", folder), encoding="utf-8")
