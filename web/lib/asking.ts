/**
 * How an element asks for something. It does not know how commands travel: the event rises to
 * the page, which carries it over its connection or over HTTP, and puts the answer in.
 */

import { problems } from "../messages/problems";
import { problemOf, send } from "./api";
import type { Command, Problem, Reply } from "./protocol";

/** The answer to a command: done, or refused and nothing changed. */
export type Answer =
  | { isDone: true; result: Record<string, unknown> }
  | { isDone: false; problem: Problem };

export class CommandEvent extends Event {
  static readonly kind = "usher-command";
  answer: Promise<Answer> | null = null;

  /**
   * @param isQuiet whoever asks shows the refusal; the page does not.
   * @param isPart it is one of many that are told of together: the page says nothing of it.
   */
  constructor(readonly command: Command, readonly isQuiet: boolean, readonly isPart = false) {
    super(CommandEvent.kind, { bubbles: true, composed: true });
  }
}

/** Something to tell the person at the top of the page, with at most one thing to do about it. */
export interface Note {
  text: string;
  tone?: "plain" | "bad";
  action?: { label: string; run: () => void; /** It takes back what was done. */ isUndo?: boolean };
  /** A later note with the same key takes the place of the earlier. */
  key?: string;
  /** Stays until it is closed or replaced. */
  stays?: boolean;
}

export class NoteEvent extends Event {
  static readonly kind = "usher-note";

  constructor(readonly note: Note) {
    super(NoteEvent.kind, { bubbles: true, composed: true });
  }
}

function ask(from: EventTarget, command: Command, isQuiet: boolean, isPart = false): Promise<Answer> {
  const event = new CommandEvent(command, isQuiet, isPart);
  from.dispatchEvent(event);
  if (!event.answer) throw new Error(`nobody carries ${command.type}`);
  return event.answer;
}

/** Ask, and leave it to the page to tell how it went. */
export const run = (from: EventTarget, command: Command): Promise<Answer> =>
  ask(from, command, false);

/** Ask, and show a refusal oneself, beside the form that it belongs to. */
export const runQuietly = (from: EventTarget, command: Command): Promise<Answer> =>
  ask(from, command, true);

/** Ask for one of many, and tell oneself how all of them went. */
export const runAsPart = (from: EventTarget, command: Command): Promise<Answer> =>
  ask(from, command, true, true);

export function tell(from: EventTarget, note: Note): void {
  from.dispatchEvent(new NoteEvent(note));
}

export function answerOf(reply: Reply): Answer {
  if (reply.is_done) return { isDone: true, result: reply.result ?? {} };
  return { isDone: false, problem: reply.problem ?? noReason() };
}

const noReason = (): Problem => ({
  code: "internal",
  sentence: problems("no_reason"),
  again: true,
});

/** Carry a command over HTTP. */
export async function overHttp(entryId: string, command: Command): Promise<Answer> {
  try {
    return { isDone: true, result: (await send(entryId, command)).result ?? {} };
  } catch (error) {
    return { isDone: false, problem: problemOf(error) };
  }
}
