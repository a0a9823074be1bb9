/** Editing a quiz: questions made, moved and checked, always as new values. */

import type { Choice, Question, QuestionKind, Quiz, QuizSettings } from "./protocol";
import { folded } from "./quiz-marking";

export const KINDS: readonly QuestionKind[] = ["single", "multiple", "true_false", "text"];
export const MAX_QUESTIONS = 50;
export const MAX_CHOICES = 10;
export const MAX_ACCEPTED = 10;

export const NEW_SETTINGS: QuizSettings = {
  attempts: null,
  show_after: "answers_at_end",
  pass_percent: null,
  shuffle_questions: false,
  shuffle_choices: false,
};

/** An id that stays with its question or choice for good. */
export const freshId = (): string => crypto.randomUUID().replaceAll("-", "").slice(0, 12);

const blankChoice = (): Choice => ({ id: freshId(), text: "" });

export function newQuestion(kind: QuestionKind): Question {
  const question: Question = {
    id: freshId(), kind, text: "", choices: [], right: [], accepted: [], points: 1, explanation: "",
  };
  return asKind(question, kind);
}

/** Make another kind of a question, and keep what has a meaning there. */
export function asKind(question: Question, kind: QuestionKind): Question {
  const had = question.choices.length > 0 ? question.choices : [blankChoice(), blankChoice()];
  switch (kind) {
    case "single":
      return { ...question, kind, choices: had, right: own(question, had).slice(0, 1), accepted: [] };
    case "multiple":
      return { ...question, kind, choices: had, right: own(question, had), accepted: [] };
    case "true_false":
      return { ...question, kind, choices: [], right: ["true"], accepted: [] };
    case "text":
      return {
        ...question, kind, choices: [], right: [],
        accepted: question.accepted.length > 0 ? question.accepted : [""],
      };
  }
}

const own = (question: Question, choices: readonly Choice[]): string[] =>
  question.right.filter((id) => choices.some((one) => one.id === id));

export function addChoice(question: Question): Question {
  return { ...question, choices: [...question.choices, blankChoice()] };
}

export function removeChoice(question: Question, id: string): Question {
  return {
    ...question,
    choices: question.choices.filter((one) => one.id !== id),
    right: question.right.filter((one) => one !== id),
  };
}

export function setRight(question: Question, id: string, isOn: boolean): Question {
  if (question.kind !== "multiple") return { ...question, right: [id] };
  const others = question.right.filter((one) => one !== id);
  return { ...question, right: isOn ? [...others, id] : others };
}

/** Move one of several to another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, place) => place !== from);
  const item = items[from];
  if (item === undefined) return [...items];
  const place = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, place), item, ...rest.slice(place)];
}

/** What keeps a question from being asked; each is the name of a message. */
export type Fault =
  | "fault.text" | "fault.choices" | "fault.choice_text" | "fault.same_choices"
  | "fault.right_one" | "fault.right_some" | "fault.accepted" | "fault.points";

export function faultsOf(question: Question): Fault[] {
  const faults: Fault[] = [];
  if (!folded(question.text)) faults.push("fault.text");
  if (question.kind === "single" || question.kind === "multiple") {
    const texts = question.choices.map((one) => folded(one.text));
    if (question.choices.length < 2) faults.push("fault.choices");
    if (texts.some((one) => one === "")) faults.push("fault.choice_text");
    else if (new Set(texts).size < texts.length) faults.push("fault.same_choices");
  }
  if (!Number.isInteger(question.points) || question.points < 0 || question.points > 100) {
    faults.push("fault.points");
  }
  if (question.points > 0) {
    if (question.kind === "single" && question.right.length !== 1) faults.push("fault.right_one");
    if (question.kind === "multiple" && question.right.length === 0) faults.push("fault.right_some");
    if (question.kind === "text" && !question.accepted.some(folded)) faults.push("fault.accepted");
  }
  return faults;
}

/** The quiz as it is sent: spaces around texts and empty lines are nobody's intention. */
export function tidied(quiz: Quiz): Quiz {
  const { attempts, show_after, pass_percent, shuffle_questions, shuffle_choices } = quiz.settings;
  return {
    settings: {
      attempts: attempts ?? null,
      show_after,
      pass_percent: pass_percent ?? null,
      shuffle_questions,
      shuffle_choices,
    },
    questions: quiz.questions.map((one) => ({
      id: one.id,
      kind: one.kind,
      text: one.text.trim(),
      choices: one.choices.map(({ id, text }) => ({ id, text: text.trim() })),
      right: [...one.right].sort(),
      accepted: one.accepted.map((text) => text.trim()).filter(folded),
      points: one.points,
      explanation: one.explanation.trim(),
    })),
  };
}

export const isSameQuiz = (one: Quiz, other: Quiz): boolean =>
  JSON.stringify(tidied(one)) === JSON.stringify(tidied(other));
