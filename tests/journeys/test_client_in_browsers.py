"""`@usher/client` on a page of another site: the module as Node has it, the browser's socket."""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import expect

from tests.journeys.conftest import People
from tests.journeys.test_embed import answering
from tests.journeys.test_two_doors import choose, host_a_room, make_guest_link
from tests.running import Serve, free_port

PACKAGE = Path(__file__).parents[2] / "web" / "dist" / "client"
PAGE = """<!doctype html><title>Another site</title>
<p id="hands"></p><button>Raise hand</button><pre id="told"></pre>
<script type="module">
import { Refused, Usher } from "./client/index.js";
const [server, link] = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const told = document.querySelector("#told");
const usher = new Usher(server);
try {
  await usher.lookAtGuestLink("AQEBA2VfMQNs");
} catch (error) {
  if (error instanceof Refused) told.textContent += error.code + "\\n";
}
const form = { name: "Ada", email: "ada@example.org" };
const room = await usher.room(await usher.redeemGuestLink(link, form));
document.querySelector("button").onclick = () => room.raiseHand();
for await (const view of room.views()) {
  const names = room.rows("raised_hands").map((row) => row.name);
  document.querySelector("#hands").textContent = `${view.counts.all} here: ${names.join()}`;
}
told.textContent += room.problem.code;
</script>"""


async def test_a_page_of_another_site_takes_part_until_it_is_removed(
    tmp_path: Path, people: People, serve: Serve
) -> None:
    site, port = tmp_path / "site", free_port()
    shutil.copytree(PACKAGE, site / "client")
    (site / "index.html").write_text(PAGE, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "http.server", str(port), "--bind", "localhost"),
        *("--directory", str(site)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    origin = f"http://localhost:{port}"
    try:
        async with serve(tmp_path, {"USHER_ORIGINS": origin}) as server:
            await answering(origin)
            host = await host_a_room(server, await people.new())
            link = await make_guest_link(host)
            visitor = (await people.new()).page
            await visitor.goto(f'{origin}/#["{server.url}","{link}"]')
            await expect(visitor.get_by_text("2 here:")).to_be_visible()
            await visitor.get_by_role("button", name="Raise hand").click()
            await expect(visitor.get_by_text("2 here: Ada")).to_be_visible()
            await expect(host.get_by_text("Raised hands (1)")).to_be_visible()

            await choose(host, "More for Ada", "Remove from room")
            await expect(visitor.locator("#told")).to_have_text("link_not_found\nremoved")
    finally:
        process.terminate()
        await process.wait()
