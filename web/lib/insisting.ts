/** Asking again as long as the server cannot be reached, so that a dead line loses no form. */

import { Refused, Unreachable } from "./api";

const AGAIN_MS = 3_000;

/**
 * Do a piece of work, and again after each time the line was dead or the server about to restart:
 * when the browser is online again, or after a few seconds.
 *
 * @param tell hears whether the line is dead now.
 * @throws whatever else the work throws.
 */
export async function insist<T>(work: () => Promise<T>, tell: (isDead: boolean) => void): Promise<T> {
  for (;;) {
    try {
      const done = await work();
      tell(false);
      return done;
    } catch (error) {
      if (!isPassing(error)) {
        tell(false);
        throw error;
      }
      tell(true);
      await nextChance();
    }
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && error.problem.code === "restarting");

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
