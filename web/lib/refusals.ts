/** How a refusal reads: in the language of the page, and as a page of its own. */

import { problems } from "../messages/problems";
import { nextStep } from "./next-steps";
import type { ErrorCode, Problem } from "./protocol";
import type { Words } from "./socket";

/** A refusal as a page shows it: in large what happened, below it what can be done now. */
export interface Card {
  heading: string;
  text: string;
}

/** The first sentence, and what follows it. */
const FIRST = /^(?<first>.+?)(?<end>[.!?؟])(?:\s+(?<rest>.+))?$/su;

/**
 * Most sentences begin with what happened, which is the heading then and is not said twice;
 * where there is a heading of its own, it says something else.
 */
export function cardOf({ code, sentence }: Problem): Card {
  const key = `heading.${code}`;
  if (problems.has(key)) return { heading: problems(key), text: sentence };
  const { first, end, rest } = FIRST.exec(sentence)?.groups ?? {};
  if (!first) return { heading: sentence || problems("heading"), text: "" };
  return { heading: end === "." ? first : first + (end ?? ""), text: rest ?? "" };
}

/** Put what the server says into the language of the page, where problems come in. */
export function inOurWords(problem: Problem): Problem {
  const key = `sentence.${problem.code}`;
  return problems.has(key) ? { ...problem, sentence: problems(key) } : problem;
}

/** How problems of a connection read on our pages. */
export const OUR_WORDS: Words = {
  of: inOurWords,
  ended: () => ({ code: "internal", sentence: problems("ended"), again: false }),
};

/** A refusal that the page itself knows, in the words of the table. */
export function refusalOf(code: ErrorCode): Problem {
  return inOurWords({ code, sentence: "", again: nextStep(code) === "again" });
}

/** The calm ends of a session, which are no fault of anybody. */
const CALM: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "session_ended", "taken_over", "not_started", "waiting", "not_signed_in", "code_required", "consent_required",
]);

export const isCalm = (code: ErrorCode): boolean => CALM.has(code);
