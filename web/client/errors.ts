/** How taking part can fail. */

import type { ErrorCode, Problem } from "../lib/protocol";

/** The server said no, to a command or to being let in; nothing has changed. */
export class Refused extends Error {
  override readonly name: string = "Refused";

  constructor(readonly problem: Problem) {
    super(`${problem.sentence} (${problem.code})`);
  }

  /** The stable name of the refusal. */
  get code(): ErrorCode {
    return this.problem.code;
  }

  /** The same try may work later without anybody doing anything. */
  get again(): boolean {
    return this.problem.again;
  }

  /** When to try again, in ms, if the server said so. */
  get retryAfterMs(): number | null {
    return this.problem.retry_after_ms ?? null;
  }
}

/** There was no answer, or none of this server. A write may have had its effect. */
export class Unreachable extends Error {
  override readonly name: string = "Unreachable";
}

/** It did not become so in time. A command may have had its effect all the same. */
export class TimedOut extends Error {
  override readonly name: string = "TimedOut";
}
