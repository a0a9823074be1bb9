/** The entries of the home page: how each stands, which are looked for, and in which order. */

import { isLive } from "./ranks";
import { kindName } from "./words";
import type { EntryKind, EntrySummary } from "./protocol";

export const KINDS: readonly EntryKind[] = [
  "live_event", "room", "channel_room", "gallery_room", "video", "document", "quiz",
];

/**
 * How an entry stands, for its card: running; to come; due but not begun; a room without a
 * time; over; without anything to show yet; there to be looked at.
 */
export type Standing = "live" | "coming" | "due" | "idle" | "over" | "draft" | "shown";

export function standingOf(entry: EntrySummary, now: number): Standing {
  if (!isLive(entry.kind)) return entry.has_content ? "shown" : "draft";
  if (entry.session_state === "open") return "live";
  if (entry.session_state === "ended") return "over";
  if (!entry.starts_at) return "idle";
  return entry.starts_at > now ? "coming" : "due";
}

export const SORTS = ["used", "start", "name"] as const;
export type Sort = (typeof SORTS)[number];

export interface EntryQuery {
  q: string;
  /** Empty for all. */
  kind: "" | EntryKind;
  sort: Sort;
}

export const EVERYTHING: EntryQuery = { q: "", kind: "", sort: "used" };

export const isNarrowed = (query: EntryQuery): boolean => Boolean(query.q.trim() || query.kind);

/** What is looked for stands in the address, so that the way back leads to the same list. */
export function queryOf(search: string): EntryQuery {
  const given = new URLSearchParams(search);
  const kind = given.get("kind") as EntryKind;
  const sort = given.get("sort") as Sort;
  return {
    q: (given.get("q") ?? "").slice(0, 100),
    kind: KINDS.includes(kind) ? kind : "",
    sort: SORTS.includes(sort) ? sort : "used",
  };
}

export function searchOf({ q, kind, sort }: EntryQuery): string {
  const found = new URLSearchParams();
  if (q.trim()) found.set("q", q.trim());
  if (kind) found.set("kind", kind);
  if (sort !== "used") found.set("sort", sort);
  return found.size > 0 ? `?${found}` : "";
}

/** Letters alone count: no case, no accents. */
const folded = (text: string): string =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Those looked for, in their order. Every word has to be found somewhere: name, text or kind. */
export function found(
  entries: readonly EntrySummary[], query: EntryQuery, now: number, language: string,
): EntrySummary[] {
  const words = folded(query.q).split(/\s+/u).filter(Boolean);
  const fits = (entry: EntrySummary): boolean => {
    if (query.kind && entry.kind !== query.kind) return false;
    const text = folded(`${entry.name} ${entry.description} ${kindName(entry.kind)}`);
    return words.every((word) => text.includes(word));
  };
  return entries.filter(fits).sort(ORDERS[query.sort](now, new Intl.Collator(language, { numeric: true })));
}

type Order = (a: EntrySummary, b: EntrySummary) => number;

const ORDERS: Record<Sort, (now: number, collator: Intl.Collator) => Order> = {
  // What is running is what one comes for; then what one worked with last.
  used: (now) => (a, b) => running(b, now) - running(a, now) || b.used_at - a.used_at,
  start: (now, collator) => (a, b) =>
    running(b, now) - running(a, now) || startOf(a, now) - startOf(b, now) || collator.compare(a.name, b.name),
  name: (_now, collator) => (a, b) => collator.compare(a.name, b.name) || b.used_at - a.used_at,
};

const running = (entry: EntrySummary, now: number): number => Number(standingOf(entry, now) === "live");

/** What is due comes first, what has no start last. */
function startOf(entry: EntrySummary, now: number): number {
  const standing = standingOf(entry, now);
  return standing === "coming" || standing === "due" ? (entry.starts_at ?? Infinity) : Number.MAX_SAFE_INTEGER;
}

/** How many there are of each kind, for the kinds that there are. */
export function kindsOf(entries: readonly EntrySummary[]): [EntryKind, number][] {
  return KINDS.map((kind) => [kind, entries.filter((one) => one.kind === kind).length] as [EntryKind, number])
    .filter(([, count]) => count > 0);
}
