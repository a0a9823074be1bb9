/**
 * Calling somebody back to a page that is out of sight: a desktop notification and a soft sound
 * when people wait to enter or raise a hand. Both are off until they are switched on here.
 */

import { room } from "../messages/room";
import type { SelfView, View } from "./protocol";

export interface Wishes {
  desktop: boolean;
  sound: boolean;
}

const KEY = "usher.attention";
const SOFT = 0.04;
const TONES = [523.25, 659.25] as const;
const TONE_S = 0.16;

export function wishes(): Wishes {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Wishes> | null;
    return { desktop: kept?.desktop === true, sound: kept?.sound === true };
  } catch {
    return { desktop: false, sound: false };
  }
}

export function keepWishes(wished: Wishes): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(wished));
  } catch {
    // Without storage they hold until the page is left, which is as long as they are needed.
  }
}

/** Ask the browser once; false when it does not allow notifications. */
export async function mayNotify(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  if (Notification.permission === "default") await Notification.requestPermission();
  return Notification.permission === "granted";
}

interface Counts {
  waiting: number;
  hands: number;
}

/** What is to be said about what is new; null when nothing is. Pure. */
export function news(before: Counts, now: Counts, you: SelfView): string | null {
  const has = (right: "admit" | "lower_hands"): boolean => you.rights.includes(right);
  if (has("admit") && now.waiting > before.waiting) return room("knock.many", { count: now.waiting });
  if (has("lower_hands") && now.hands > before.hands) return room("hands.many", { count: now.hands });
  return null;
}

export const countsOf = (view: View | null): Counts => ({
  waiting: view?.counts.waiting ?? 0,
  hands: view?.counts.raised_hands ?? 0,
});

/** Call, as was wished; a later call takes the place of an earlier one. */
export function call(title: string, text: string, wished: Wishes = wishes()): void {
  if (wished.sound) chime();
  if (!wished.desktop || typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body: text, tag: "usher", silent: true });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

/** Two soft tones, made here: nothing is loaded for them. */
function chime(): void {
  if (typeof AudioContext === "undefined") return;
  const context = new AudioContext();
  for (const [index, frequency] of TONES.entries()) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + index * TONE_S;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(SOFT, start);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 2 * TONE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 2 * TONE_S);
    if (index === TONES.length - 1) tone.onended = () => void context.close();
  }
}
