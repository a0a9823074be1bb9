/** Answers on their way: given one by one, carried over to a changed quiz, handed in. */

import type { Given, TakerQuestion, TakerQuiz } from "./protocol";

/** The answers so far, by question. */
export type Answers = Readonly<Record<string, Given>>;

/** What is kept on the device while somebody takes a quiz. */
export interface Draft {
  version: number;
  /** The questions as they were seen, to tell which of them a newer version has changed. */
  questions: readonly TakerQuestion[];
  answers: Answers;
  /** At which question; as many as there are means the review. */
  at: number;
  /** Set once it was handed in; repeated under this id until the server has answered. */
  commandId?: string;
}

export const isAnswered = (given: Given | undefined): boolean =>
  Boolean(given && ((given.choices?.length ?? 0) > 0 || given.text?.trim()));

export const unanswered = (questions: readonly TakerQuestion[], answers: Answers): number =>
  questions.filter((one) => !isAnswered(answers[one.id])).length;

/** Choose one of the answers that exclude each other. */
export const chooseOne = (answers: Answers, question: string, choice: string): Answers => ({
  ...answers,
  [question]: { question_id: question, choices: [choice] },
});

/** Add a choice to those made, or take it away. */
export function toggle(answers: Answers, question: string, choice: string): Answers {
  const before = answers[question]?.choices ?? [];
  const choices = before.includes(choice)
    ? before.filter((one) => one !== choice)
    : [...before, choice];
  return { ...answers, [question]: { question_id: question, choices } };
}

export const write = (answers: Answers, question: string, text: string): Answers => ({
  ...answers,
  [question]: { question_id: question, text },
});

/** What is sent: the questions of the quiz that have an answer, and nothing else. */
export function toHandIn(questions: readonly TakerQuestion[], answers: Answers): Given[] {
  return questions.flatMap((one) => {
    const given = answers[one.id];
    return given && isAnswered(given) ? [given] : [];
  });
}

/** The same to whoever answers it; the order of its choices, and its points, do not matter. */
function isSame(one: TakerQuestion, other: TakerQuestion): boolean {
  const choices = (of: TakerQuestion): string =>
    JSON.stringify([...of.choices].sort((a, b) => (a.id < b.id ? -1 : 1)).map((c) => [c.id, c.text]));
  return one.kind === other.kind && one.text === other.text && choices(one) === choices(other);
}

/**
 * Take a draft over to the quiz as it is now. Answers to questions that changed are dropped:
 * they may say something else now.
 *
 * @returns the draft, and how many answers were lost.
 */
export function carriedOver(draft: Draft, quiz: TakerQuiz): { draft: Draft; lost: number } {
  const before = new Map(draft.questions.map((one) => [one.id, one]));
  const answers: Record<string, Given> = {};
  for (const question of quiz.questions) {
    const old = before.get(question.id);
    const given = draft.answers[question.id];
    if (old && given && isSame(old, question)) answers[question.id] = given;
  }
  const had = Object.values(draft.answers).filter(isAnswered).length;
  const kept = Object.values(answers).filter(isAnswered).length;
  return {
    draft: {
      version: quiz.version,
      questions: quiz.questions,
      answers,
      at: Math.min(draft.at, quiz.questions.length),
    },
    lost: had - kept,
  };
}

export const points = (questions: readonly TakerQuestion[]): number =>
  questions.reduce((sum, one) => sum + one.points, 0);
