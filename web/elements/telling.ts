/** Tells how a command went: done, with a way back; or refused, with a way on. */

import { findRow } from "../lib/roster";
import { outcome, subjectOf, wayOn, type Outcome } from "../lib/outcomes";
import type { Answer, Note } from "../lib/asking";
import type { Command, View } from "../lib/protocol";
import { room } from "../messages/room";
import type { Question } from "./confirm-dialog";

interface Means {
  show: (note: Note) => void;
  ask: (question: Question) => Promise<boolean>;
  carry: (command: Command) => void;
  view: () => View | null;
}

export class Telling {
  readonly #means: Means;
  /** Names of those acted upon, for undoing after they have left every list. */
  readonly #names = new Map<string, string>();

  constructor(means: Means) {
    this.#means = means;
  }

  nameFor(command: Command): string {
    const id = subjectOf(command);
    if (!id) return room("somebody");
    const found = findRow(this.#means.view(), id)?.name;
    if (found) this.#names.set(id, found);
    return found ?? this.#names.get(id) ?? room("somebody");
  }

  tell(command: Command, answer: Answer, name: string, isQuiet: boolean): void {
    if (answer.isDone) {
      const done = outcome(command, answer.result, name);
      if (done) this.#means.show({ text: done.text, ...this.#action(done.next) });
      return;
    }
    const way = wayOn(command, answer.problem);
    if (way?.next && command.type === "set_role") {
      void this.#confirm(way.text, way.next);
      return;
    }
    if (isQuiet) return;
    this.#means.show({ text: answer.problem.sentence, tone: "bad", ...this.#action(way?.next) });
  }

  /** What leaves a room without a host is asked for twice. */
  async #confirm(text: string, next: { label: string; command: Command }): Promise<void> {
    const question = { heading: room("host.heading"), text, action: next.label };
    if (await this.#means.ask(question)) this.#means.carry(next.command);
  }

  #action(next: Outcome["next"]): Pick<Note, "action"> {
    if (!next) return {};
    const { label, command, isUndo = false } = next;
    return { action: { label, isUndo, run: () => this.#means.carry(command) } };
  }
}
