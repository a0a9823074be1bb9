"""`@usher/client` as others install it: its types, and a quick start that runs as written."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import running_server

ROOT = Path(__file__).parents[1]
WEB = ROOT / "web"
BASH = shutil.which("bash") or "bash"
PACKAGE = WEB / "dist" / "client"
README = (WEB / "client" / "package" / "README.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(sh|js)\n(.*?)^```", README, re.M | re.S)
[INSTALL, PREPARE, RUN] = [text for language, text in BLOCKS if language == "sh"]
[PROGRAM] = [text for language, text in BLOCKS if language == "js"]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed as written, from where `make package` leaves the package."""
    if not (PACKAGE / "index.js").exists():
        pytest.fail("the package is not built: `make web` builds it")
    place = tmp_path_factory.mktemp("packed")
    dist, program = place / "usher" / "dist", place / "program"
    env = os.environ | {"npm_config_cache": str(place / "cache"), "npm_config_offline": "true"}
    for folder, script in ((dist, f"npm pack {PACKAGE}"), (program, INSTALL)):
        folder.mkdir(parents=True)
        subprocess.run([BASH, "-euc", script], cwd=folder, env=env, timeout=60, check=True)
    return program / "node_modules"


@pytest.fixture
def folder(modules: Path, tmp_path: Path) -> Path:
    """A program's folder with the package installed, and `ws` for Node before 22."""
    shutil.copytree(modules, tmp_path / "node_modules")
    (tmp_path / "node_modules" / "ws").symlink_to(WEB / "node_modules" / "ws")
    return tmp_path


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


async def test_the_quick_start_runs_as_written(folder: Path) -> None:
    (folder / "quick-start.mjs").write_text(PROGRAM, encoding="utf-8")
    async with running_server(folder) as server:
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = server.environment() | {"PATH": tools}
        said = await shell(PREPARE, folder, env)
        link = re.findall(r'"url": "([^"]+#g\.[^"]+)"', said)[0]
        run = RUN.replace("http://127.0.0.1:8000/join#g.…", link)
        out = await shell(run.replace("http://127.0.0.1:8000", server.url), folder, env)

    lines = out.splitlines()
    assert lines[-1] == "1 here, with a hand up: [ 'Ada' ]"
    assert lines[:-1] in ([], ["1 here, with a hand up: []"])


@pytest.mark.parametrize("resolution", ["nodenext", "bundler"])
def test_a_program_of_others_has_its_types(folder: Path, resolution: str) -> None:
    right = PROGRAM.replace(
        "const [server, link] = process.argv.slice(2);",
        'const server: string = "https://usher.example", link = "#g.x";',
    )
    wrong = right.replace("view.counts.all", "view.counts.everybody")
    assert len({PROGRAM, right, wrong}) == 3
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "right.ts").write_text(right, "utf-8")
    (folder / "wrong.ts").write_text(wrong, "utf-8")
    options = {
        "strict": True,
        "noEmit": True,
        "target": "es2022",
        "lib": ["es2023", "dom", "dom.iterable"],
        "module": "nodenext" if resolution == "nodenext" else "esnext",
        "moduleResolution": resolution,
        "types": [],
        "skipLibCheck": False,
    }
    config = {"compilerOptions": options, "files": ["right.ts", "wrong.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [WEB / "node_modules" / ".bin" / "tsc", "--project", folder],
        capture_output=True,
        text=True,
        check=False,
    )

    faults = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert len(faults) == 1, done.stdout
    assert re.match(r".*wrong\.ts\(\d+,\d+\): .*'everybody' does not exist", faults[0])
