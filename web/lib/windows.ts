/** Which rows of each group are asked for: by what is open, what is on screen, and whither. */

import { GROUPS } from "./roster";
import type { Group, Range, Window } from "./protocol";

/** Rows of a group before *See more*. */
export const PREVIEW = 20;
/** Rows of a group that are held at most; the server gives up to 200. */
export const HELD = 150;
/** Windows move in steps, so that people who look at about the same share one view. */
const STEP = 25;
/** A new window is asked for when fewer rows than these are left beside the screen. */
const MARGIN = 25;
/** The server lets a connection move its window five times a second, on average. */
export const WATCH_MS = 220;

/** How a group is shown. */
export interface GroupUse {
  isOpen: boolean;
  isExpanded: boolean;
  /** The first row on screen, counted from 0. */
  top: number;
  /** How many rows fit on the screen. */
  rows: number;
  /** Whither one scrolls: 1 down, -1 up, 0 while at rest. */
  heading: -1 | 0 | 1;
}

export const use = (isOpen: boolean): GroupUse => ({
  isOpen, isExpanded: false, top: 0, rows: PREVIEW, heading: 0,
});

/**
 * The stretch to ask for: what is on screen, and most of the rest whither one scrolls.
 *
 * @param held what is asked for now; it is kept for as long as there are rows to spare.
 * @param total rows of the whole group.
 */
export function rangeFor(use: GroupUse, held?: Range, total = Infinity): Required<Range> {
  if (!use.isExpanded) return { first: 0, count: PREVIEW };
  const top = Math.max(0, Math.min(use.top, total - 1));
  if (held && suffices(held, { ...use, top }, total)) return { first: held.first ?? 0, count: HELD };
  const spare = Math.max(0, HELD - use.rows);
  const before = use.heading > 0 ? spare * 0.2 : use.heading < 0 ? spare * 0.8 : spare * 0.45;
  return { first: Math.floor(Math.max(0, top - before) / STEP) * STEP, count: HELD };
}

function suffices(held: Range, { top, rows }: GroupUse, total: number): boolean {
  if (held.count !== HELD) return false;
  const first = held.first ?? 0;
  const isFirst = first === 0 || top - first >= MARGIN;
  const end = first + HELD;
  return top >= first && isFirst && (end >= total || top + rows + MARGIN <= end);
}

/**
 * Make the window of the whole tab. A closed group is left out; its count comes all the same.
 * The stage is always asked for, because it is shown beside the tab as well.
 *
 * @param held the window that is asked for now.
 * @param totals rows of each group.
 */
export function windowFor(
  uses: ReadonlyMap<Group, GroupUse>,
  search: string,
  held: Window | null = null,
  totals: (group: Group) => number = () => Infinity,
): Window {
  const wanted = search.trim().slice(0, 100);
  const old = held?.search === wanted ? held.groups : undefined;
  const groups: Partial<Record<Group, Range>> = {};
  for (const group of GROUPS) {
    const one = uses.get(group);
    if (one?.isOpen) groups[group] = rangeFor(one, old?.[group], totals(group));
  }
  groups.on_stage ??= { first: 0, count: PREVIEW };
  return { groups, search: wanted };
}

export function sameWindow(a: Window | null, b: Window | null): boolean {
  if (!a || !b || a.search !== b.search) return a === b;
  return GROUPS.every((group) => {
    const [one, other] = [a.groups?.[group], b.groups?.[group]];
    return one?.first === other?.first && one?.count === other?.count;
  });
}

/** Lets through at once while there is some to spare, then one in so many ms; always the last. */
export class Pace<T> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next: T | undefined;
  #left: number;
  #at = Date.now();

  /** @param burst how many may follow one another at once, after a rest. */
  constructor(readonly burst: number, readonly ms: number, readonly pass: (value: T) => void) {
    this.#left = burst;
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  offer(value: T): void {
    this.#next = value;
    if (this.#timer !== undefined) return;
    const now = Date.now();
    this.#left = Math.min(this.burst, this.#left + (now - this.#at) / this.ms);
    this.#at = now;
    if (this.#left >= 1) this.#go();
    else this.#timer = setTimeout(() => this.#go(), (1 - this.#left) * this.ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #go(): void {
    if (this.#timer !== undefined) {
      this.#timer = undefined;
      this.#left = 1;
      this.#at = Date.now();
    }
    this.#left -= 1;
    this.pass(this.#next as T);
  }
}
