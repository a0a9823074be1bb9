/**
 * What a client of the protocol knows and has to say, without a socket: messages in, messages
 * out. The twin of `protocol/connection.py`.
 *
 * A delta that does not fit the view is answered by asking for a snapshot, which is always
 * right. Commands wait until their reply comes and are sent again under the same id after a
 * loss, which has no second effect on the server.
 */

import { WIRE_VERSION } from "./frames";
import { apply, Misfit } from "./roster";
import type {
  ClientMessage, Command, Delta, Position, Problem, Reply, SelfView, ServerMessage, View, Welcome,
  Window,
} from "./protocol";

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
  /** So many snapshots were asked for and have not come; `opened` must know. */
  #due = 0;
  #pending = new Map<string, { command: Command; done: (reply: Reply) => void }>();
  #out: ClientMessage[] = [];

  constructor(window: Window | null) {
    this.window = window;
  }

  /** Begin on a new socket. Nothing of what waited for the old one is sent on it. */
  opened(): void {
    this.#out = [];
    // While a snapshot is due the view may be of a window that was left since.
    const mayResume = this.window !== null && this.view !== null && this.#due === 0;
    this.isCurrent = false;
    this.#due = mayResume || this.window === null ? 0 : 1;
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
        const waiting = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        waiting?.done(message);
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
    if (this.welcome) this.#askAgain();
    else this.#due += 1;
  }

  /** Carry a command, now or as soon as there is a connection, until its reply comes. */
  do(id: string, command: Command): Promise<Reply> {
    return new Promise((done) => {
      this.#pending.set(id, { command, done });
      if (this.welcome) this.#out.push({ type: "do", id, command });
    });
  }

  /** Nothing more will come: commands that wait are answered with this problem. */
  giveUp(problem: Problem): void {
    for (const [id, { done }] of this.#pending) done({ type: "reply", id, is_done: false, problem });
    this.#pending.clear();
  }

  #takeWelcome(welcome: Welcome): void {
    this.welcome = welcome;
    this.isCurrent = welcome.is_resumed === true && this.view !== null && this.#due === 0;
    for (const [id, { command }] of this.#pending) this.#out.push({ type: "do", id, command });
  }

  #takeYou(you: SelfView): void {
    const wasAtGate = Boolean(this.you?.gate);
    this.you = you;
    if (you.gate) {
      this.view = null;
      this.#position = null;
      this.isCurrent = false;
    } else if (wasAtGate) {
      this.#askAgain();
    }
  }

  #takeSnapshot(position: Position, view: View): void {
    this.view = { ...view, groups: view.groups ?? {} };
    this.#position = position;
    this.isCurrent = true;
    this.#due = Math.max(0, this.#due - 1);
  }

  #takeDelta(delta: Delta): void {
    if (!this.isCurrent || !this.view || !this.#position) return;
    const { epoch, version } = this.#position;
    if (delta.position.epoch !== epoch || delta.base !== version) {
      this.#askAgain();
      return;
    }
    try {
      this.view = apply(this.view, delta.delta);
      this.#position = delta.position;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      this.#askAgain();
    }
  }

  #askAgain(): void {
    this.isCurrent = false;
    if (!this.window) return;
    this.#due += 1;
    this.#out.push({ type: "watch", window: this.window });
  }
}
