/** Answers in words, in the language of the page. */

import { quiz } from "../messages/quiz";
import { language } from "./language";
import type { AttemptView, Choice, QuestionKind } from "./protocol";

/** What may be chosen, in words; the two of a statement are ours. */
export function choicesOf(question: { kind: QuestionKind; choices: readonly Choice[] }): readonly Choice[] {
  if (question.kind !== "true_false") return question.choices;
  return [{ id: "true", text: quiz("true") }, { id: "false", text: quiz("false") }];
}

export const listed = (texts: readonly string[], type: "conjunction" | "disjunction" = "conjunction"): string =>
  new Intl.ListFormat(language(), { type }).format(texts);

/** The texts of some choices, in the order in which they are offered. */
export function inWords(
  question: { kind: QuestionKind; choices: readonly Choice[] },
  chosen: readonly string[],
): string {
  return listed(choicesOf(question).filter((one) => chosen.includes(one.id)).map((one) => one.text));
}

/** How the taker of an attempt came. */
export function cameBy(attempt: Pick<AttemptView, "origin" | "link_name">): string {
  if (attempt.link_name) return quiz("came.link", { link: attempt.link_name });
  return quiz(`came.${attempt.origin}`);
}

/** A, B, C …: what an answer is called while it has no words. */
export const letter = (place: number): string => String.fromCodePoint(65 + place);
