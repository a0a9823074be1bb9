/** What is not handed in or saved yet, kept on the device: a reload must not lose it. */

const PREFIX = "usher.quiz.";
/** After so long a draft is of no use to anybody, and somebody else may sit at the device. */
const KEPT_MS = 30 * 24 * 3_600_000;

interface Kept<T> {
  at: number;
  draft: T;
}

export function keepDraft<T>(name: string, draft: T, now: number = Date.now()): void {
  const kept: Kept<T> = { at: now, draft };
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(kept));
  } catch {
    // Without storage it lives as long as the page does.
  }
}

export function draftOf<T>(name: string, now: number = Date.now()): T | null {
  try {
    const text = localStorage.getItem(PREFIX + name);
    if (text === null) return null;
    const kept = JSON.parse(text) as Partial<Kept<T>>;
    if (typeof kept.at === "number" && now - kept.at < KEPT_MS && kept.draft) return kept.draft;
    dropDraft(name);
  } catch {
    // What cannot be read is as good as not there.
  }
  return null;
}

export function dropDraft(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Without storage there is nothing to drop.
  }
}
