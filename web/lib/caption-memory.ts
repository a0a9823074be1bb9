/** Whether captions are shown, and in which language: kept on this device for every video. */

const KEY = "usher.captions";
const OFF = "off";

/** @returns which of a video's languages is shown at first; null for none. */
export function captionsAtFirst(languages: readonly string[]): string | null {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // Then it is as for everybody: the first.
  }
  if (kept === OFF) return null;
  const same = languages.find((one) => one === kept) ?? languages.find((one) => base(one) === base(kept ?? ""));
  return same ?? languages[0] ?? null;
}

export function rememberCaptions(language: string | null): void {
  try {
    localStorage.setItem(KEY, language ?? OFF);
  } catch {
    // Then the next video asks again.
  }
}

/** `pt` of `pt-BR`. */
const base = (language: string): string => language.split("-")[0] ?? "";
