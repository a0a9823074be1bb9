/** The way in: doors, what a platform does over HTTP, and counts without a list. */

import { backoff } from "../lib/backoff";
import { requestOf } from "./routes";
import { newId } from "../lib/socket";
import type {
  Admitted, Command, CreateEntry, Done, EntryNews, EntrySummary, GuestDoor, InvitationDoor, Me, MintToken, MintedToken,
} from "../lib/protocol";
import { Refused, TimedOut, Unreachable } from "./errors";
import { Http, type HttpOptions } from "./http";
import { Room, type RoomOptions } from "./room";

export interface UsherOptions extends Omit<HttpOptions, "bearer"> {
  /** An API key (`usher key create`), on a platform's own server and in no page. */
  key?: string;
}

export interface GuestForm {
  name: string;
  email: string;
  /** What `lookAtGuestLink` gave to agree to, word for word. */
  consent?: string;
}

const LINK = /^(?:.*#)?(?:[gi]\.)?([A-Za-z0-9_-]+)\s*$/u;

/**
 * A server, as one person or one platform sees it. Everything that asks it throws `Refused` when
 * it says no, and `Unreachable` when there is no answer.
 */
export class Usher {
  readonly #http: Http;

  /** @param server its address, such as `https://usher.example`. */
  constructor(server: string, { key, ...options }: UsherOptions = {}) {
    this.#http = new Http(server, { ...options, bearer: key });
  }

  // --- doors --------------------------------------------------------------------------------

  /** See what a guest link opens, which uses nothing up. */
  lookAtGuestLink = (link: string): Promise<GuestDoor> =>
    this.#post("/doors/guest/look", { token: tokenOf(link) });

  /** Come in as a guest, which is a use of the link. */
  redeemGuestLink = (link: string, form: GuestForm): Promise<Admitted> =>
    this.#post("/doors/guest", { ...form, token: tokenOf(link) });

  /** See what an invite link opens; it tells nothing about who was invited. */
  lookAtInvitation = (link: string): Promise<InvitationDoor> =>
    this.#post("/doors/invitation/look", { token: tokenOf(link) });

  /** Come in by invitation, with the invited address. */
  redeemInvitation = (link: string, email: string): Promise<Admitted> =>
    this.#post("/doors/invitation", { token: tokenOf(link), email });

  /** Have a code mailed to the invited address, for `code_required` and `other_device`. */
  async requestCode(link: string, email: string): Promise<void> {
    await this.#post("/doors/invitation/code", { token: tokenOf(link), email });
  }

  /** Come in by invitation with the mailed code. */
  redeemCode = (link: string, email: string, code: string): Promise<Admitted> =>
    this.#post("/doors/invitation/verify", { token: tokenOf(link), email, code });

  /** Come in with a host token that your platform's server has made. */
  enterWithToken = (token: string): Promise<Admitted> => this.#post("/embed/enter", { token });

  // --- platforms ----------------------------------------------------------------------------

  me = (): Promise<Me> => this.#http.call("GET", "/me");

  /** Make a host token for somebody (API key of scope `tokens`). */
  mintToken = (form: MintToken): Promise<MintedToken> => this.#post("/tokens", form);

  /** List entries, from behind one of them on. */
  entries = (after = "", limit = 50): Promise<EntrySummary[]> =>
    this.#http.call("GET", `/entries?${new URLSearchParams({ limit: String(limit), ...(after ? { after } : {}) })}`);

  /** @param id the same id with the same body again makes no second entry. */
  createEntry = (body: Omit<CreateEntry, "type">, id = newId()): Promise<Done> =>
    this.#http.call("POST", "/entries", body, id);

  /**
   * Give a command from outside the room. `id` as for `createEntry`.
   *
   * @throws TypeError the command is given in a room alone: `room.ask`.
   */
  async do(entryId: string, command: Command, id = newId()): Promise<Done> {
    const { method, path, body } = requestOf(entryId, command);
    return this.#http.call(method, path, body, id);
  }

  /** Send any other request; `path` is below `/api/v1`. */
  call<T>(method: string, path: string, body?: object): Promise<T> {
    return this.#http.call(method, path, body);
  }

  // --- live ---------------------------------------------------------------------------------

  /**
   * Be in a session until `close` or `leave`, coming back after every loss. Resolves inside, or at a gate.
   *
   * @throws Refused the server does not take this client.
   * @throws Unreachable no connection came about within `timeoutMs`, further attempts included.
   */
  async room(admitted: Pick<Admitted, "session_id" | "ticket">, options: RoomOptions = {}): Promise<Room> {
    const Socket = options.WebSocket ?? globalThis.WebSocket ?? (await fromWs());
    const room = new Room(this.#http, admitted.session_id, admitted.ticket, Socket, options);
    try {
      await room.until(() => room.you !== null, this.#http.timeoutMs);
    } catch (error) {
      room.close();
      if (!(error instanceof TimedOut)) throw error;
      throw new Unreachable(`no connection to ${this.#http.server} within ${this.#http.timeoutMs} ms`, { cause: error });
    }
    return room;
  }

  /**
   * Follow how many are in each group of entries, without a list of anybody: the present counts
   * first, then changes, until the signal aborts. A stream that ends is opened again.
   */
  async *counts(entryIds: readonly string[], signal = new AbortController().signal): AsyncGenerator<EntryNews, void> {
    const path = `/counts?entries=${encodeURIComponent(entryIds.join(","))}`;
    for (let failures = 0; !signal.aborted; failures += 1) {
      let afterMs: number | null = null;
      try {
        for await (const { name, data } of this.#http.events(path, signal)) {
          if (name === "retry") afterMs = Number(data);
          if (name !== "counts") continue;
          failures = 0;
          yield JSON.parse(data) as EntryNews;
        }
      } catch (error) {
        if (error instanceof Refused && !error.again) throw error;
        if (error instanceof Refused) afterMs = error.retryAfterMs;
      }
      if (!signal.aborted) await pause(backoff(failures, Math.random(), afterMs), signal);
    }
  }

  #post<T>(path: string, body: object): Promise<T> {
    return this.#http.call("POST", path, body);
  }
}

/** @throws TypeError it is no link; what it is, is not told, as it may be a secret. */
function tokenOf(link: string): string {
  const token = LINK.exec(link)?.[1];
  if (!token) throw new TypeError("that is no link of usher: it ends in #g. or #i. and a token");
  return token;
}

/** Node has a WebSocket of its own from version 22 on. */
async function fromWs(): Promise<typeof WebSocket> {
  const name = "ws";
  try {
    return ((await import(/* @vite-ignore */ name)) as { WebSocket: typeof WebSocket }).WebSocket;
  } catch (error) {
    throw new TypeError("there is no WebSocket here: install the package ws", { cause: error });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    }
    signal.addEventListener("abort", end);
  });
}
