// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import "../../elements/entry-quiz";
import type { EntryQuiz } from "../../elements/entry-quiz";
import "../../elements/quiz-editor";
import type { QuizEditor } from "../../elements/quiz-editor";
import "../../elements/quiz-player";
import type { QuizPlayer } from "../../elements/quiz-player";
import { CommandEvent, NoteEvent, type Answer, type Note } from "../../lib/asking";
import { draftOf, keepDraft } from "../../lib/quiz-drafts";
import { NEW_SETTINGS } from "../../lib/quiz-editing";
import { asTaken } from "../../lib/quiz-marking";
import type { Command, OwnAttempts, Problem, Question, Quiz, QuizSheet, TakerQuiz } from "../../lib/protocol";
import { entry } from "../making";

const SUM: Question = {
  id: "sum", kind: "single", text: "What is 2 + 2?", choices: [{ id: "a", text: "3" }, { id: "b", text: "4" }],
  right: ["b"], accepted: [], points: 2, explanation: "Count.",
};
const FLAT: Question = { ...SUM, id: "flat", kind: "true_false", text: "It is flat.", choices: [], right: ["false"] };
const QUIZ: Quiz = { questions: [SUM, FLAT], settings: NEW_SETTINGS };
const TAKEN: TakerQuiz = { ...asTaken(QUIZ, 1), taker: "me", attempts: 2, left: 2 };
const RESULT: OwnAttempts = {
  attempts: [{ number: 1, submitted_at: 0, score: 2, max_score: 4 }],
  newest: {
    attempt: { number: 1, submitted_at: 0, score: 2, max_score: 4 },
    questions: TAKEN.questions,
    answers: [{ question_id: "sum", choices: ["b"], text: "" }, { question_id: "flat", choices: [], text: "" }],
  },
};
const problem = (code: Problem["code"], again = false): Problem => ({ code, sentence: code, again });

interface Call {
  method: string;
  path: string;
  key: string | undefined;
  body: Record<string, unknown>;
}

let calls: Call[];
/** What the server answers, by method and end of the path; the last one stays. */
let replies: Record<string, object[]>;

beforeEach(() => {
  document.body.replaceChildren();
  localStorage.clear();
  calls = [];
  replies = { "GET /quiz": [TAKEN], "GET /quiz/mine": [{ attempts: [] }], "POST /quiz/attempts": [{ version: 9, result: {} }] };
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const path = url.replace("/api/v1/entries/e_1", "").replace(/\?.*/u, "");
    const headers = init.headers as Record<string, string>;
    calls.push({ method: init.method ?? "", path, key: headers["Idempotency-Key"], body: init.body ? JSON.parse(init.body as string) : {} });
    const some = replies[`${init.method} ${path}`] ?? [problem("not_found")];
    const reply = some.length > 1 ? some.shift() : some[0];
    return Promise.resolve(new Response(JSON.stringify(reply), { status: reply && "code" in reply ? 409 : 200 }));
  });
});

async function settled(element: HTMLElement): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    await new Promise((done) => setTimeout(done));
    await (element as unknown as { updateComplete: Promise<unknown> }).updateComplete;
  }
}

async function put<T extends HTMLElement>(tag: string, fields: Partial<T>): Promise<T> {
  const element = Object.assign(document.createElement(tag), fields) as T;
  document.body.append(element);
  await settled(element);
  return element;
}

function* roots(node: ParentNode): Generator<ParentNode> {
  yield node;
  for (const one of node.querySelectorAll("*")) if (one.shadowRoot) yield* roots(one.shadowRoot);
}

const all = <T extends HTMLElement>(element: HTMLElement, what: string): T[] =>
  [...roots(element.shadowRoot as ShadowRoot)].flatMap((root) => [...root.querySelectorAll<T>(what)]);

const words = (element: HTMLElement): string =>
  [...roots(element.shadowRoot as ShadowRoot)].map((root) => root.textContent).join(" ").replace(/\s+/gu, " ");

async function press(element: HTMLElement, name: string): Promise<void> {
  const found = all(element, "button").find((one) => (one.getAttribute("aria-label") ?? one.textContent).trim() === name);
  expect(found, `${name} in: ${all(element, "button").map((one) => one.textContent.trim()).join("|")}`).toBeDefined();
  found?.click();
  await settled(element);
}

