/** Telling the time. */

import { common } from "../messages/common";
import { language, locale } from "./language";

/** A stretch of time as a clock shows it: `2 days 03:04:05`, `1:02:03`, `4:05`. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1_000));
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  const seconds = total % 60;
  const two = (part: number): string => String(part).padStart(2, "0");
  if (days > 0) {
    return common("days_and_clock", { days, clock: `${two(hours)}:${two(minutes)}:${two(seconds)}` });
  }
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A moment in the reader's own time zone. */
export function moment(at: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** A moment in full, for those who wait for it. */
export function momentInFull(at: number): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit",
    timeZoneName: "short",
  }).format(at);
}

const MINUTE = 60_000;
const UNITS = [
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
] as const;

/** How far off a moment is: `in 3 days`, `2 hours ago`. */
export function fromNow(at: number, now: number): string {
  const away = at - now;
  const [unit, size] = UNITS.find(([, least]) => Math.abs(away) >= 0.9 * least) ?? UNITS[2];
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.round(away / size), unit);
}

/** What `<input type="datetime-local">` holds for a moment; empty for none. */
export function toLocalInput(at: number | null | undefined): string {
  if (at === null || at === undefined) return "";
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment that `<input type="datetime-local">` holds; null for none. */
export function fromLocalInput(value: string): number | null {
  const at = new Date(value).getTime();
  return value === "" || Number.isNaN(at) ? null : at;
}
