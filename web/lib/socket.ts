/** The life of a connection: open, listen, answer, notice silence, come back. */

import { backoff, patience } from "./backoff";
import { Connection } from "./connection";
import { read, write } from "./codec";
import { Malformed, type Frame } from "./frames";
import { overWebSocket, type Connect, type Transport } from "./transport";
import type { Command, Notice, Problem, Reply, SelfView, ServerMessage, View, Window } from "./protocol";

export type Status = "connecting" | "open" | "lost" | "final";

/** How problems read. */
export interface Words {
  of(problem: Problem): Problem;
  /** For what ends here, and not because the server said so. */
  ended(): Problem;
}

const PLAIN: Words = {
  of: (problem) => problem,
  ended: () => ({ code: "internal", sentence: "", again: false }),
};

export interface SocketOptions {
  window?: Window | null;
  connect?: Connect;
  random?: () => number;
  /**
   * Ask over HTTP why a socket did not open, because a browser hides the status of a refused
   * handshake. A problem that trying again cannot help ends the attempts.
   */
  probe?: () => Promise<Problem | null>;
  /** By default problems read as the server says them. */
  words?: Words;
  changed?: () => void;
  noticed?: (notice: Notice) => void;
}

/** From the first attempt to a welcome; slower than this counts as lost. */
const OPENING_MS = 10_000;
/** Nobody who leaves is kept by a line that is dead and does not know it yet. */
const LEAVING_MS = 3_000;
/** What browsers report when a line ends without a close. */
const ABNORMAL = 1006;
const FINAL_CLOSE_CODES = { first: 4000, last: 4099 };

export class RoomSocket {
  status: Status = "connecting";
  /** Why it is over, once `status` is final. */
  problem: Problem | null = null;
  /** The server's clock minus ours, in ms. */
  clockOffset = 0;

  readonly #url: string;
  readonly #options: SocketOptions;
  readonly #connection: Connection;
  readonly #words: Words;
  #transport: Transport | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #isLeaving = false;

  constructor(url: string, options: SocketOptions = {}) {
    this.#url = url;
    this.#options = options;
    this.#words = options.words ?? PLAIN;
    this.#connection = new Connection(options.window ?? null);
  }

  get you(): SelfView | null {
    return this.#connection.you;
  }

  get view(): View | null {
    return this.#connection.view;
  }

  get isStale(): boolean {
    return this.#connection.isStale;
  }

  /** The view is of the window last asked for, and is being kept up to date. */
  get isCurrent(): boolean {
    return this.#connection.isCurrent;
  }

  get window(): Window | null {
    return this.#connection.window;
  }

  open(): void {
    this.#isClosed = false;
    const connect = this.#options.connect ?? overWebSocket();
    this.#transport = connect(this.#url, {
      opened: () => {
        this.#connection.opened();
        this.#flush();
      },
      received: (frame) => this.#take(frame),
      closed: (code) => void this.#lose(code),
    });
    this.#listenFor(OPENING_MS);
  }

  /** Leave for good: no coming back. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#connection.giveUp(this.#words.ended());
    this.#hangUp();
  }

  /**
   * Leave on purpose. The server closes the line then, perhaps before it replies; coming back
   * to hear the reply would be coming back in.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    if (this.status === "open") {
      const left = this.do({ type: "leave" });
      this.#listenFor(LEAVING_MS);
      await left;
    }
    this.close();
  }

  /** Come back at once instead of after the wait, for a person who presses the button. */
  retryNow(): void {
    if (this.status !== "lost") return;
    clearTimeout(this.#timer);
    this.open();
  }

  watch(window: Window): void {
    this.#connection.watch(window);
    this.#flush();
  }

  /**
   * @param id the same again with the same command has no second effect.
   * @param signal aborted by whoever does not wait any more: it is not sent again then.
   */
  do(command: Command, id = newId(), signal?: AbortSignal): Promise<Reply> {
    const refused = (problem: Problem): Promise<Reply> =>
      Promise.resolve({ type: "reply", id, is_done: false, problem });
    if (this.#isClosed) return refused(this.problem ?? this.#words.ended());
    const refusal = this.#connection.refusal(id, command);
    if (refusal) return refused(this.#words.of(refusal));
    const reply = this.#connection.do(id, command, signal);
    this.#flush();
    return reply;
  }

  #take(frame: Frame): void {
    try {
      const message = this.#inWords(read(frame));
      this.#connection.receive(message);
      if (message.type === "welcome") {
        this.status = "open";
        this.clockOffset = message.server_time - Date.now();
      }
      // Only a line that lives for a while ends the waits: one may be welcome, and fail at what follows.
      if (message.type === "ping") this.#failures = 0;
      if (message.type === "notice") this.#options.noticed?.(message);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      void this.#lose(ABNORMAL);
      return;
    }
    this.#flush();
    const pingMs = this.#connection.welcome?.ping_ms;
    this.#listenFor(pingMs ? patience(pingMs) : OPENING_MS);
    this.#options.changed?.();
  }

  /** Take silence of so many ms for the end of the line. */
  #listenFor(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#lose(ABNORMAL), ms);
  }

  #hangUp(): void {
    const transport = this.#transport;
    this.#transport = null;
    transport?.hangUp();
  }

  async #lose(code: number): Promise<void> {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    if (this.#isLeaving) return this.close();
    this.#hangUp();
    const wasOpen = this.#connection.welcome !== null;
    const said = this.#connection.lost();
    if (isFinal(code, said)) return this.#finish(said ?? this.#words.ended());
    this.status = "lost";
    this.#options.changed?.();
    const draw = (this.#options.random ?? Math.random)();
    const delay = backoff(this.#failures++, draw, said?.retry_after_ms);
    // The next wait is set before the question is asked: the answer may never come.
    this.#timer = setTimeout(() => this.open(), delay);
    if (wasOpen || said) return;
    const problem = await this.#options.probe?.();
    if (problem && !problem.again && this.status === "lost") this.#finish(problem);
  }

  #finish(problem: Problem): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
    this.#hangUp();
    this.status = "final";
    this.problem = problem;
    this.#connection.giveUp(problem);
    this.#options.changed?.();
  }

  /** What the server refuses or ends with is told in the words of whoever uses this. */
  #inWords(message: ServerMessage): ServerMessage {
    const hasProblem = message.type === "reply" || message.type === "goodbye";
    if (!hasProblem || !message.problem) return message;
    return { ...message, problem: this.#words.of(message.problem) };
  }

  #flush(): void {
    if (!this.#transport) return;
    for (const message of this.#connection.toSend()) this.#transport.send(write(message));
  }
}

function isFinal(code: number, said: Problem | null): boolean {
  if (code >= FINAL_CLOSE_CODES.first && code <= FINAL_CLOSE_CODES.last) return true;
  // The close itself did not arrive, or a proxy closed in its own way: what was said counts.
  return said !== null && code < 3000 && !said.again;
}

/** An id that nobody else chooses. `randomUUID` is missing on pages without TLS. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
