/** How a refusal reads: a heading for a page, and a sentence in the language of the page. */

import { problems } from "../messages/problems";
import { nextStep } from "./next-steps";
import type { ErrorCode, Problem } from "./protocol";

export function headingOf(code: ErrorCode): string {
  const key = `heading.${code}`;
  return problems(problems.has(key) ? key : "heading");
}

/** Put what the server says into the language of the page, where problems come in. */
export function inOurWords(problem: Problem): Problem {
  const key = `sentence.${problem.code}`;
  return problems.has(key) ? { ...problem, sentence: problems(key) } : problem;
}

/** A refusal that the page itself knows, in the words of the table. */
export function refusalOf(code: ErrorCode): Problem {
  return inOurWords({ code, sentence: "", again: nextStep(code) === "again" });
}

/** The calm ends of a session, which are no fault of anybody. */
const CALM: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "session_ended", "taken_over", "not_started", "waiting", "not_signed_in", "code_required",
]);

export const isCalm = (code: ErrorCode): boolean => CALM.has(code);
