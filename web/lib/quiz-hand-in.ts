/** Handing in until the server has answered: a lost line must not lose anybody's answers. */

import { problemOf } from "./api";
import type { Problem } from "./protocol";
import { backoff } from "./backoff";

export interface HandInOptions {
  send: () => Promise<unknown>;
  /** Told each time that the server could not be reached, and it goes on trying. */
  waits: (problem: Problem) => void;
  /** Wait before another try: so long, or until the line is back. */
  pause?: (ms: number) => Promise<void>;
  /** Stops trying, because the page is being left. */
  isOver?: () => boolean;
  draw?: () => number;
}

/** @returns null when it was handed in, or why it cannot be; undefined when it was given up. */
export async function handInUntilAnswered(options: HandInOptions): Promise<Problem | null | undefined> {
  const { send, waits, pause = untilOnline, isOver = () => false, draw = Math.random } = options;
  for (let attempt = 0; !isOver(); attempt += 1) {
    try {
      await send();
      return null;
    } catch (error) {
      const problem = problemOf(error);
      if (!problem.again) return problem;
      waits(problem);
      await pause(backoff(attempt, draw(), problem.retry_after_ms));
    }
  }
  return undefined;
}

function untilOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}
