/** Pages say nothing but messages: no English is written into an element. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSource, textsIn } from "./templates";

const WEB = join(import.meta.dirname, "../..");
const FOLDERS = ["elements", "lib"];

/** Looks like a sentence or a label, and is neither a name of ours nor of the browser's. */
const SENTENCE = /^\p{Lu}[\p{Ll}’']+(?:[\s\u0001.…?!:,]|$)|\p{Ll} \p{Ll}.*[.?!…]$/u;

/** Names that are the same in each language, and names that begin as sentences do: keys, headers, our own log. */
const NAMES = new Set([
  "usher", "QR", 'placeholder="https://"',
  "Alt", "Backspace", "Clear", "Control", "Delete", "End", "Enter", "Escape", "Home", "Meta", "Shift", "Space", "Tab",
  "Content", "Accept", "Files", "Authorization", "Origin", "Bearer \u0001",
  "messages did not load",
]);

/** The names of the languages, each in its own, are no messages; a fault of a programmer is read by no visitor. */
const NO_WORDS = new Set(["lib/language.ts", "lib/codec.ts"]);

function textsOf(path: string): string[] {
  const { templates, strings } = readSource(readFileSync(join(WEB, path), "utf8"));
  const sentences = strings.filter((one) => SENTENCE.test(one));
  return [...templates.flatMap(textsIn), ...sentences].filter((one) => !NAMES.has(one));
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
});

it.each(files)("%s says messages only", (path) => {
  expect(textsOf(path)).toEqual([]);
});
