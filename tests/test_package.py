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

from tests.checkout import lay_out
from tests.running import RunningServer

ROOT = Path(__file__).parents[1]


def ran(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(folder: Path, source: Path) -> Path:
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=source)
    [made] = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make package` leaves in a checkout whose pages are built."""
    folder = tmp_path_factory.mktemp("beside") / "usher"
    lay_out(folder)
    ran("make", "package", cwd=folder)
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [made] = dist.glob("usher-*.whl")
    return made


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as packed:
        return set(packed.namelist())


def test_the_server_and_both_clients_are_built(dist: Path) -> None:
    assert {re.sub(r"\d+\.\d+\.\d+", "N", one.name) for one in dist.iterdir()} == {
        *("usher-N-py3-none-any.whl", "usher-N.tar.gz"),
        *("usher_client-N-py3-none-any.whl", "usher-client-N.tgz"),
    }


@pytest.mark.parametrize("readme", ["protocol/client/python", "web/client/package"])
def test_clients_are_installed_from_a_file_that_was_built(readme: str, dist: Path) -> None:
    text = (ROOT / readme / "README.md").read_text(encoding="utf-8")
    [pattern] = re.findall(r"^\w+ install \.\./usher/dist/(\S+)$", text, re.MULTILINE)
    assert len(list(dist.glob(pattern))) == 1


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
    [source] = wheel.parent.glob("*.tar.gz")
    with tarfile.open(source) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    [folder] = (tmp_path / "source").iterdir()
    again = built(tmp_path / "again", folder)
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