describe("quiz-player", () => {
  const player = (): Promise<QuizPlayer> => put<QuizPlayer>("quiz-player", { entryId: "e_1" });

  it("keeps each answer on the device, and hands all in under one id", async () => {
    const element = await player();
    expect(words(element)).toContain("2 attempts left");
    await press(element, "Start");
    all<HTMLInputElement>(element, "input[value=b]")[0]?.click();
    await settled(element);
    expect(draftOf("e_1.me")).toMatchObject({ answers: { sum: { choices: ["b"] } }, at: 0 });
    await press(element, "Next");
    await press(element, "Look over answers");
    expect(words(element)).toContain("1 question has no answer yet");
    replies["GET /quiz/mine"] = [RESULT];
    await press(element, "Hand in");
    const sent = calls.find((one) => one.method === "POST");
    expect(sent?.body).toEqual({ version: 1, answers: [{ question_id: "sum", choices: ["b"] }] });
    expect(sent?.key).toMatch(/^[\w-]{20,}$/u);
    expect(words(element)).toContain("2 of 4 points");
    expect(words(element)).toContain("Your answers were handed in.");
    expect(draftOf("e_1.me")).toBeNull();
  });

  it("goes on with what was on its way when the page was left, under the same id", async () => {
    keepDraft("e_1.me", {
      version: 1, questions: TAKEN.questions, answers: { sum: { question_id: "sum", choices: ["b"] } }, at: 2, commandId: "k_1",
    });
    replies["GET /quiz/mine"] = [{ attempts: [] }, RESULT];
    const element = await player();
    expect(calls.find((one) => one.method === "POST")?.key).toBe("k_1");
    expect(words(element)).toContain("2 of 4 points");
  });

  it("says that nothing was handed in when no attempt is left", async () => {
    const element = await player();
    await press(element, "Start");
    await press(element, "Next");
    await press(element, "Look over answers");
    replies["POST /quiz/attempts"] = [problem("not_allowed")];
    replies["GET /quiz"] = [{ ...TAKEN, left: 0 }];
    replies["GET /quiz/mine"] = [RESULT];
    await press(element, "Hand in");
    expect(words(element)).toContain("This was not handed in: no attempt is left.");
    expect(words(element)).not.toContain("Try again");
  });

  it("lets answers be changed again that the server did not understand", async () => {
    const element = await player();
    await press(element, "Start");
    await press(element, "Next");
    await press(element, "Look over answers");
    replies["POST /quiz/attempts"] = [problem("bad_request"), { version: 9, result: {} }];
    await press(element, "Hand in");
    expect(all(element, "[role=alert]")).toHaveLength(1);
    await press(element, "Change the answer to question 1");
    expect(words(element)).toContain("What is 2 + 2?");
    await press(element, "Next");
    await press(element, "Look over answers");
    await press(element, "Hand in");
    const keys = calls.filter((one) => one.method === "POST").map((one) => one.key);
    expect(new Set(keys).size).toBe(2);
  });

  it("shows the result to those who have no attempt left", async () => {
    replies["GET /quiz"] = [{ ...TAKEN, left: 0 }];
    replies["GET /quiz/mine"] = [RESULT];
    expect(words(await player())).toContain("2 of 4 points");
  });

  it("hands nothing in while an editor tries", async () => {
    const element = await put<QuizPlayer>("quiz-player", { entryId: "e_1", preview: QUIZ });
    await press(element, "Start");
    all<HTMLInputElement>(element, "input[value=b]")[0]?.click();
    await settled(element);
    await press(element, "Next");
    await press(element, "Look over answers");
    await press(element, "Hand in");
    expect(words(element)).toContain("2 of 4 points");
    expect(words(element)).toContain("Right answer: False");
    expect(calls).toEqual([]);
    expect(localStorage.length).toBe(0);
  });
});

