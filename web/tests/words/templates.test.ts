/** Pages say nothing but messages: no English is written into an element. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSource, textsIn, textsSet } from "./templates";

const WEB = join(import.meta.dirname, "../..");
const FOLDERS = ["elements", "lib"];

/** Looks like a sentence or a label, and is neither a name of ours nor of the browser's. */
const SENTENCE = /^\p{Lu}[\p{Ll}’']+(?:[\s\u0001.…?!:,]|$)|\p{Ll} \p{Ll}.*[.?!…]$/u;

/** Names that are the same in each language, and names that begin as sentences do: keys, headers, our own log. */
const NAMES = new Set([
  "usher", "QR", "OpenAPI", "AsyncAPI", 'placeholder="https://"',
  "Alt", "Backspace", "Clear", "Control", "Delete", "End", "Enter", "Escape", "Home", "Meta", "Shift", "Space", "Tab",
  "Content", "Accept", "Files", "Authorization", "Origin", "Bearer \u0001",
  "messages did not load",
]);

/** The names of the languages, each in its own, are no messages; a fault of a programmer is read by no visitor. */
const NO_WORDS = new Set(["lib/language.ts", "lib/codec.ts", "lib/connection.ts"]);

function textsOf(path: string): string[] {
  const code = readFileSync(join(WEB, path), "utf8");
  const { templates, strings } = readSource(code);
  const sentences = strings.filter((one) => SENTENCE.test(one));
  return [...templates.flatMap(textsIn), ...sentences, ...textsSet(code)].filter((one) => !NAMES.has(one));
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name}`),
).filter((path) => !NO_WORDS.has(path));

describe("reading a source", () => {
  it("finds what a template says, also in attributes and in what is chosen within", () => {
    const { templates, strings } = readSource(
      'html`<p title="Says \u0024{name}">Hello \u0024{isNew ? "Welcome here" : html`<b>again</b>`}</p>` // "Not this"',
    );
    expect(templates.flatMap(textsIn)).toEqual(["again", 'title="Says "', "Hello"]);
    expect(strings).toEqual(["Welcome here"]);
  });

  it.each([
    ['<input placeholder="your name">', 'placeholder="your name"'],
    ["<img alt='a door'>", 'alt="a door"'],
    ["<button title=close>", 'title="close"'],
    ['<a aria-description="leads out">', 'aria-description="leads out"'],
    ['<i aria-valuetext="\u0001 people">', 'aria-valuetext=" people"'],
    ['<copy-field what="of the link">', 'what="of the link"'],
    ['<input type="submit" value="Send">', 'value="Send"'],
    ['<p title="more > less">', 'title="more > less"'],
  ])("finds what is said in %s", (template, text) => {
    expect(textsIn(template)).toEqual([text]);
  });

  it.each([
    '<input type="radio" name="by" value="device" autocomplete="one-time-code">',
    '<section data-group="waiting" aria-labelledby="head" class="grow" .label=\u0001 @click=\u0001></section>',
  ])("leaves alone what machines read in %s", (template) => {
    expect(textsIn(template)).toEqual([]);
  });

  it("finds what a script says, and not what it takes from the messages", () => {
    const code = [
      'box.title = "closed";', "this.ariaLabel = `${count} people`;", 'bar.setAttribute("aria-label", "stage");',
      'bar.setAttribute("aria-busy", "true"); box.title = tab("closed"); if (box.title === "closed") return;',
    ].join("\n");
    expect(textsSet(code)).toEqual(["closed", " people", "stage"]);
  });
});

describe("the pages that the elements stand on", () => {
  const folder = join(WEB, "pages");
  const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
  const skeleton = (name: string): string =>
    readFileSync(join(folder, name), "utf8").replaceAll(/[\w-]+-page(?=[.>])/gu, "some-page").replaceAll(/\s+/gu, " ");

  // One that lacks a line of it shows another theme than was chosen, or lets itself be found by search engines.
  it.each(pages)("%s is like all others but for its element", (name) => {
    expect(skeleton(name)).toBe(skeleton("room.html"));
  });
});

it.each(files)("%s says messages only", (path) => {
  expect(textsOf(path)).toEqual([]);
});
