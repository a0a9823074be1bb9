"""`usher audit` against a real server on a file: exported, verified, and tampered with."""

import json
from pathlib import Path

import pytest

from server.cli.audit import is_over
from server.hub.audit_rows import AUDIT
from server.store.interface import Put
from server.store.sqlite import SqliteStore
from tests.running import RunningServer

ROOM = "e_demo-room"


async def test_an_audit_log_is_exported_and_what_is_done_to_it_is_found(
    server: RunningServer, tmp_path: Path
) -> None:
    code, out, err = await server.usher("audit", "export", ROOM)
    assert code == 0, err
    told = json.loads(out)
    actions = [one["action"] for one in told["lines"]]
    assert (actions[0], actions[-1]) == ("entry_created", "audit_exported")
    assert told["lines"][-1]["by"]["id"].startswith("platform:")
    kept = tmp_path / "audit.json"
    kept.write_text(out)
    code, out, _ = await server.usher("audit", "verify", ROOM, "--against", str(kept))
    found = json.loads(out)
    assert (code, found["is_intact"], found["is_unchanged_since"]) == (0, True, True)

    await server.stop()
    async with SqliteStore.open(tmp_path / "data" / "usher.sqlite3") as store:
        rows = [key for key, _ in await store.scan(AUDIT, 0) if key.startswith(f"{ROOM} ")]
        await store.put([Put(table=AUDIT, key=rows[-2], value=None)])
    await server.start()
    code, out, _ = await server.usher("audit", "verify", ROOM)
    found = json.loads(out)
    assert (code, found["is_intact"], found["problem"]) == (1, False, "missing")


@pytest.mark.parametrize(
    ("lines", "first", "expected"),
    [(0, 0, True), (3, 8, True), (3, 7, False), (9, 1, False)],
    ids=["nothing is kept", "later ones are kept", "it should be the first", "it is missing"],
)
def test_a_line_that_is_gone_is_no_alarm_when_its_time_is_over(
    lines: int, first: int, expected: bool
) -> None:
    assert is_over({"lines": lines, "first": first}, 7) is expected
