/** How long to wait before coming back, and how long to bear silence. */

const FIRST_MS = 500;
const MOST_MS = 30_000;

/**
 * How long to wait before coming back: twice as long each time, and never in step with others.
 *
 * @param attempt how many have failed in a row before this one, from 0.
 * @param draw a random number from 0 up to 1.
 * @param afterMs what the server said; it has spread its clients already.
 */
export function backoff(attempt: number, draw: number, afterMs?: number | null): number {
  if (afterMs !== undefined && afterMs !== null) return afterMs;
  const longest = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 30));
  return longest * (0.5 + draw / 2);
}

/** For how long silence is normal: two pings may be missed, and one second for the way. */
export function patience(pingMs: number): number {
  return 2 * pingMs + 1_000;
}
