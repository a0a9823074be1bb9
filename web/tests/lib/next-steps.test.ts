import { expect, it } from "vitest";
import { nextStep } from "../../lib/next-steps";
import { refusalOf } from "../../lib/refusals";
import english from "../../messages/problems/en.json";
import type { ErrorCode } from "../../lib/protocol";

const CODES = Object.keys(english)
  .filter((key) => key.startsWith("sentence."))
  .map((key) => key.replace("sentence.", "") as ErrorCode);

it("knows a sentence for every code, and a step where the page can help", () => {
  const helped = CODES.filter((code) => nextStep(code) !== "elsewhere");
  expect(CODES.length).toBeGreaterThan(35);
  expect(helped.length).toBeGreaterThan(20);
  for (const code of CODES) expect(refusalOf(code).sentence.length).toBeGreaterThan(10);
});

it.each(["removed", "blocked", "declined", "session_ended", "link_expired", "link_used_up"] as const)(
  "offers no button that cannot help: %s",
  (code) => {
    expect(nextStep(code)).toBe("elsewhere");
  },
);
