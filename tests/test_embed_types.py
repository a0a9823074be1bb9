"""The types of the embedded tab, as a program of another site is checked against them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULE = ROOT / "web" / "dist" / "module"
COMPILER = ROOT / "web" / "node_modules" / ".bin" / "tsc"
EXAMPLE = (ROOT / "docs" / "examples" / "embed.ts").read_text("utf-8")

RIGHT = """
import "@usher/participants-tab";
const tab = document.querySelector("participants-tab")!;
tab.addEventListener("click", (event) => event.clientX);
tab.addEventListener("usher-state", (event) => event.code?.length, { once: true });
tab.renew = null;
"""
WRONG = {
    "a token that is a number": "tab.token = 5;",
    "a state that is set": 'tab.state = "inside";',
    "a state that does not exist": 'if (tab.state === "left") tab.remove();',
    "renewing without a promise": 'tab.renew = () => "token";',
    "a code that may be missing": 'tab.addEventListener("usher-state", (it) => it.code.length);',
    "an attribute that does not exist": 'tab.room = "e_1";',
}


def faults(folder: Path, program: str, resolution: str) -> str:
    """Check a program that has the published package installed; give what the compiler says."""
    package = folder / "node_modules" / "@usher" / "participants-tab"
    package.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "participants-tab.d.ts"):
        shutil.copy(MODULE / name, package)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "program.ts").write_text(program, "utf-8")
    options = {
        "strict": True,
        "noEmit": True,
        "target": "es2022",
        "lib": ["es2022", "dom", "dom.iterable"],
        "module": "nodenext" if resolution == "nodenext" else "esnext",
        "moduleResolution": resolution,
        "types": [],
        # What is published is checked itself, too.
        "skipLibCheck": False,
    }
    config = {"compilerOptions": options, "files": ["program.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    if not COMPILER.exists():
        pytest.fail("the compiler is not installed: `make web` installs it")
    done = subprocess.run(
        [COMPILER, "--project", folder], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
def test_a_program_is_checked_against_the_published_types(tmp_path: Path, resolution: str) -> None:
    assert faults(tmp_path, EXAMPLE, resolution) == ""


def test_each_misuse_is_found_and_nothing_else(tmp_path: Path) -> None:
    lines = [*RIGHT.splitlines(), *WRONG.values()]
    found = faults(tmp_path, "\n".join(lines), "bundler")
    first = len(lines) - len(WRONG) + 1
    missed = [what for at, what in enumerate(WRONG, first) if f"program.ts({at}," not in found]
    assert not missed, found
    assert found.count("error TS") == len(WRONG), found
