/** Choosing an entry by its name or its id, where there may be more than can be listed. */

import type { EntrySummary } from "./protocol";

/** What is offered while somebody types: what is filled in, and what stands beside it. */
export interface Offer {
  value: string;
  label: string;
}

/** An entry is offered by its name; by its id where the name may mean another one. */
export function offersOf(entries: readonly EntrySummary[]): Offer[] {
  const times = new Map<string, number>();
  for (const { name } of entries) times.set(name, (times.get(name) ?? 0) + 1);
  const ids = new Set(entries.map((one) => one.entry_id));
  return entries.map(({ entry_id: id, name }) =>
    times.get(name) === 1 && !ids.has(name) ? { value: name, label: id } : { value: id, label: name });
}

/** The id that is meant: of an entry that is offered, or what was typed, which may be the id of one that is not. */
export function entryMeant(typed: string, entries: readonly EntrySummary[]): string {
  const text = typed.trim();
  if (entries.some((one) => one.entry_id === text)) return text;
  const named = entries.filter((one) => one.name.trim() === text);
  return named.length === 1 && named[0] ? named[0].entry_id : text;
}
