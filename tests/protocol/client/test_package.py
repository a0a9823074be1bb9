"""`usher-client` as others install it: one name, typed, and a quick start that runs as written."""

import asyncio
import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import textwrap
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.running import RunningServer, running_server

ROOT = Path(__file__).parents[3]
HOME = ROOT / "protocol" / "client" / "python"
README = (HOME / "README.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(sh|python)\n(.*?)^```", README, re.M | re.S)
[INSTALL, PREPARE, RUN] = [text for language, text in BLOCKS if language == "sh"]
[PROGRAM] = [text for language, text in BLOCKS if language == "python"]
TOOLS = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
FRONT = (ROOT / "README.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"^```python\n(.*?)^```", FRONT, re.M | re.S)
FRAME = """
import asyncio, sys
from usher_client import Usher
async def main(link):
{}
asyncio.run(main(sys.argv[1]))
"""
"""What the example of the first page leaves out, because that page is short."""


def ran(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(kind: str, folder: Path, source: Path = HOME) -> Path:
    ran(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder), cwd=source)
    [made] = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel where `make package` leaves it."""
    return built("wheel", tmp_path_factory.mktemp("client") / "usher" / "dist")


@pytest.fixture(scope="module")
def site(wheel: Path) -> Path:
    """A folder with the client in it, installed as written, and nothing of the repository."""
    program = wheel.parents[2] / "program"
    program.mkdir()
    env = TOOLS | {"PIP_TARGET": "site", "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1"}
    ran("bash", "-euc", INSTALL, cwd=program, env=env)
    return program / "site"


def test_the_wheel_has_one_package_which_knows_no_other_name_of_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if ".dist-info/" not in name]
        texts = {name: packed.read(name).decode() for name in names}

    assert {name.partition("/")[0] for name in names} == {"usher_client"}
    assert {"usher_client/py.typed", "usher_client/commands.py", "usher_client/usher.py"} <= {
        *names
    }
    for name, text in texts.items():
        assert not re.search(r"^\s*(from|import) (protocol|server)\b", text, re.M), name
        assert "protocol.client" not in text, name
        assert "usher_client.md" not in text, name  # a document is no module


def test_no_module_of_the_words_hides_one_of_the_client() -> None:
    words = {path.name for path in (ROOT / "protocol").glob("*.py")} - {"__init__.py"}
    assert not words & {path.name for path in (ROOT / "protocol" / "client").glob("*.py")}


def test_the_source_package_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    source = built("sdist", tmp_path / "sdist")
    with tarfile.open(source) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    [folder] = (tmp_path / "source").iterdir()
    again = built("wheel", tmp_path / "again", folder)
    with zipfile.ZipFile(again) as theirs, zipfile.ZipFile(wheel) as ours:
        assert sorted(theirs.namelist()) == sorted(ours.namelist())


def test_it_needs_what_the_server_needs_under_the_same_bounds() -> None:
    def needs(path: Path) -> set[str]:
        return {*tomllib.loads(path.read_text("utf-8"))["project"]["dependencies"]}

    mine = needs(HOME / "pyproject.toml")
    assert mine <= needs(ROOT / "pyproject.toml")
    names = {re.split(r"[<>=\[]", need)[0].replace("-", "_") for need in mine}
    assert names == imported_by_the_client()


def imported_by_the_client() -> set[str]:
    """Name the packages that are neither ours nor Python's and that our modules import."""
    paths = [*(ROOT / "protocol").glob("*.py"), *(ROOT / "protocol" / "client").glob("*.py")]
    found = {
        name
        for path in paths
        for name in re.findall(r"^(?:from|import) (\w+)", path.read_text("utf-8"), re.M)
    }
    return found - sys.stdlib_module_names - {"protocol"}


async def test_the_quick_start_runs_as_written(site: Path, tmp_path: Path) -> None:
    (tmp_path / "quick_start.py").write_text(PROGRAM, encoding="utf-8")
    async with running_server(tmp_path) as server:
        env = environment(server, site)
        link = await guest_link(server, tmp_path)
        run = RUN.replace("http://127.0.0.1:8000/join#g.…", link).replace(
            "http://127.0.0.1:8000", server.url
        )
        out = await shell(run, tmp_path, env)

    assert re.fullmatch(
        r"(1 here, with a hand up: \[\]\n)?1 here, with a hand up: \['Ada'\]\n", out
    )


async def test_the_example_of_the_first_page_runs_as_written(site: Path, tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        link = await guest_link(server, tmp_path)
        example = EXAMPLE.replace("http://127.0.0.1:8000", server.url)
        assert example != EXAMPLE
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-c", FRAME.format(textwrap.indent(example, "    ")), link),
            cwd=tmp_path,
            env=environment(server, site),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            # It goes on for as long as the room does.
            async with asyncio.timeout(60):
                line = b"first"
                while line and b"raised_hands=1" not in line:
                    line = await process.stdout.readline()
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    assert b"raised_hands=1" in line


def environment(server: RunningServer, site: Path) -> dict[str, str]:
    """Say where the installed client is, and nothing of the repository."""
    return tools(server) | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}


def tools(server: RunningServer) -> dict[str, str]:
    return server.environment() | {"PATH": TOOLS["PATH"]}


async def guest_link(server: RunningServer, folder: Path) -> str:
    """Open a room, and make a guest link to it, as the quick start has it."""
    said = await shell(PREPARE, folder, tools(server))
    found: str = re.findall(r'"url": "([^"]+#g\.[^"]+)"', said)[0]
    return found


async def shell(script: str, folder: Path, env: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euc", script),
        cwd=folder,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return out.decode()


def test_a_program_of_others_has_its_types(site: Path, tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(PROGRAM, encoding="utf-8")
    wrong = PROGRAM.replace("view.counts.all", "view.counts.everybody")
    assert wrong != PROGRAM
    (tmp_path / "wrong.py").write_text(wrong, encoding="utf-8")
    assert importlib.util.find_spec("mypy") is not None
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--follow-imports=silent",
    ]
    done = subprocess.run(
        [*command, "right.py", "wrong.py"],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    [line, _] = done.stdout.splitlines()
    assert re.match(r'wrong\.py:\d+: error: "Counts" has no attribute "everybody"', line)
