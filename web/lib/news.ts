/** Who has newly raised a hand or come to the door: told once, merged, and shown until seen. */

import { tab } from "../messages/tab";
import { language } from "./language";
import { countOf } from "./roster";
import type { Group, Row, View } from "./protocol";

/** Groups that are ordered by time: who is new stands at their end. */
export type Queue = Extract<Group, "raised_hands" | "waiting">;

const since = (queue: Queue, row: Row): number =>
  (queue === "raised_hands" ? row.hand_raised_at : row.waiting_since) ?? 0;

/** Somebody new in a queue; without a row when they are not among what is loaded. */
export interface Fresh {
  count: number;
  rows: Row[];
}

/** Those in a queue who were not in it before. A search shows only matches and tells nothing. */
export function freshIn(queue: Queue, before: View | null, now: View): Fresh {
  const grown = Math.max(0, countOf(now.counts, queue) - (before ? countOf(before.counts, queue) : 0));
  if (!before || before.matches || now.matches) return { count: before ? grown : 0, rows: [] };
  const end = endOf(queue, now);
  if (!end) return { count: grown, rows: [] };
  const known = new Set((before.groups[queue]?.rows ?? []).map((row) => row.id));
  const last = Math.max(0, ...(endOf(queue, before) ?? []).map((row) => since(queue, row)));
  const wasWhole = endOf(queue, before) !== null;
  const rows = wasWhole
    ? end.filter((row) => !known.has(row.id) && since(queue, row) >= last)
    : grown > 0 ? end.slice(-grown) : [];
  return { count: Math.max(grown, rows.length), rows };
}

/** The rows of a queue, when those at its end are loaded; else null. */
function endOf(queue: Queue, view: View): readonly Row[] | null {
  const held = view.groups[queue];
  const count = countOf(view.counts, queue);
  if (count === 0) return [];
  return held && held.first + held.rows.length >= count ? held.rows : null;
}

/** New ones that have not been on screen yet, in one queue. */
export class Unseen {
  readonly #rows = new Map<string, Row>();
  #others = 0;

  constructor(readonly queue: Queue) {}

  get count(): number {
    return this.#rows.size + this.#others;
  }

  /** The first of them that is known. */
  get firstId(): string | null {
    return this.#rows.keys().next().value ?? null;
  }

  add({ count, rows }: Fresh, selfId: string): void {
    const others = rows.filter((row) => row.id !== selfId);
    for (const row of others) this.#rows.set(row.id, row);
    this.#others += count - rows.length;
  }

  /** Forget those who are in the queue no more. */
  follow(view: View): void {
    const end = endOf(this.queue, view);
    const ids = new Set((view.groups[this.queue]?.rows ?? []).map((row) => row.id));
    if (end) for (const id of this.#rows.keys()) if (!ids.has(id)) this.#rows.delete(id);
    const count = countOf(view.counts, this.queue);
    this.#others = Math.min(this.#others, Math.max(0, count - this.#rows.size));
  }

  /** Somebody of this id was on screen; with null, the end of the queue was. */
  saw(id: string | null): void {
    if (id === null) this.clear();
    else this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
    this.#others = 0;
  }
}

const MOST_NAMES = 3;

/** What is read aloud about hands: names when they are few. */
export function handsText({ count, rows }: Fresh): string {
  const names = rows.map((row) => row.name);
  if (names.length !== count || count > MOST_NAMES) return tab("hands.many", { count });
  if (names.length === 1) return tab("hands.one", { name: names[0] ?? "" });
  const list = new Intl.ListFormat(language(), { type: "conjunction" }).format(names);
  return tab("hands.few", { names: list });
}

/** How long news are gathered, and how long it is quiet after some were told. */
const GATHER_MS = 1_200;
const QUIET_MS = 5_000;

/** Tells about hands politely: all at once, and not too often. */
export class Announcer {
  #waiting: Fresh = { count: 0, rows: [] };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #quietUntil = 0;

  constructor(readonly say: (text: string) => void) {}

  add(fresh: Fresh, selfId: string): void {
    const rows = fresh.rows.filter((row) => row.id !== selfId);
    const count = fresh.count - (fresh.rows.length - rows.length);
    if (count <= 0) return;
    this.#waiting = { count: this.#waiting.count + count, rows: [...this.#waiting.rows, ...rows] };
    this.#timer ??= setTimeout(() => this.#tell(), Math.max(GATHER_MS, this.#quietUntil - Date.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    this.#timer = undefined;
    this.#quietUntil = Date.now() + QUIET_MS;
    this.say(handsText(this.#waiting));
    this.#waiting = { count: 0, rows: [] };
  }
}
