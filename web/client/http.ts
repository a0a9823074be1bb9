/** Requests to a server, and what its answers mean. */

import type { Problem } from "../lib/protocol";
import { Refused, Unreachable } from "./errors";

export const API = "/api/v1";
/** So long without a word, and a stream of events is given up; the server beats every 15 s. */
const SILENCE_MS = 45_000;

export interface HttpOptions {
  /** A ticket, or an API key, which belongs into no page. */
  bearer?: string | undefined;
  /** `include` on pages of the server's own site, whose cookies then count. */
  credentials?: RequestCredentials | undefined;
  fetch?: typeof fetch | undefined;
  timeoutMs?: number | undefined;
}

export class Http {
  readonly server: string;
  readonly timeoutMs: number;
  readonly #options: HttpOptions;

  constructor(server: string, options: HttpOptions) {
    this.server = server.replace(/\/+$/u, "");
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.#options = options;
  }

  /** The same server with another credential. */
  as(bearer: string): Http {
    return new Http(this.server, { ...this.#options, bearer });
  }

  /**
   * @param path below `/api/v1`.
   * @param id of a write: the same again has no second effect.
   * @throws Refused the server said no.
   * @throws Unreachable there was no answer.
   */
  async call<T>(method: string, path: string, body?: object, id?: string): Promise<T> {
    const init: RequestInit = { method, signal: AbortSignal.timeout(this.timeoutMs) };
    const response = await this.#fetch(path, init, method === "GET" ? undefined : (body ?? {}), id);
    let answer: unknown;
    try {
      answer = await response.json();
    } catch (error) {
      throw new Unreachable(`HTTP ${response.status} without an answer`, { cause: error });
    }
    if (response.ok) return answer as T;
    throw isProblem(answer) ? new Refused(answer) : new Unreachable(`HTTP ${response.status}`);
  }

  /** Follow one stream of Server-Sent Events to its end: names, and what they carry. */
  async *events(path: string, signal: AbortSignal): AsyncGenerator<{ name: string; data: string }> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await this.#fetch(path, { signal: AbortSignal.any([signal, silence.signal]) });
      if (!response.ok) {
        const answer: unknown = await response.json().catch(() => null);
        throw isProblem(answer) ? new Refused(answer) : new Unreachable(`HTTP ${response.status}`);
      }
      let text = "";
      const decoder = new TextDecoder();
      const reader = response.body?.getReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        text += decoder.decode(part.value, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        yield* blocks.map(eventOf);
      }
    } catch (error) {
      if (error instanceof Refused || error instanceof Unreachable) throw error;
      throw new Unreachable("the stream has ended", { cause: error });
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  async #fetch(path: string, init: RequestInit, body?: object, id?: string): Promise<Response> {
    const headers = new Headers();
    if (this.#options.bearer) headers.set("Authorization", `Bearer ${this.#options.bearer}`);
    if (body) {
      headers.set("Content-Type", "application/json");
      // Writes with cookies are taken only with this header, which no foreign form can send.
      headers.set("X-Usher", "1");
      init.body = JSON.stringify(body);
    }
    if (id) headers.set("Idempotency-Key", id);
    const credentials = this.#options.credentials ?? "omit";
    try {
      return await (this.#options.fetch ?? fetch)(this.server + API + path, { ...init, headers, credentials });
    } catch (error) {
      throw new Unreachable(`${this.server} does not answer`, { cause: error });
    }
  }
}

function isProblem(answer: unknown): answer is Problem {
  const problem = answer as Partial<Problem> | null;
  return typeof problem?.code === "string" && typeof problem.sentence === "string";
}

/** One event; `retry` is given as an event of that name (HTML Living Standard, section 9.2.6). */
function eventOf(block: string): { name: string; data: string } {
  let name = "";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field, value = ""] = /^(\w*):? ?(.*)$/u.exec(line) ?? [];
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (field === "retry" && name === "") [name, data[0]] = [field, value];
  }
  return { name, data: data.join("\n") };
}
