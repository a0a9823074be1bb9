/** Places of rows across the groups of the tab: which is where, and what comes next. */

import { GROUPS } from "./roster";
import type { Group, LedgerRow, Row, View } from "./protocol";

export interface Place {
  group: Group;
  /** Counted from 0, in the whole group. */
  index: number;
}

/** A group that is open, and how many of its rows there are to move through. */
export interface Stretch {
  group: Group;
  rows: number;
}

/** The rows of a group that are loaded, whichever kind they are. */
export function loaded(view: View, group: Group): readonly (Row | LedgerRow)[] {
  const held = view.groups[group];
  return (group === "invited" ? held?.invitations : held?.rows) ?? [];
}

/** Who is at a place; null when that is not loaded. */
export function rowAt(view: View, place: Place): Row | LedgerRow | null {
  const first = view.groups[place.group]?.first ?? 0;
  return loaded(view, place.group)[place.index - first] ?? null;
}

/** Where somebody is; null when they are not among what is loaded. */
export function placeOf(view: View, id: string, within: readonly Group[] = GROUPS): Place | null {
  for (const group of within) {
    const at = loaded(view, group).findIndex((row) => row.id === id);
    if (at >= 0) return { group, index: (view.groups[group]?.first ?? 0) + at };
  }
  return null;
}

/** The place so many rows further; at an end it is the last one there. Null in an empty list. */
export function step(stretches: readonly Stretch[], from: Place, by: number): Place | null {
  let at = from.index + by;
  for (const { group, rows } of stretches) {
    if (group === from.group) break;
    at += rows;
  }
  return nth(stretches, at);
}

export const firstPlace = (stretches: readonly Stretch[]): Place | null => nth(stretches, 0);

export const lastPlace = (stretches: readonly Stretch[]): Place | null => nth(stretches, Infinity);

function nth(stretches: readonly Stretch[], wanted: number): Place | null {
  let left = Math.max(0, wanted);
  let last: Place | null = null;
  for (const { group, rows } of stretches) {
    if (left < rows) return { group, index: left };
    left -= rows;
    if (rows > 0) last = { group, index: rows - 1 };
  }
  return last;
}

/** A row on screen, and how far below the upper edge of the screen it is. */
export interface Mark extends Place {
  id: string | null;
  top: number;
}

/**
 * Choose what stays in its place on screen when the list changes: the first of these marks
 * that is still in its group. When nobody is, the place itself stays.
 *
 * @param marks the best first: the row in focus, the one under the pointer, then from the top.
 */
export function anchorOf(view: View, marks: readonly Mark[]): Mark | null {
  for (const mark of marks) {
    if (mark.id === null) continue;
    const place = placeOf(view, mark.id, [mark.group]);
    if (place) return { ...mark, ...place };
  }
  return marks[0] ?? null;
}
