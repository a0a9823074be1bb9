/** Asking again as long as the server cannot be reached, so that a dead line loses no form. */

import { Unreachable } from "./api";

const AGAIN_MS = 3_000;

/**
 * Do a piece of work, and again after each time the line was dead: when the browser is online
 * again, or after a few seconds.
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
      if (!(error instanceof Unreachable)) {
        tell(false);
        throw error;
      }
      tell(true);
      await nextChance();
    }
  }
}

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
