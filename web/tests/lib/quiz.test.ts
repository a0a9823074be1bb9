// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "../../lib/api";
import { draftOf, dropDraft, keepDraft } from "../../lib/quiz-drafts";
import {
  addChoice, asKind, faultsOf, isSameQuiz, moved, NEW_SETTINGS, newQuestion, removeChoice, setRight,
  tidied, type Fault,
} from "../../lib/quiz-editing";
import { handInUntilAnswered } from "../../lib/quiz-hand-in";
import { asTaken, folded, isRight, tried } from "../../lib/quiz-marking";
import {
  carriedOver, chooseOne, isAnswered, toggle, toHandIn, unanswered, write, type Draft,
} from "../../lib/quiz-taking";
import { cameBy, inWords } from "../../lib/quiz-words";
import type { Problem, Question, Quiz } from "../../lib/protocol";

const question = (fields: Partial<Question> = {}): Question => ({
  id: "q", kind: "single", text: "What is 2 + 2?", choices: [{ id: "a", text: "3" }, { id: "b", text: "4" }],
  right: ["b"], accepted: [], points: 2, explanation: "", ...fields,
});
const primes = question({ id: "p", kind: "multiple", right: ["a", "b"], points: 1 });
const flat = question({ id: "f", kind: "true_false", choices: [], right: ["false"] });
const capital = question({ id: "c", kind: "text", choices: [], right: [], accepted: ["Paris"], points: 3 });
const poll = question({ id: "o", kind: "text", choices: [], right: [], points: 0 });
const quiz = (...questions: Question[]): Quiz => ({ questions, settings: NEW_SETTINGS });

describe("answers", () => {
  it("are chosen, ticked and written", () => {
    let answers = chooseOne({}, "q", "a");
    answers = chooseOne(answers, "q", "b");
    answers = toggle(toggle(toggle(answers, "p", "a"), "p", "b"), "p", "a");
    answers = write(answers, "c", " Paris ");
    expect(answers).toEqual({
      q: { question_id: "q", choices: ["b"] },
      p: { question_id: "p", choices: ["b"] },
      c: { question_id: "c", text: " Paris " },
    });
  });

  it("are left out when there is nothing in them", () => {
    const { questions } = asTaken(quiz(question(), primes, capital), 1);
    const answers = { ...toggle(toggle({}, "p", "a"), "p", "a"), ...write({}, "c", "  "), ...chooseOne({}, "q", "a") };
    expect(toHandIn(questions, answers)).toEqual([{ question_id: "q", choices: ["a"] }]);
    expect(unanswered(questions, answers)).toBe(2);
    expect(isAnswered(undefined)).toBe(false);
  });
});

describe("a draft", () => {
  const draft: Draft = {
    version: 1,
    questions: asTaken(quiz(question(), capital, primes), 1).questions,
    answers: { ...chooseOne({}, "q", "b"), ...write({}, "c", "Rome"), ...toggle({}, "p", "a") },
    at: 2,
    commandId: "k",
  };

  it("is carried over to a changed quiz with the answers whose questions stayed", () => {
    const changed = quiz(
      question({ points: 5, choices: [...question().choices].reverse() }),
      { ...capital, text: "What is the capital of Italy?" },
    );
    const { draft: carried, lost } = carriedOver(draft, asTaken(changed, 4));
    expect(carried.answers).toEqual({ q: { question_id: "q", choices: ["b"] } });
    expect(carried.version).toBe(4);
    expect(carried.commandId).toBeUndefined();
    expect(lost).toBe(2);
  });

  it("loses an answer whose choices say something else now", () => {
    const other = question({ choices: [{ id: "a", text: "3" }, { id: "b", text: "5" }] });
    expect(carriedOver(draft, asTaken(quiz(other, capital, primes), 2)).lost).toBe(1);
  });
});

describe("what is kept on the device", () => {
  beforeEach(() => localStorage.clear());

  it("comes back until it is dropped", () => {
    keepDraft("e.t", { at: 1 });
    expect(draftOf("e.t")).toEqual({ at: 1 });
    expect(draftOf("e.other")).toBeNull();
    dropDraft("e.t");
    expect(draftOf("e.t")).toBeNull();
  });

  it("is forgotten after a month, and when it cannot be read", () => {
    keepDraft("e.t", { at: 1 }, 0);
    expect(draftOf("e.t", 31 * 24 * 3_600_000)).toBeNull();
    expect(localStorage.length).toBe(0);
    localStorage.setItem("usher.quiz.e.t", "{");
    expect(draftOf("e.t")).toBeNull();
  });

  it("may be impossible to keep", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new Error("full");
    });
    expect(() => keepDraft("e.t", 1)).not.toThrow();
  });
});

describe("marking", () => {
  it.each([
    [question(), { choices: ["b"] }, true],
    [question(), { choices: ["a"] }, false],
    [question(), {}, false],
    [primes, { choices: ["b", "a"] }, true],
    [primes, { choices: ["a"] }, false],
    [flat, { choices: ["false"] }, true],
    [capital, { text: "  pARIS " }, true],
    [capital, { text: "Rome" }, false],
    [capital, {}, false],
    [poll, { text: "Fine" }, null],
    [question({ points: 0, right: [] }), { choices: ["a"] }, null],
  ])("of %j with %j is %j", (asked, given, right) => {
    expect(isRight(asked, { question_id: asked.id, ...given })).toBe(right);
  });

  it.each([
    ["New York", "  new \u00a0 YORK "],
    ["Caf\u00e9", "cafe\u0301"],
    ["Straße", "STRASSE"],
    ["don't", "Don\u2019t"],
  ])("takes %j and %j for the same", (one, other) => {
    expect(folded(one)).toBe(folded(other));
  });

  it("gives an editor the result that takers would get", () => {
    const all = { ...quiz(question(), capital, poll), settings: { ...NEW_SETTINGS, pass_percent: 40 } };
    const result = tried(all, chooseOne({}, "q", "b"), 7);
    expect(result.attempt).toMatchObject({ score: 2, max_score: 5, is_passed: true, submitted_at: 7 });
    expect(result.answers.map((one) => one.is_right)).toEqual([true, false, null]);
  });
});

