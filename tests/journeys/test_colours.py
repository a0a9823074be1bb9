"""What is painted follows the theme as all that is styled does, and colours that are forced."""

from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import choose, host_a_room
from tests.running import RunningServer

PAINTED = """
() => {
  const deep = (root, name) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.localName === name) return one;
      const found = one.shadowRoot && deep(one.shadowRoot, name);
      if (found) return found;
    }
  };
  const plot = deep(document, "attendance-plot");
  const canvas = plot?.shadowRoot.querySelector("canvas");
  if (!canvas) return "no plot";
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] !== 255) continue;
    const colour = data.slice(at, at + 3).join(" ");
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const [most] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? ["nothing"];

  const swatch = document.createElement("canvas").getContext("2d");
  const tile = document.createElement("i");
  tile.style.cssText = "forced-color-adjust: none; color: var(--series-1)";
  plot.shadowRoot.append(tile);
  swatch.fillStyle = getComputedStyle(tile).color;
  tile.remove();
  swatch.fillRect(0, 0, 1, 1);
  const wanted = [...swatch.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(" ");
  return most === wanted ? `as styled: ${wanted}` : `painted ${most}, styled ${wanted}`;
}
"""
"""The colour that most of the plot is painted in, beside the one which its layer is styled with."""


async def painted(page: Page, *other_than: str) -> str:
    """Wait until the plot is painted as it is styled, and unlike before."""
    handle = await page.wait_for_function(
        f"(seen) => {{ const said = ({PAINTED})();"
        " return said.startsWith('as styled') && !seen.includes(said) ? said : null; }",
        arg=list(other_than),
    )
    return str(await handle.json_value())


async def test_a_plot_follows_the_theme_of_the_system_and_of_the_page(
    server: RunningServer, people: People
) -> None:
    person = await people.new()
    host = await host_a_room(server, person)
    session = await host.evaluate("location.pathname.split('/')[2]")
    await host.goto(f"{server.url}/e/{session.split('.')[0]}/attendance")
    await expect(host.get_by_role("slider", name="People over time")).to_be_visible()

    light = await painted(host)
    await host.emulate_media(color_scheme="dark")
    dark = await painted(host, light)
    await choose(host, "English", "Light")
    assert await painted(host, dark) == light
    await host.reload()
    assert await painted(host) == light

    # Whoever forces colours has a ground of the system's, whatever was chosen here.
    await host.emulate_media(color_scheme="dark", forced_colors="active")
    assert await painted(host, light) == dark
