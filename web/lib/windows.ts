/** Which rows of each group are asked for: by what is open and what is on screen. */

import { GROUPS } from "./roster";
import type { Group, Range, Window } from "./protocol";

/** Rows of a group before *See more*. */
export const PREVIEW = 20;
/** Rows of a group that are held at most. */
export const HELD = 100;
/** Windows move in steps, so that scrolling by a row asks for nothing. */
const STEP = 25;

/** How a group is shown. */
export interface GroupUse {
  isOpen: boolean;
  isExpanded: boolean;
  /** The first row on screen, counted from 0. */
  top: number;
}

/** The stretch to ask for: around what is on screen, a third of it above. */
export function rangeFor(use: GroupUse): Required<Range> {
  if (!use.isExpanded) return { first: 0, count: PREVIEW };
  const above = Math.floor(Math.max(0, use.top - HELD / 3) / STEP) * STEP;
  return { first: above, count: HELD };
}

/**
 * Make the window of the whole tab. A closed group is left out; its count comes all the same.
 * The stage is always asked for, because it is shown beside the tab as well.
 */
export function windowFor(uses: ReadonlyMap<Group, GroupUse>, search: string): Window {
  const groups: Partial<Record<Group, Range>> = {};
  for (const group of GROUPS) {
    const use = uses.get(group);
    if (use?.isOpen) groups[group] = rangeFor(use);
  }
  groups.on_stage ??= { first: 0, count: PREVIEW };
  return { groups, search: search.trim().slice(0, 100) };
}

export function sameWindow(a: Window | null, b: Window | null): boolean {
  if (!a || !b || a.search !== b.search) return a === b;
  return GROUPS.every((group) => {
    const [one, other] = [a.groups?.[group], b.groups?.[group]];
    return one?.first === other?.first && one?.count === other?.count;
  });
}
