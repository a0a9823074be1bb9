"""Calendar files as the calendars of others read them: by ical.js, the parser of Thunderbird."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[1] / "web"
READ = """
import ICAL from "ical.js";
let text = "";
for await (const part of process.stdin) text += part;
process.stdout.write(JSON.stringify(ICAL.parse(text)));
"""

Properties = dict[str, tuple[dict[str, str], str, Any]]
"""The parameters, the type and the value of each property, by its name in small letters."""


def read_elsewhere(file: str) -> tuple[Properties, Properties]:
    """Give the properties of a calendar and those of the one event in it (jCal, RFC 7265)."""
    if not (WEB / "node_modules" / "ical.js").exists():
        pytest.fail("the parser is not installed: `make web` installs it")
    done = subprocess.run(
        [shutil.which("node") or "node", "--input-type=module", "-e", READ],
        cwd=WEB,
        input=file.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    name, about, [(kind, event, _)] = json.loads(done.stdout)
    assert (name, kind) == ("vcalendar", "vevent")
    return _by_name(about), _by_name(event)


def _by_name(listed: list[tuple[str, dict[str, str], str, Any]]) -> Properties:
    names = [name for name, *_ in listed]
    assert len(names) == len(set(names))
    return {name: (parameters, kind, value) for name, parameters, kind, value in listed}
