/** A visit to one session: the connection, and what its end means for the person. */

import { accessTo } from "./access";
import * as api from "./api";
import { answerOf, type Answer } from "./asking";
import { OUR_WORDS } from "./refusals";
import { RoomSocket, type Status } from "./socket";
import { overWebSocket } from "./transport";
import type { Command, Notice, Problem, SelfView, View, Window } from "./protocol";

/** Refusals that say that the ticket is no good: an account may simply get another. */
const TICKETS: ReadonlySet<string> = new Set(["ticket_invalid", "not_signed_in"]);

export interface VisitOptions {
  window: Window;
  changed: () => void;
  noticed: (notice: Notice) => void;
}

export class Visit {
  /** Why the visit is over, when it was not the person's own wish. */
  problem: Problem | null = null;
  hasLeft = false;
  /** The last that was seen, for what is told after the end. */
  view: View | null = null;

  readonly sessionId: string;
  /** A session's id begins with the id of its entry. */
  readonly entryId: string;
  readonly #options: VisitOptions;
  #socket: RoomSocket;
  #hasEnteredAnew = false;

  constructor(sessionId: string, options: VisitOptions) {
    this.sessionId = sessionId;
    this.entryId = sessionId.split(".")[0] ?? sessionId;
    this.#options = options;
    this.#socket = this.#connect();
  }

  get you(): SelfView | null {
    return this.#socket.you;
  }

  get status(): Status {
    return this.#socket.status;
  }

  /** What is seen may be out of date: the server does not reach its store. */
  get isStale(): boolean {
    return this.#socket.isStale;
  }

  get clockOffset(): number {
    return this.#socket.clockOffset;
  }

  open(): void {
    this.#socket.open();
  }

  close(): void {
    this.#socket.close();
  }

  watch(window: Window): void {
    this.#socket.watch(window);
  }

  readonly retryNow = (): void => this.#socket.retryNow();

  async carry(command: Command): Promise<Answer> {
    if (command.type !== "leave") return answerOf(await this.#socket.do(command));
    await this.#socket.leave();
    this.hasLeft = true;
    this.#options.changed();
    return { isDone: true, result: {} };
  }

  #connect(): RoomSocket {
    return new RoomSocket(api.socketUrl(this.sessionId), {
      connect: overWebSocket(accessTo(this.entryId)?.ticket),
      window: this.#options.window,
      words: OUR_WORDS,
      probe: () => api.whyNot(this.sessionId),
      changed: () => this.#changed(),
      noticed: this.#options.noticed,
    });
  }

  #changed(): void {
    this.view = this.#socket.view ?? (this.you?.gate ? null : this.view);
    const problem = this.#socket.problem;
    if (problem && !this.problem && !this.hasLeft) {
      if (TICKETS.has(problem.code) && this.#mayEnterAnew()) void this.#enterAnew(problem);
      else this.problem = problem;
    }
    this.#options.changed();
  }

  /** Once, and on our own pages alone: elsewhere there is no account to ask with. */
  #mayEnterAnew(): boolean {
    return !this.#hasEnteredAnew && !accessTo(this.entryId);
  }

  async #enterAnew(problem: Problem): Promise<void> {
    this.#hasEnteredAnew = true;
    try {
      if (!(await api.me()).account_id) throw new api.Refused(problem);
      const admitted = await api.enter(this.entryId);
      if (admitted.session_id !== this.sessionId) return location.replace(admitted.next);
      this.#socket = this.#connect();
      this.#socket.open();
    } catch (error) {
      this.problem = api.problemOf(error);
    }
    this.#options.changed();
  }
}
