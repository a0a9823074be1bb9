/**
 * Marking as the server does it (`server/core/marking.py`), for editors who try their own quiz:
 * what they try is not handed in anywhere.
 */

import type { Given, OwnAnswer, OwnResult, Question, Quiz, TakerQuestion, TakerQuiz } from "./protocol";
import { isAnswered, points, type Answers } from "./quiz-taking";

export function folded(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/[\u2018\u2019]/gu, "'")
    .replaceAll(/[\u201c\u201d]/gu, '"')
    .replaceAll("\u00ad", "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFC")
    .split(/\s+/u)
    .filter(Boolean)
    .join(" ");
}

export function isRight(question: Question, given: Given): boolean | null {
  if (question.kind === "text") {
    if (question.accepted.length === 0) return null;
    const answer = folded(given.text ?? "");
    return answer !== "" && question.accepted.some((one) => folded(one) === answer);
  }
  if (question.right.length === 0) return null;
  const chosen = new Set(given.choices);
  return chosen.size === question.right.length && question.right.every((one) => chosen.has(one));
}

/** A quiz as takers see it, in its own order. */
export function asTaken(quiz: Quiz, version: number): TakerQuiz {
  const { settings } = quiz;
  return {
    version,
    questions: quiz.questions.map(({ id, kind, text, choices, points: worth }): TakerQuestion => ({
      id, kind, text, choices, points: worth,
    })),
    attempts: settings.attempts ?? null,
    left: settings.attempts ?? null,
    show_after: settings.show_after,
    pass_percent: settings.pass_percent ?? null,
    taker: "",
  };
}

/** The result of trying a quiz, with all that any taker could be shown. */
export function tried(quiz: Quiz, answers: Answers, now: number): OwnResult {
  const marked = quiz.questions.map((question): OwnAnswer => {
    const given = answers[question.id] ?? { question_id: question.id };
    const right = isRight(question, given);
    return {
      question_id: question.id,
      choices: given.choices ?? [],
      text: isAnswered(given) ? (given.text ?? "") : "",
      is_right: right,
      points: right ? question.points : 0,
      right: question.right,
      accepted: question.accepted,
      explanation: question.explanation,
    };
  });
  const taken = asTaken(quiz, 0);
  const score = marked.reduce((sum, one) => sum + (one.points ?? 0), 0);
  const max_score = points(taken.questions);
  const mark = quiz.settings.pass_percent ?? null;
  return {
    attempt: {
      number: 1,
      submitted_at: now,
      score,
      max_score,
      is_passed: mark === null || max_score === 0 ? null : 100 * score >= mark * max_score,
    },
    questions: taken.questions,
    answers: marked,
  };
}
