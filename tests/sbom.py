"""Write what the server and its pages are made of, as CycloneDX 1.6, from the lock files alone.

`make sbom` puts it on standard output. It needs no network and nothing installed, and holds no
moment and no serial number, so that the same locks give the same bytes.
"""

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\n)(?: .*\n)*)", re.M)


def python_parts() -> list[dict[str, Any]]:
    """List what the server runs on."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [
        _part(
            f"pkg:pypi/{found['name'].lower()}@{found['version']}",
            found["name"],
            found["version"],
            [("SHA-256", one) for one in re.findall(r"sha256:([0-9a-f]{64})", found["rest"])],
        )
        for found in PINNED.finditer(text)
    ]


def web_parts() -> list[dict[str, Any]]:
    """List what the pages are built from, without what only builds or tests them."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    parts = []
    for path, found in lock["packages"].items():
        if not path or found.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        digest = base64.b64decode(found["integrity"].removeprefix("sha512-")).hex()
        url = f"pkg:npm/{quote(name, safe='/')}@{found['version']}"
        parts.append(_part(url, name, found["version"], [("SHA-512", digest)]))
    return parts


def _part(url: str, name: str, version: str, hashes: list[tuple[str, str]]) -> dict[str, Any]:
    # A wheel for each system has a hash of its own; CycloneDX takes the hashes as those of one
    # file, so they stand as properties.
    return {
        "type": "library",
        "bom-ref": url,
        "name": name,
        "version": version,
        "purl": url,
        "properties": [{"name": f"usher:{kind}", "value": value} for kind, value in hashes],
    }


def bill() -> dict[str, Any]:
    """Make the whole bill of materials."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "usher", "bom-ref": "usher"}},
        "components": python_parts() + web_parts(),
    }


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(bill(), indent=1)}\n")
