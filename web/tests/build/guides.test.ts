import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FILES, guide } from "../../build/guides";
import { fragmentOf, GUIDES, guideAt, READABLE } from "../../lib/guides";

const REPOSITORY = join(import.meta.dirname, "../../..");

describe("a guide", () => {
  it("has places that links can name, as hosts of repositories make them", () => {
    expect(guide("## When it does *not* work")).toBe('<h2 id="when-it-does-not-work">When it does <em>not</em> work</h2>\n');
  });

  it.each([
    ["[a](embed.md)", '<a href="/docs/embed">a</a>'],
    ["[a](operations.md#many-nodes)", '<a href="/docs/operations#many-nodes">a</a>'],
    ["[a](lti.md#moodle)", '<a href="/docs/lti#moodle">a</a>'],
    ["[a](examples/embed.py)", '<a href="/docs/embed.py">a</a>'],
    ["[a](#below)", '<a href="#below">a</a>'],
    ["[a](/docs)", '<a href="/docs">a</a>'],
    ["[a](https://usher.example/)", '<a href="https://usher.example/">a</a>'],
    ["[a](decisions/003-who-is-who.md)", "a"],
    ["[a](deploy/usher.service)", "a"],
    ["[a](javascript:alert(1))", "a"],
  ])("%s leads to a page of ours, or nowhere", (text, html) => {
    expect(guide(text)).toBe(`<p>${html}</p>\n`);
  });

  it("names whatever scrolls by itself, each otherwise", () => {
    const html = guide("# *One* & all\n\n```\na\n```\n\n```\nb\n```\n\n| c |\n|---|\n| d |\n");
    const names = [...html.matchAll(/tabindex="0" role="region" aria-label="([^"]*)"/gu)].map((found) => found[1]);
    expect(names).toEqual(["Listing 1: One &amp; all", "Listing 2: One &amp; all", "Table 1: One &amp; all"]);
  });

  it("shows code as it is written", () => {
    expect(guide("```html\n<b>&\n```")).toBe('<pre tabindex="0" role="region" aria-label="Listing 1"><code>&lt;b&gt;&amp;</code></pre>\n');
  });
});

describe("a place on a page", () => {
  it.each([
    ["#post-doors-guest", "post-doors-guest"], ["#%C3%A9", "é"], ["", null], ["#", null], ["#%", null],
  ])("%j names %j", (hash, name) => expect(fragmentOf(hash)).toBe(name));
});

describe("the guides", () => {
  it("are files of the repository", () => {
    for (const file of Object.values(FILES)) expect(existsSync(join(REPOSITORY, file)), file).toBe(true);
  });

  it("are the same to the page, to the build and to the server", () => {
    const served = readFileSync(join(REPOSITORY, "server/edge/pages.py"), "utf8").split("GUIDES")[1]?.split(")\n)")[0] ?? "";
    const names = [...served.matchAll(/"([\w.-]+)"/gu)].map((found) => found[1]);
    expect(names.sort()).toEqual(Object.keys(FILES).sort());
    expect([...READABLE].sort()).toEqual(Object.keys(FILES).sort());
    for (const name of GUIDES) expect(READABLE).toContain(name);
  });

  it("have links that lead to places that are there", () => {
    for (const [name, file] of Object.entries(FILES)) {
      if (!file.endsWith(".md")) continue;
      for (const [, to] of guide(readFileSync(join(REPOSITORY, file), "utf8")).matchAll(/href="([^"]+)"/gu)) {
        const [path = "", fragment] = (to ?? "").split("#");
        expect(path, `${name}: an example is no place to go`).not.toMatch(/\.example\b/u);
        if (/^https?:/u.test(path) || path === "/docs") continue;
        const target = FILES[path === "" ? name : (guideAt(path) ?? "")];
        expect(target, `${name}: ${to}`).toBeDefined();
        if (!fragment) continue;
        expect(guide(readFileSync(join(REPOSITORY, target ?? ""), "utf8")), `${name}: ${to}`).toContain(`id="${fragment}"`);
      }
    }
  });
});
