import { expect, it } from "vitest";
import type { ErrorCode, Problem } from "../../lib/protocol";
import { cardOf } from "../../lib/refusals";
import english from "../../messages/problems/en.json";

const LANGUAGES = import.meta.glob<Record<string, string>>("../../messages/problems/*.json", {
  eager: true, import: "default",
});
const CODES = Object.keys(english)
  .filter((key) => key.startsWith("sentence."))
  .map((key) => key.replace("sentence.", "") as ErrorCode);

const problem = (sentence: string, code: ErrorCode = "internal"): Problem => ({ code, sentence, again: false });

it.each([
  ["This link is not valid. Ask whoever sent it.", "This link is not valid", "Ask whoever sent it."],
  ["Sign in first.", "Sign in first", ""],
  ["Write to ada@example.org. Then wait. Or not.", "Write to ada@example.org", "Then wait. Or not."],
  ["Is it you? Then sign in.", "Is it you?", "Then sign in."],
  ["no sentence", "no sentence", ""],
  ["", "That did not work", ""],
])("says what happened in the heading, and only there: %s", (sentence, heading, text) => {
  expect(cardOf(problem(sentence))).toEqual({ heading, text });
});

it.each(Object.entries(LANGUAGES))("says nothing twice in %s", (_, words) => {
  for (const code of CODES) {
    const { heading } = cardOf(problem(words[`sentence.${code}`] ?? "", code));
    const own = words[`heading.${code}`];
    expect(heading).not.toBe("");
    if (own) expect(words[`sentence.${code}`]).not.toContain(own);
    else expect(heading).not.toMatch(/\.$/u);
  }
});
