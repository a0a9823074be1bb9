"""The examples of docs/sign-in.md sign somebody in."""

import ast
import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.running import running_server

TEXT = (Path(__file__).parents[1] / "docs" / "sign-in.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(sh|python|js|php)\n(.*?)^```", re.M | re.S)
EXAMPLES: dict[str, str] = dict(FENCE.findall(TEXT))


# What runs an example, and the name of the file that it is put into.
RUNS = {
    "sh": ("bash", "example.sh"),
    "python": (sys.executable, "example.py"),
    "js": ("node", "example.mjs"),
    "php": ("php", "example.php"),
}


async def test_every_example_signs_somebody_in(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, server.http() as browser:
        code, out, errors = await server.usher("key", "create", "--name", "x", "--scope", "tokens")
        assert code == 0, errors
        env = os.environ | {"USHER": server.url, "USHER_KEY": json.loads(out)["key"]}
        assert RUNS.keys() == EXAMPLES.keys()
        for language, (program, name) in RUNS.items():
            (tmp_path / name).write_text(EXAMPLES[language], encoding="utf-8")
            process = await asyncio.create_subprocess_exec(
                program,
                str(tmp_path / name),
                env=env,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            said, complained = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 0, complained.decode()
            answer = await browser.post("/sign-in", json={"token": json.loads(said)["token"]})
            assert answer.json()["next"] == "/e/e_demo-room", language


@pytest.mark.parametrize("language", ["js", "php"])
def test_an_example_has_at_most_five_lines(language: str) -> None:
    lines = [line for line in EXAMPLES[language].splitlines() if line != "<?php"]
    assert len(lines) <= 5


def test_the_python_example_has_five_statements_however_they_are_laid_out() -> None:
    assert len(ast.parse(EXAMPLES["python"]).body) == 5
