/** One person's part in a session, from the first socket to the last. */

import { RoomSocket, type Status } from "../lib/socket";
import { overWebSocket } from "../lib/transport";
import type {
  BlockBy, Command, Counts, Group, Notice, Problem, Role, Row, SelfView, View, Window,
} from "../lib/protocol";
import { Refused, TimedOut, Unreachable } from "./errors";
import { API, type Http } from "./http";

/** The beginning of each group; what one may not see stays empty. */
export const FIRST_PAGE: Window = {
  groups: {
    waiting: { first: 0, count: 50 },
    raised_hands: { first: 0, count: 50 },
    on_stage: { first: 0, count: 50 },
    viewers: { first: 0, count: 50 },
  },
};

export interface RoomOptions {
  /** The part of the tab to look at; null looks at nothing. */
  window?: Window | null;
  /** In place of the platform's own; Node before 22 has none, and finds `ws` if that is installed. */
  WebSocket?: typeof WebSocket;
}

export interface AskOptions {
  /** The same id with the same command again has no second effect. */
  id?: string;
  timeoutMs?: number;
}

/** What a command that was done has brought, such as the id of what was made. */
export type Result = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 10_000;
const NOTICES = 256;
/** In place of a reply that does not come any more; the server has said nothing. */
const ENDED: Problem = { code: "internal", sentence: "The connection has ended.", again: false };

/**
 * Comes back by itself after a loss, under the same identity, unless the server says to stay away.
 * Every method that gives a command waits for the reply, and throws `Refused` when the server says
 * no. People are named by their participant ids: `row.id`, `you.participant_id`.
 */
export class Room {
  readonly #socket: RoomSocket;
  readonly #waiting = new Set<() => void>();
  readonly #notices: Notice[] = [];
  #noticed = 0;

