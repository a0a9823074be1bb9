"""What is built can be installed where there is no checkout and no Node, and serves its pages."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.checkout import lay_out
from tests.running import RunningServer
from tests.sbom import python_parts

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


def test_every_package_that_is_imported_is_asked_for_by_name() -> None:
    """What comes along with another package goes away when that one needs it no more."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["plots"], *extras["traces"]]
    homes = homes_of_modules()
    brought = {name: home_of(name, homes) for name in imported()}
    asked = {canonicalize_name(Requirement(one).name) for one in wanted}
    assert {name: home for name, home in brought.items() if home not in asked} == {}


def imported() -> Iterator[str]:
    """Name what the modules of the wheel import and that is neither ours nor Python's."""
    apart = ROOT / "protocol" / "client" / "python"
    for path in (*(ROOT / "server").rglob("*.py"), *(ROOT / "protocol").rglob("*.py")):
        if path.is_relative_to(apart):
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                # A module may be imported out of a package that many share.
                names = [f"{node.module}.{one.name}" for one in node.names]
            for name in names:
                if name.partition(".")[0] not in {*sys.stdlib_module_names, "protocol", "server"}:
                    yield name


def homes_of_modules() -> dict[str, str]:
    """Say for each module that is installed in which distribution it came."""
    return {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__"): canonicalize_name(one.name)
        for one in importlib.metadata.distributions()
        for path in one.files or ()
        if path.suffix == ".py"
    }


def home_of(name: str, homes: dict[str, str]) -> str | None:
    """Find the distribution of a module, or of the module that a name stands in."""
    while name not in homes and name:
        name = name.rpartition(".")[0]
    return homes.get(name)


@pytest.fixture(scope="module")
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, what the runtime lock names, and nothing else.

    That is linked from the environment of the tests, so that nothing has to be fetched; pip says
    whether the wheel needs more.
    """
    made = tmp_path_factory.mktemp("place") / "venv"
    venv.create(made)
    [site] = made.glob("lib/python*/site-packages")
    locked = {canonicalize_name(part["name"]) for part in python_parts()}
    for one in importlib.metadata.distributions():
        if canonicalize_name(one.name) in locked:
            for top in tops_of(one):
                (site / top.name).symlink_to(top)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    ran(*pip, "--python", str(made / "bin" / "python"), "install", "--no-index", str(wheel))
    return made


def tops_of(one: importlib.metadata.Distribution) -> set[Path]:
    """Find the folders and modules of a distribution in the folder of packages."""
    names = {path.parts[0] for path in one.files or ()} - {"..", "__pycache__"}
    return {Path(str(one.locate_file(name))) for name in names}


async def test_what_was_installed_serves_its_pages_without_a_checkout(
    place: Path, tmp_path: Path
) -> None:
    where = "import server; print(server.__file__)"
    said = ran(str(place / "bin" / "python"), "-c", where, cwd=tmp_path)
    assert Path(said.strip()).is_relative_to(place)
    server = RunningServer(tmp_path, program=[str(place / "bin" / "usher")])
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
