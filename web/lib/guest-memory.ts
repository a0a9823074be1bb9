/** What a guest typed, kept on this device alone, so that the next form is filled in already. */

export interface Guest {
  name: string;
  email: string;
}

const KEY = "usher.guest";

export function recallGuest(): Guest | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Guest> | null;
    if (typeof kept?.name !== "string" || typeof kept.email !== "string") return null;
    return { name: kept.name, email: kept.email };
  } catch {
    return null;
  }
}

/** Kept only after somebody was let in with it. */
export function rememberGuest(guest: Guest): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(guest));
  } catch {
    // Then the next form is empty.
  }
}

export function forgetGuest(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There was nothing to forget.
  }
}
