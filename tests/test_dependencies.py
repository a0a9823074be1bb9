"""Every dependency is there for a reason that somebody wrote down, and no reason outlived one."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def lines_of(chapter: str) -> list[str]:
    """Give the names in the tables of packages of a chapter, as they stand there."""
    text = TEXT.partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
    tables = [table.splitlines() for table in re.findall(r"(?:^\|.*\n)+", text, re.M)]
    rows = [row for heading, _, *rows in tables if "Package" in heading for row in rows]
    return [row.strip("| ").partition(" |")[0] for row in rows]


def names(requirements: list[str]) -> list[str]:
    """Give the bare names of requirements, in lower case; extras of our own are none."""
    found = [re.split(r"[\[<>=!~; ]", one, maxsplit=1)[0].lower() for one in requirements]
    return [name for name in found if name != "usher"]


def test_every_python_package_has_one_line_and_no_line_is_left_over() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = names(project["project"]["dependencies"])
    others = [
        name
        for extra in project["project"]["optional-dependencies"].values()
        for name in names(extra)
    ]
    others += names(project["dependency-groups"]["build"])
    running = [name.lower() for name in lines_of("Running")]
    building = [name.lower() for name in lines_of("Building and testing")]

    # What an extra brings stands where it is of use.
    assert sorted(running + building) == sorted(needed + others)
    assert {*needed} <= {*running}


def test_every_package_of_the_pages_has_one_line_and_no_line_is_left_over() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    needed = [*package["dependencies"], *package["devDependencies"]]
    said = []
    for line in lines_of("Pages"):
        # `@scope/one, two` are two of one scope.
        first, *others = line.split(", ")
        scope = first.rpartition("/")[0]
        said += [first, *(f"{scope}/{other}" for other in others)]

    assert sorted(said) == sorted(needed)