describe("quiz-editor", () => {
  const sheet: QuizSheet = { quiz: QUIZ, revision: 3, version: 2, is_taken: true };
  let asked: Command[];
  let notes: Note[];
  let answer: Answer;

  async function editor(fields: Partial<QuizEditor> = {}): Promise<QuizEditor> {
    asked = [];
    notes = [];
    answer = { isDone: true, result: { revision: 4, version: 4 } };
    const element = Object.assign(document.createElement("quiz-editor"), { entryId: "e_1", sheet, ...fields }) as QuizEditor;
    element.addEventListener(CommandEvent.kind, ((event: CommandEvent) => {
      asked.push(event.command);
      event.answer = Promise.resolve(answer);
    }) as unknown as EventListener);
    element.addEventListener("usher-note", ((event: NoteEvent) => notes.push(event.note)) as unknown as EventListener);
    document.body.append(element);
    await settled(element);
    return element;
  }

  const order = (element: QuizEditor): string => element.current.questions.map((one) => one.id).join(" ");

  it("moves, copies and deletes, and takes a deletion back", async () => {
    const element = await editor();
    await press(element, "Move question 2 up");
    expect(order(element)).toBe("flat sum");
    await press(element, "Move question 1 up");
    expect(order(element)).toBe("flat sum");
    await press(element, "Copy question 1");
    expect(element.current.questions).toHaveLength(3);
    await press(element, "Delete question 2");
    expect(order(element)).toBe("flat sum");
    notes.at(-1)?.action?.run();
    expect(element.current.questions).toHaveLength(3);
    expect(draftOf("e_1.editor")).toMatchObject({ revision: 3 });
  });

  it("does not send what cannot be asked, and says why", async () => {
    const element = await editor();
    await press(element, "Short text");
    await press(element, "Save quiz");
    expect(asked).toEqual([]);
    expect(words(element)).toContain("1 question needs a look");
    expect(words(element)).toContain("Write at least one accepted answer.");
  });

  it("says that all is saved only once something was", async () => {
    const sheet = { quiz: { ...QUIZ, questions: [] }, revision: 0, version: 0, is_taken: false };
    const element = await editor({ sheet });
    expect(words(element)).not.toContain("Everything is saved");
    await press(element, "Short text");
    expect(words(element)).toContain("Not saved yet");
  });

  it("saves on the revision that it began from", async () => {
    const element = await editor();
    const saved = vi.fn();
    element.addEventListener("saved", saved);
    await press(element, "Move question 2 up");
    expect(words(element)).toContain("These questions were answered already.");
    await press(element, "Save quiz");
    expect(asked[0]).toMatchObject({ type: "set_quiz", based_on: 3, quiz: { questions: [{ id: "flat" }, { id: "sum" }] } });
    expect(saved).toHaveBeenCalledOnce();
    expect(words(element)).toContain("Everything is saved");
    expect(draftOf("e_1.editor")).toBeNull();
  });

  it("asks what to do when somebody else has changed it", async () => {
    const element = await editor();
    answer = { isDone: false, problem: problem("conflict") };
    await press(element, "Move question 2 up");
    await press(element, "Save quiz");
    expect(words(element)).toContain("Somebody else changed this quiz meanwhile.");
    replies["GET /quiz/sheet"] = [{ ...sheet, revision: 7 }];
    answer = { isDone: true, result: { revision: 8, version: 8 } };
    await press(element, "Save mine over theirs");
    expect(asked[1]).toMatchObject({ based_on: 7 });
  });

  it("brings changes back that were not saved, and drops them on demand", async () => {
    keepDraft("e_1.editor", { revision: 3, quiz: { ...QUIZ, questions: [FLAT] } });
    const element = await editor();
    expect(order(element)).toBe("flat");
    notes[0]?.action?.run();
    expect(order(element)).toBe("sum flat");
    keepDraft("e_1.editor", { revision: 2, quiz: { ...QUIZ, questions: [FLAT] } });
    expect(order(await editor())).toBe("sum flat");
  });
});

describe("entry-quiz", () => {
  const found = vi.fn();

  async function page(rights: readonly string[]): Promise<EntryQuiz> {
    found.mockReset();
    const element = document.createElement("entry-quiz") as EntryQuiz;
    element.entry = entry({ kind: "quiz", rights: rights as never });
    element.addEventListener("found", (event) => found((event as CustomEvent<boolean>).detail));
    document.body.append(element);
    await settled(element);
    return element;
  }

  it("lets takers take it", async () => {
    expect(words(await page([]))).toContain("Start");
    expect(found).toHaveBeenCalledWith(true);
  });

  it("says when there is none, so that another can be shown", async () => {
    replies = {};
    expect(all(await page([]), "slot")).toHaveLength(1);
    expect(found).toHaveBeenCalledWith(false);
  });

  it("begins with writing where there is nothing yet, and leaves writing to editors", async () => {
    const sheet: QuizSheet = { quiz: { questions: [], settings: NEW_SETTINGS }, revision: 0, version: 0, is_taken: false };
    replies = { "GET /quiz/sheet": [sheet] };
    const element = await page(["edit_entry"]);
    await vi.waitFor(() => expect(all(element, "[role=tab][aria-selected=true]")[0]?.textContent).toBe("Edit"));
    const reader = await page(["export"]);
    expect(all(reader, "[role=tab]").map((one) => one.textContent)).toEqual(["Preview", "Attempts"]);
  });
});
