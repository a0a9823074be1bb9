// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { coloursIn, onColours } from "../../lib/colour";
import { chooseTheme } from "../../lib/theme";

// What colours come out is the browser's to say, and tried in one (tests/journeys/test_colours.py).
describe("the colours of names", () => {
  it("are tried on an element that nobody sees, and that does not stay", () => {
    const host = document.createElement("div");
    document.body.append(host);
    const root = host.attachShadow({ mode: "open" });
    host.style.setProperty("--line", "rgb(1, 2, 3)");

    expect(coloursIn(root)("--line")).toBe("rgb(1, 2, 3)");
    expect(root.childNodes).toHaveLength(0);
  });
});

describe("a change of colours", () => {
  const changed = vi.fn();
  const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

  afterEach(() => {
    changed.mockReset();
    chooseTheme("system");
    vi.unstubAllGlobals();
  });

  it("is told when the theme is chosen, until nobody listens", async () => {
    const stop = onColours(changed);
    chooseTheme("dark");
    await turn();
    expect(changed).toHaveBeenCalledTimes(1);

    stop();
    chooseTheme("light");
    await turn();
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("is told when the system goes dark, or forces colours", () => {
    const asked = new Map<string, EventTarget>();
    vi.stubGlobal("matchMedia", (query: string) => {
      asked.set(query, new EventTarget());
      return asked.get(query);
    });
    const stop = onColours(changed);
    for (const scheme of asked.values()) scheme.dispatchEvent(new Event("change"));
    expect([...asked.keys()]).toEqual(expect.arrayContaining([
      "(prefers-color-scheme: dark)", "(forced-colors: active)",
    ]));
    expect(changed).toHaveBeenCalledTimes(asked.size);
    stop();
  });
});
