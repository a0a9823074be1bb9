/** Asking again as long as the server cannot be reached or is busy, so that no form is lost. */

import { Refused, Unreachable } from "./api";

const AGAIN_MS = 3_000;
/** Bounds of what a server may say of when to come back: nobody waits for ever, or asks for ever. */
const SOONEST_MS = 1_000;
const LATEST_MS = 60_000;

/** Why one waits: nobody answers, or the server has said for how long it is too busy, in ms. */
export type Trouble = { kind: "dead" } | { kind: "busy"; forMs: number };

/**
 * Do a piece of work, and again after each time the line was dead or the server about to restart:
 * when the browser is online again, or after a few seconds; and when a busy server said to.
 *
 * @param tell hears what is the trouble now; null when there is none.
 * @throws whatever else the work throws.
 */
export async function insist<T>(work: () => Promise<T>, tell: (trouble: Trouble | null) => void): Promise<T> {
  for (;;) {
    try {
      const done = await work();
      tell(null);
      return done;
    } catch (error) {
      const trouble = troubleOf(error);
      tell(trouble);
      if (!trouble) throw error;
      await (trouble.kind === "busy" ? pause(trouble.forMs) : nextChance());
    }
  }
}

/** Load code that has to come: as often as it takes. */
export async function insistOnLoading<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await nextChance();
    }
  }
}

function troubleOf(error: unknown): Trouble | null {
  if (error instanceof Unreachable) return { kind: "dead" };
  if (!(error instanceof Refused)) return null;
  const { code, retry_after_ms } = error.problem;
  if (code === "restarting") return { kind: "dead" };
  if (code !== "overloaded") return null;
  return { kind: "busy", forMs: Math.min(LATEST_MS, Math.max(SOONEST_MS, retry_after_ms ?? AGAIN_MS)) };
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function nextChance(): Promise<void> {
  return new Promise((done) => {
    const go = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      done();
    };
    const timer = setTimeout(go, AGAIN_MS);
    window.addEventListener("online", go);
  });
}
