/** The people on a page, some at a time: which rows of which group a page of the list shows. */

import { countOf } from "./roster";
import type { Counts, Group, Row, View, Window } from "./protocol";

/** As many as one looks through; the server gives up to 200 of a group. */
export const PAGE = 50;

/** The groups of those who are here, one after the other as one list. */
const LISTED: readonly Group[] = ["raised_hands", "on_stage", "viewers"];

export const pagesOf = (counts: Counts): number => Math.max(1, Math.ceil(counts.all / PAGE));

/** What to ask for. The first page takes every group from its beginning, whatever the counts are. */
export function windowOf(page: number, counts: Counts): Window {
  const groups: Partial<Record<Group, { first: number; count: number }>> = {};
  let before = 0;
  for (const group of LISTED) {
    const first = Math.max(0, page * PAGE - before);
    const end = Math.min(countOf(counts, group), (page + 1) * PAGE - before);
    if (page === 0 || first < end) groups[group] = { first, count: PAGE };
    before += countOf(counts, group);
  }
  return { groups, search: "" };
}

/**
 * The rows of a page, out of what has come: of the end of a group, the server gives rows before
 * what was asked for as well. Null while it has not come.
 */
export function rowsOf(view: View, page: number): Row[] | null {
  const rows: Row[] = [];
  for (const [group, { first = 0 }] of Object.entries(windowOf(page, view.counts).groups ?? {})) {
    const given = view.groups[group as Group];
    const isThere = given && given.first <= first && first < given.first + given.rows.length;
    if (!isThere && countOf(view.counts, group as Group) > 0) return null;
    rows.push(...(given?.rows.slice(first - given.first) ?? []));
  }
  return rows.slice(0, PAGE);
}
