"""A checkout laid out anew: what git knows of this one, and what was installed and built for it."""

import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
STAMPS = (".venv/.made", ".venv/.runtime", "web/node_modules/.installed", "web/dist/.built")
"""What tells make that something was installed or built, each newer than what it is made of."""


def files() -> list[PurePosixPath]:
    """List what a checkout holds, also what is not committed yet."""
    asked = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [PurePosixPath(name) for name in listed.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def copy(path: PurePosixPath, to: Path) -> None:
    """Copy a file, into folders that need not be there yet."""
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / path, to)


def link(folder: Path, into: Path) -> None:
    """Link all that stands in a folder, one by one: what is written beside it stays apart."""
    into.mkdir(parents=True)
    for one in folder.iterdir():
        (into / one.name).symlink_to(one)


def lay_out(into: Path) -> None:
    """Make the checkout, in which everything is installed and the pages are built."""
    if not (ROOT / "web" / "dist" / "client" / "index.js").exists():
        pytest.fail("the pages are not built: `make web` builds them")
    for path in files():
        copy(path, into / path)
    link(Path(sys.prefix), into / ".venv")
    link(ROOT / "web" / "node_modules", into / "web" / "node_modules")
    # What is packed are files: a source package would keep links as links.
    shutil.copytree(ROOT / "web" / "dist", into / "web" / "dist")
    for stamp in STAMPS:
        (into / stamp).unlink(missing_ok=True)
        (into / stamp).touch()
