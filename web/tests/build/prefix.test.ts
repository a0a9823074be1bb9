import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { prefix } from "../../build/prefix";

const folder = mkdtempSync(join(tmpdir(), "elements-"));
writeFileSync(join(folder, "menu-button.ts"), '@customElement("menu-button") class A {}');
writeFileSync(join(folder, "the-tab.ts"), '@customElement("the-tab") class B {}');

function renamed(code: string, id = join(folder, "the-tab.ts")): string {
  const { transform } = prefix(folder, ["the-tab"]);
  const run = transform as (code: string, id: string) => { code: string } | null;
  return run(code, id)?.code ?? code;
}

it.each([
  ['@customElement("menu-button")', '@customElement("usher-menu-button")'],
  ["<menu-button small></menu-button>", "<usher-menu-button small></usher-menu-button>"],
  ['query("menu-button")', 'query("usher-menu-button")'],
  ["menu-button { color: red; }", "usher-menu-button { color: red; }"],
])("renames an element: %s", (code, expected) => {
  expect(renamed(code)).toBe(expected);
});

it.each([
  'import "./menu-button";', 'import own from "./menu-button.css?inline";', "<menu-button-x>",
  ".menu-button", '@customElement("the-tab")',
])("leaves alone what is none, and what is known outside: %s", (code) => {
  expect(renamed(code)).toBe(code);
});

it("leaves other folders alone", () => {
  expect(renamed("<menu-button>", "/elsewhere/page.ts")).toBe("<menu-button>");
});
