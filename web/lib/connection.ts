/**
 * What a client of the protocol knows and has to say, without a socket: messages in, messages
 * out. The twin of `protocol/connection.py`.
 *
 * A delta that does not fit the view is answered by asking for a snapshot, which is always
 * right. A snapshot does not say of which window it is, so one window is asked for at a time: the
 * newest is asked for when the answer to the last has come. Commands wait until their reply comes and are sent again under the same id after a
 * loss, which has no second effect on the server.
 */

import { WIRE_VERSION } from "./frames";
import { apply, Misfit } from "./roster";
import { sameWindow } from "./windows";
import type {
  ClientMessage, Command, Delta, Position, Problem, Reply, SelfView, ServerMessage, View, Welcome,
  Window,
} from "./protocol";

/** Commands without a reply. More mean that the server does not keep up or the program loops. */
export const MAX_PENDING = 1_000;

interface Pending {
  command: Command;
  /** Who waits for the reply. */
  waiting: Set<(reply: Reply) => void>;
}

export class Connection {
  welcome: Welcome | null = null;
  you: SelfView | null = null;
  view: View | null = null;
  /** The view is kept up to date; false while a snapshot is being waited for. */
  isCurrent = false;
  /** The server said that what it shows may be out of date. */
  isStale = false;
  window: Window | null;

  #goodbye: Problem | null = null;
  #position: Position | null = null;
  /** The window that the server has, from the hello or the last watch. */
  #asked: Window | null = null;
  /** Its snapshot has not come yet. */
  #isDue = false;
  /** The window of the view; null while the view is not to be trusted. */
  #shown: Window | null = null;
  #pending = new Map<string, Pending>();
  #out: ClientMessage[] = [];

  constructor(window: Window | null) {
    this.window = window;
  }

  /** Begin on a new socket. Nothing of what waited for the old one is sent on it. */
  opened(): void {
    this.#out = [];
    const mayResume = this.view !== null && sameWindow(this.#shown, this.window);
    this.isCurrent = false;
    this.#asked = this.window;
    this.#isDue = this.window !== null;
    this.#out.push({
      type: "hello",
      wire_version: WIRE_VERSION,
      ...(mayResume && this.#position ? { resume: this.#position } : {}),
      ...(this.window ? { window: this.window } : {}),
    });
  }

  /** Take in one message. What there is to answer is in `toSend` afterwards. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.#takeWelcome(message);
        break;
      case "you":
        this.#takeYou(message.you);
        break;
      case "snapshot":
        this.#takeSnapshot(message.position, message.view);
        break;
      case "delta":
        this.#takeDelta(message);
        break;
      case "reply": {
        const pending = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        for (const done of pending?.waiting ?? []) done(message);
        break;
      }
      case "ping":
        this.isStale = message.is_stale === true;
        this.#out.push({ type: "pong" });
        break;
      case "goodbye":
        this.#goodbye = message.problem;
        break;
      case "notice":
        break;
    }
  }

  /** Give what is to be sent, once. */
  toSend(): ClientMessage[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** The socket is gone. Gives what the server said about that, if it said anything. */
  lost(): Problem | null {
    const said = this.#goodbye;
    this.#goodbye = null;
    this.welcome = null;
    this.isCurrent = false;
    this.isStale = false;
    this.#out = [];
    return said;
  }

  /** Look at another part of the tab. The old view stays until the snapshot comes. */
  watch(window: Window): void {
    this.window = window;
    this.isCurrent = false;
    this.#ask();
  }

  /** Why a command is not carried: its id waits for the reply to another, or too many wait. */
  refusal(id: string, command: Command): Problem | null {
    const pending = this.#pending.get(id);
    if (pending && !isSame(pending.command, command)) {
      return { code: "command_reused", sentence: "Another command has this id.", again: false };
    }
    if (pending || this.#pending.size < MAX_PENDING) return null;
    return { code: "rate_limited", sentence: "Too many commands wait.", again: true };
  }

  /**
   * Carry a command that is not refused, now or as soon as there is a connection, until its reply
   * comes, or until nobody waits for that any more. It may have had its effect all the same.
   *
   * @param signal aborted by whoever does not wait any more.
   */
  do(id: string, command: Command, signal?: AbortSignal): Promise<Reply> {
    return new Promise((done) => {
      let pending = this.#pending.get(id);
      if (!pending) {
        pending = { command, waiting: new Set() };
        this.#pending.set(id, pending);
        if (this.welcome) this.#out.push({ type: "do", id, command });
      }
      const { waiting } = pending;
      waiting.add(done);
      signal?.addEventListener("abort", () => {
        waiting.delete(done);
        if (waiting.size === 0 && this.#pending.get(id)?.waiting === waiting) this.#pending.delete(id);
      }, { once: true });
    });
  }

  /** Nothing more will come: commands that wait are answered with this problem. */
  giveUp(problem: Problem): void {
    const all = [...this.#pending];
    this.#pending.clear();
    for (const [id, { waiting }] of all) {
      for (const done of waiting) done({ type: "reply", id, is_done: false, problem });
    }
  }

  #takeWelcome(welcome: Welcome): void {
    this.welcome = welcome;
    if (welcome.is_resumed && this.view && sameWindow(this.#shown, this.#asked)) this.#settle();
    for (const [id, { command }] of this.#pending) this.#out.push({ type: "do", id, command });
  }

  #takeYou(you: SelfView): void {
    const wasAtGate = Boolean(this.you?.gate);
    this.you = you;
    if (you.gate) {
      this.view = null;
      this.#position = null;
      this.isCurrent = false;
      this.#shown = null;
      this.#isDue = false; // No view is sent before the gate opens,
      if (!sameWindow(this.#asked, this.window)) this.#ask();
    } else if (wasAtGate && this.window && !this.isCurrent) {
      this.#isDue = true; // and then it is, unasked.
    }
  }

  #takeSnapshot(position: Position, view: View): void {
    this.view = { ...view, groups: view.groups ?? {} };
    this.#position = position;
    this.#shown = this.#asked;
    this.#settle();
  }

  #takeDelta(delta: Delta): void {
    if (!this.isCurrent || !this.view || !this.#position) return;
    const { epoch, version } = this.#position;
    if (delta.position.epoch !== epoch || delta.base !== version) {
      this.#mistrust();
      return;
    }
    try {
      this.view = apply(this.view, delta.delta);
      this.#position = delta.position;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      this.#mistrust();
    }
  }

  #mistrust(): void {
    this.isCurrent = false;
    this.#shown = null;
    this.#ask();
  }

  /** Be content with the view that has come, or ask for the window wanted since. */
  #settle(): void {
    this.#isDue = false;
    this.isCurrent = sameWindow(this.#shown, this.window);
    if (!this.isCurrent) this.#ask();
  }

  /** Ask for the window now, or when the answer that is due has come. */
  #ask(): void {
    if (!this.window || !this.welcome || this.#isDue) return;
    this.#asked = this.window;
    this.#isDue = !this.you?.gate;
    this.#out.push({ type: "watch", window: this.window });
  }
}

/** The same in the same fields, in whatever order these stand. */
function isSame(one: Command, other: Command): boolean {
  const sorted = (_key: string, value: unknown): unknown =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted);
}
