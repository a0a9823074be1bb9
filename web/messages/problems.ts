/** Refusals: a heading for each, and the sentence in the language of the page. */

import { catalogue } from "../lib/language";

export const problems = catalogue<typeof import("./problems/en.json")>(
  import.meta.glob("./problems/*.json", { import: "default" }),
);