  /** Made by `Usher.room`. */
  constructor(http: Http, sessionId: string, ticket: string, Socket: typeof WebSocket, options: RoomOptions) {
    const path = `/sessions/${encodeURIComponent(sessionId)}`;
    const own = http.as(ticket);
    this.#socket = new RoomSocket(own.server.replace(/^http/u, "ws") + API + path + "/socket", {
      window: options.window === undefined ? FIRST_PAGE : options.window,
      connect: overWebSocket(ticket, Socket),
      words: { of: (problem) => problem, ended: () => ENDED },
      probe: () => whyNot(own, path),
      changed: () => this.#changed(),
      noticed: (notice) => {
        this.#notices.push(notice);
        this.#notices.splice(0, this.#notices.length - NOTICES);
        this.#noticed += 1;
      },
    });
    this.#socket.open();
  }

  // --- what is seen -----------------------------------------------------------------------

  /** Oneself; null until the server has told. `gate` says what is waited for. */
  get you(): SelfView | null {
    return this.#socket.you;
  }

  /** What is seen through the window; null at a gate, and until a snapshot has come. */
  get view(): View | null {
    return this.#socket.view;
  }

  /** How many are in each group, exact however many there are. */
  get counts(): Counts | null {
    return this.view?.counts ?? null;
  }

  get status(): Status {
    return this.#socket.status;
  }

  /** What is shown may be out of date: the server does not reach its store. */
  get isStale(): boolean {
    return this.#socket.isStale;
  }

  /** Why it is over, once it is. */
  get problem(): Problem | null {
    return this.#socket.problem;
  }

  get isOver(): boolean {
    return this.#isClosed || this.status === "final";
  }

  /** The people in the window, of one group or of all, in the order on screen. */
  rows(group?: Group): readonly Row[] {
    const groups = this.view?.groups ?? {};
    const wanted: readonly Group[] = group ? [group] : ["waiting", "raised_hands", "on_stage", "viewers"];
    return wanted.flatMap((one) => groups[one]?.rows ?? []);
  }

  /** Go through the views as they come; whoever is slow gets the newest. Ends when it is over. */
  async *views(): AsyncGenerator<View, void> {
    let seen: View | null = null;
    while (!this.isOver) {
      if (this.view && this.view !== seen) yield (seen = this.view);
      else await this.#change();
    }
  }

  /** Go through what one is told, from the oldest that is kept. Ends when it is over. */
  async *notices(): AsyncGenerator<Notice, void> {
    let told = this.#noticed - this.#notices.length;
    for (;;) {
      told = Math.max(told, this.#noticed - this.#notices.length);
      const notice = this.#notices[this.#notices.length - (this.#noticed - told)];
      if (notice) {
        told += 1;
        yield notice;
      } else if (this.isOver) return;
      else await this.#change();
    }
  }

  /**
   * Wait until something is so; looked at again after each message and each loss.
   *
   * @throws TimedOut it did not become so in time.
   * @throws Refused, Unreachable it is over, and it was not so even then.
   */
  async until(isSo: (room: Room) => boolean, timeoutMs = TIMEOUT_MS): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!isSo(this)) {
      if (this.isOver) throw this.#end();
      const left = end - Date.now();
      if (left <= 0) throw new TimedOut(`not so within ${timeoutMs} ms`);
      await this.#change(left);
    }
  }

  /**
   * Look at another part of the tab. The old view stays until the snapshot comes; whoever asks before
   * the answer gets the newest window.
   */
  async watch(window: Window, timeoutMs = TIMEOUT_MS): Promise<View | null> {
    this.#socket.watch(window);
    await this.until(() => this.#socket.isCurrent || Boolean(this.you?.gate), timeoutMs);
    return this.view;
  }

  /** Move the window to those whose name matches, and give them, group by group. */
  async search(text: string): Promise<readonly Row[]> {
    await this.watch({ ...FIRST_PAGE, search: text });
    return this.rows();
  }

  // --- what one can do ----------------------------------------------------------------------

  /**
   * Give any command, over a loss of the socket too. Once it is late it is not sent again.
   *
   * @throws Refused the server said no, or too many wait, or another under this id; nothing changed.
   * @throws Unreachable the room was closed before the reply.
   * @throws TimedOut there is no reply yet; give it again with the same id to find out.
   */
  async ask(command: Command, { id, timeoutMs = TIMEOUT_MS }: AskOptions = {}): Promise<Result> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waits = new AbortController();
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new TimedOut(`no reply within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      const reply = await Promise.race([this.#socket.do(command, id, waits.signal), late]);
      if (reply.is_done) return reply.result ?? {};
      throw reply.problem && reply.problem !== ENDED ? new Refused(reply.problem) : this.#end();
    } finally {
      clearTimeout(timer);
      waits.abort();
    }
  }

  raiseHand = (): Promise<Result> => this.ask({ type: "raise_hand" });
  /** One's own hand, or somebody's. */
  lowerHand = (participant_id?: string): Promise<Result> =>
    this.ask({ type: "lower_hand", ...(participant_id ? { participant_id } : {}) });
  clearHands = (): Promise<Result> => this.ask({ type: "clear_hands" });

  requestStage = (): Promise<Result> => this.ask({ type: "request_stage" });
  joinStage = (): Promise<Result> => this.ask({ type: "join_stage" });
  leaveStage = (): Promise<Result> => this.ask({ type: "leave_stage" });
  answerStageOffer = (is_accepted: boolean): Promise<Result> =>
    this.ask({ type: "answer_stage_offer", is_accepted });
  /** Invite somebody to the stage, which is also how their request is granted. */
  offerStage = (participant_id: string, replace = false): Promise<Result> =>
    this.ask({ type: "offer_stage", participant_id, replace });
  removeFromStage = (participant_id: string): Promise<Result> =>
    this.ask({ type: "remove_from_stage", participant_id });
  setMicrophone = (is_on: boolean): Promise<Result> => this.ask({ type: "set_microphone", is_on });
  setCamera = (is_on: boolean): Promise<Result> => this.ask({ type: "set_camera", is_on });
  mute = (participant_id: string): Promise<Result> => this.ask({ type: "mute", participant_id });
  muteAll = (): Promise<Result> => this.ask({ type: "mute_all" });

  /** Give somebody a role, at once: promote or demote them. */
  setRole = (participant_id: string, role: Role): Promise<Result> =>
    this.ask({ type: "set_role", participant_id, role });
  /** Take the last change of somebody's role back, within a few seconds. */
  undoRole = (participant_id: string): Promise<Result> => this.ask({ type: "undo_role", participant_id });
  rename = (name: string, participant_id?: string): Promise<Result> =>
    this.ask({ type: "rename", name, ...(participant_id ? { participant_id } : {}) });

  /** Let people in from the waiting room; without ids, everybody who waits. */
  admit = (...participant_ids: string[]): Promise<Result> =>
    this.ask(participant_ids.length > 0 ? { type: "admit", participant_ids } : { type: "admit_all" });
  decline = (...participant_ids: string[]): Promise<Result> => this.ask({ type: "decline", participant_ids });
  remove = (participant_id: string): Promise<Result> => this.ask({ type: "remove", participant_id });
  block = (participant_id: string, by: readonly BlockBy[] = ["person"]): Promise<Result> =>
    this.ask({ type: "block", participant_id, by });

  /** Lock the room, so that who comes now has to wait; or unlock it. */
  lock = (is_locked = true): Promise<Result> => this.ask({ type: "set_lock", is_locked });
  endSession = (): Promise<Result> => this.ask({ type: "end_session" });

  /** Leave the session on purpose: gone at once, without a grace time. */
  async leave(): Promise<void> {
    await this.#socket.leave();
    this.#closed();
  }

  /** Let go of the line; to others it looks like a lost connection. */
  close(): void {
    this.#socket.close();
    this.#closed();
  }

  // --- who waits ----------------------------------------------------------------------------

  #isClosed = false;

  #closed(): void {
    this.#isClosed = true;
    this.#changed();
  }

  #end(): Error {
    return this.problem ? new Refused(this.problem) : new Unreachable("this room was closed");
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** The next change, or the end of a time. */
  #change(ms?: number): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        done();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }
}

/** Why a socket does not open, which neither browsers nor Node tell; null when nothing speaks against it. */
async function whyNot(http: Http, path: string): Promise<Problem | null> {
  try {
    await http.call<SelfView>("GET", path);
    return null;
  } catch (error) {
    return error instanceof Refused ? error.problem : null;
  }
}