describe("editing", () => {
  it("makes a question of each kind that lacks only its words", () => {
    const faults: Record<string, Fault[]> = {};
    for (const kind of ["single", "multiple", "true_false", "text"] as const) {
      faults[kind] = faultsOf(newQuestion(kind));
    }
    expect(faults).toEqual({
      single: ["fault.text", "fault.choice_text", "fault.right_one"],
      multiple: ["fault.text", "fault.choice_text", "fault.right_some"],
      true_false: ["fault.text"],
      text: ["fault.text", "fault.accepted"],
    });
  });

  it.each<[Partial<Question>, Fault[]]>([
    [{}, []],
    [{ text: " " }, ["fault.text"]],
    [{ choices: [{ id: "b", text: "4" }] }, ["fault.choices"]],
    [{ choices: [{ id: "a", text: "Four" }, { id: "b", text: " FOUR" }] }, ["fault.same_choices"]],
    [{ points: 1.5 }, ["fault.points"]],
    [{ points: Number.NaN }, ["fault.points"]],
    [{ points: 0, right: [] }, []],
    [{ right: [] }, ["fault.right_one"]],
  ])("finds in %j what is wrong", (fields, faults) => {
    expect(faultsOf(question(fields))).toEqual(faults);
  });

  it("keeps of a question what has a meaning in another kind", () => {
    const asSome = asKind(question(), "multiple");
    expect(asSome.choices).toEqual(question().choices);
    expect(asKind(primes, "single").right).toEqual(["a"]);
    const asText = asKind(question(), "text");
    expect([asText.choices, asText.right, asText.accepted]).toEqual([[], [], [""]]);
    expect(asKind(asText, "single").choices).toHaveLength(2);
  });

  it("adds, marks and removes choices", () => {
    expect(addChoice(question()).choices).toHaveLength(3);
    expect(removeChoice(question(), "b")).toMatchObject({ choices: [{ id: "a" }], right: [] });
    expect(setRight(question(), "a", true).right).toEqual(["a"]);
    expect(setRight(setRight(primes, "a", false), "a", true).right).toEqual(["b", "a"]);
  });

  it.each([[0, 2, "bca"], [2, 0, "cab"], [1, 1, "abc"], [0, 9, "bca"], [9, 0, "abc"]])(
    "moves from %i to %i", (from, to, order) => {
      expect(moved(["a", "b", "c"], from, to).join("")).toBe(order);
    });

  it("sends no empty lines, and knows a quiz again", () => {
    const rough = quiz(question({ text: " What is 2 + 2? " }), { ...capital, accepted: ["Paris ", " "] });
    expect(tidied(rough).questions[1]?.accepted).toEqual(["Paris"]);
    expect(isSameQuiz(rough, quiz(question(), capital))).toBe(true);
    expect(isSameQuiz(rough, quiz(capital, question()))).toBe(false);
  });
});

describe("handing in", () => {
  const problem = (code: Problem["code"], again: boolean): Problem => ({ code, again, sentence: code });

  it("goes on until the server has answered", async () => {
    const answers = [problem("internal", true), problem("overloaded", true), null];
    const waits = vi.fn();
    const pause = vi.fn(() => Promise.resolve());
    const send = vi.fn(() => {
      const next = answers.shift();
      return next ? Promise.reject(new Refused(next)) : Promise.resolve();
    });
    expect(await handInUntilAnswered({ send, waits, pause, draw: () => 0 })).toBeNull();
    expect(send).toHaveBeenCalledTimes(3);
    expect(waits).toHaveBeenCalledTimes(2);
    expect(pause.mock.calls).toEqual([[250], [500]]);
  });

  it("ends with the reason when that will not change", async () => {
    const send = (): Promise<void> => Promise.reject(new Refused(problem("conflict", false)));
    expect((await handInUntilAnswered({ send, waits: vi.fn() }))?.code).toBe("conflict");
  });

  it("ends when the page is left", async () => {
    let isOver = false;
    const send = (): Promise<void> => Promise.reject(new Refused(problem("internal", true)));
    const pause = (): Promise<void> => {
      isOver = true;
      return Promise.resolve();
    };
    expect(await handInUntilAnswered({ send, waits: vi.fn(), pause, isOver: () => isOver })).toBeUndefined();
  });

  it("does not wait any longer when the line is back", async () => {
    let tries = 0;
    const send = (): Promise<void> => {
      tries += 1;
      return tries > 1 ? Promise.resolve() : Promise.reject(new Refused({ ...problem("internal", true), retry_after_ms: 60_000 }));
    };
    const done = handInUntilAnswered({ send, waits: () => setTimeout(() => dispatchEvent(new Event("online"))) });
    expect(await done).toBeNull();
  });
});

describe("words", () => {
  it("list what was chosen in the order of the question", () => {
    expect(inWords(question(), ["b", "a"])).toBe("3 and 4");
    expect(inWords(flat, ["true"])).toBe("True");
    expect(inWords(question(), [])).toBe("");
  });

  it("say how somebody came", () => {
    expect(cameBy({ origin: "guest_link", link_name: "Class 3B" })).toBe("Guest link “Class 3B”");
    expect(cameBy({ origin: "invitation" })).toBe("Invitation");
  });
});
