"""What is built can be installed where there is no checkout and no Node, and serves its pages."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.running import RunningServer

ROOT = Path(__file__).parents[1]


def ran(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(kind: str, folder: Path, source: Path = ROOT) -> Path:
    ran(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder), cwd=source)
    [made] = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("wheel"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as packed:
        return set(packed.namelist())


def test_the_wheel_has_all_that_the_server_needs_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = names_in(wheel)
    tracked = ran("git", "ls-files", "server", "protocol").splitlines()
    assert {one for one in tracked if not one.startswith("protocol/client/python/")} <= names
    assert {"server/py.typed", "protocol/py.typed", "server/pages/index.html"} <= names
    assert any(re.fullmatch(r"server/pages/module/participants-tab\.js", name) for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"protocol", "server"}


def test_the_metadata_names_version_licence_and_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        [place] = [name for name in packed.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = packed.read(place).decode()
        licences = [
            name for name in packed.namelist() if name.endswith(".dist-info/licenses/LICENSE")
        ]
    assert re.search(r"^Version: \d+\.\d+\.\d+$", metadata, re.MULTILINE)
    assert "License-Expression: Apache-2.0\n" in metadata
    assert len(licences) == 1


def test_the_source_package_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    source = built("sdist", tmp_path / "sdist")
    with tarfile.open(source) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    [folder] = (tmp_path / "source").iterdir()
    again = built("wheel", tmp_path / "again", folder)
    assert names_in(again) == names_in(wheel)


async def test_what_was_installed_serves_its_pages_without_a_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    place = tmp_path / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    ran(*pip, "install", "--no-deps", "--no-index", "--target", str(place), str(wheel))
    # Before everything else, so that the checkout that the tests run from is not found.
    env = {"PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"}
    where = "import server; print(server.__file__)"
    said = ran(sys.executable, "-c", where, cwd=tmp_path, env=os.environ | env)
    assert Path(said.strip()).is_relative_to(place)
    server = RunningServer(tmp_path, env)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url) as browser:
            page = (await browser.get("/")).text
            scripts = re.findall(r'src="(/assets/[^"]+\.js)"', page)
            assert scripts
            assert (await browser.get(scripts[0])).status_code == 200
            assert (await browser.get("/module/participants-tab.js")).status_code == 200
    finally:
        await server.stop()
