"""docs/embed.md, followed to the letter in an empty folder: from nothing to a tab."""

import asyncio
import os
import re
import sys
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import expect

from tests.checkout import lay_out
from tests.journeys.conftest import People
from tests.journeys.test_embed import answering
from tests.running import free_port

INSTALL_S = 90
TEXT = (Path(__file__).parents[2] / "docs" / "embed.md").read_text(encoding="utf-8")
CHAPTER = TEXT.partition("\n## From nothing to a tab\n")[2].partition("\n## ")[0]
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(sh|python)\n(.*?)^```", CHAPTER, re.M | re.S)
[INSTALL, SERVE, PREPARE, RUN] = [text for language, text in BLOCKS if language == "sh"]
[PROGRAM] = [text for language, text in BLOCKS if language == "python"]


@asynccontextmanager
async def shell(
    script: str, folder: Path, env: dict[str, str]
) -> AsyncIterator[asyncio.StreamReader]:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euc", script), cwd=folder, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def machine(folder: Path) -> dict[str, str]:
    """Make a machine that has the tools, and where pip finds at hand what it would fetch."""
    lay_out(folder / "usher")
    packages = folder / "packages"
    packages.mkdir()
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if not one.name.startswith(("usher-", "pip")):
            (packages / one.name).symlink_to(one)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": tools, "PYTHONPATH": str(packages), "PIP_NO_INDEX": "1"}


async def test_the_guide_leads_from_nothing_to_a_host_in_a_tab(
    tmp_path: Path, people: People
) -> None:
    portal, port = free_port(), free_port()
    env = machine(tmp_path) | {"PORT": str(port)}

    def here(text: str) -> str:
        return text.replace("8111", str(portal)).replace("8000", str(port))

    # In each window the last program takes the place of the shell, so that this is what is ended.
    serve = INSTALL + here(SERVE).replace("usher serve", "exec usher serve")
    async with shell(serve, tmp_path, env) as out:
        async with asyncio.timeout(INSTALL_S):
            while not (line := await out.readline()).startswith(b"Usher runs at "):
                assert line, "it did not start"
        async with shell(PREPARE, tmp_path, env) as out:
            said = (await out.read()).decode()
        assert '"entry_id": "e_demo-room"' in said
        [key] = re.findall(r'"key": "(uk_[^"]+)"', said)
        (tmp_path / "portal.py").write_text(here(PROGRAM), encoding="utf-8")
        run = "export " + RUN.replace("uk_…", key).replace("python3", "; exec python3")
        async with shell(run, tmp_path, env):
            await answering(f"http://127.0.0.1:{portal}")
            visitor = await people.new()
            await visitor.page.goto(f"http://127.0.0.1:{portal}")
            tab = visitor.page.locator("participants-tab")
            await tab.get_by_role("button", name="Start session").click()
            await expect(tab.get_by_text("All participants (1)")).to_be_visible()
            await visitor.page.get_by_role("link", name="Open the room").click()
            await visitor.page.wait_for_url(f"http://127.0.0.1:{port}/e/e_demo-room")
            await expect(visitor.page.get_by_text("Ada", exact=True)).to_be_visible()
