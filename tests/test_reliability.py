"""docs/reliability.md and SECURITY.md promise nothing that no test holds."""

import re
from pathlib import Path

HERE = Path(__file__).parent
TEXT = (HERE.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
SECURITY = (HERE.parent / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT + SECURITY)))
ROWS = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if re.match(r"\| \d+ \|", line)]
CASES = 61


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not (HERE / file).is_file()
        or not re.search(rf"^\s*(?:async )?def {name}\(", (HERE / file).read_text("utf-8"), re.M)
    ]

    assert NAMED
    assert not missing


def test_every_case_has_a_row_with_a_test_or_says_that_it_has_none() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, CASES + 1))
    for number, _, *held in ROWS:
        assert "".join(held).strip(" |"), number


def test_every_limit_has_a_test() -> None:
    limits = TEXT.partition("## Limits")[2].partition("\n## ")[0].splitlines()
    rows = [line for line in limits if line.startswith("| ") and "Held by" not in line]

    assert rows
    assert all("::test_" in row for row in rows)


def test_every_border_of_trust_has_a_test() -> None:
    borders = re.findall(r"^(\d)\. \*\*", SECURITY, re.M)
    held = re.findall(r"^\| (\d) \| `.*::test_", SECURITY, re.M)

    assert borders
    assert held == borders


def test_whatever_a_seed_has_found_is_listed() -> None:
    """Tests say `Seed N` or `seed N` where the simulation has shown what they are about."""
    said = {
        seed
        for path in (HERE / "hub").glob("test_*.py")
        for seed in re.findall(r"[Ss]eed (\d+)", path.read_text("utf-8"))
    }

    assert said
    assert said <= set(re.findall(r"simulation, seed (\d+)", TEXT))
