"""The examples of docs/sign-in.md sign somebody in, and say where people can."""

import ast
import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from server.integrations.oidc.settings import ProviderSettings, read_providers
from tests.running import running_server

TEXT = (Path(__file__).parents[1] / "docs" / "sign-in.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(sh|python|js|php)\n(.*?)^```", re.M | re.S)
EXAMPLES: dict[str, str] = dict(FENCE.findall(TEXT))
[PROVIDERS] = re.findall(r"^```toml\n(.*?)^```", TEXT, re.M | re.S)


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


def test_the_example_of_a_file_of_providers_is_one(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(PROVIDERS, encoding="utf-8")
    (tmp_path / "university.secret").write_text("hush\n", encoding="utf-8")

    [provider] = read_providers(file)
    assert provider == ProviderSettings(
        id="university",
        name="Example University",
        issuer="https://login.university.example",
        client_id="usher",
        client_secret="hush",
    )
    # What the text below it says of an address goes by this example.
    assert f"`https://usher.example/sign-in/{provider.id}` as redirect URI" in TEXT


def test_the_secret_of_a_provider_may_be_left_out_as_the_example_says(tmp_path: Path) -> None:
    lines = [one for one in PROVIDERS.splitlines() if "# beside" not in one]
    assert len(lines) == len(PROVIDERS.splitlines()) - 1
    file = tmp_path / "providers.toml"
    file.write_text("\n".join(lines), encoding="utf-8")

    [provider] = read_providers(file)
    assert provider.client_secret == ""
