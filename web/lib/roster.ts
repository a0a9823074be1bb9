/** `apply`: the new view from the old one and the difference. Pure, as in `protocol/deltas.py`. */

import type {
  Counts, Group, GroupDelta, GroupView, LedgerRow, Op, Row, View, ViewDelta,
} from "./protocol";

/** The groups in their order on screen. */
export const GROUPS = [
  "waiting", "raised_hands", "on_stage", "viewers", "invited",
] as const satisfies readonly Group[];

/** The delta was not made from this view; ask for a snapshot. */
export class Misfit extends Error {}

/**
 * Make the new view; the old one stays as it was, and groups without a change are shared.
 *
 * @throws Misfit nothing came of it.
 */
export function apply(view: View, delta: ViewDelta): View {
  const groups = { ...view.groups };
  for (const group of GROUPS) {
    const change = delta.groups?.[group];
    if (!change) continue;
    const old = view.groups[group];
    if (!old) throw new Misfit(`no group ${group}`);
    groups[group] = applyToGroup(old, change, group === "invited");
  }
  return {
    session: delta.session ?? view.session,
    counts: delta.counts ?? view.counts,
    matches: delta.matches ?? view.matches ?? null,
    groups,
  };
}

function applyToGroup(old: GroupView, change: GroupDelta, isLedger: boolean): GroupView {
  if (isLedger) {
    const invitations = applyOps(old.invitations ?? [], change.ops);
    return { first: change.first, rows: [], invitations };
  }
  return { first: change.first, rows: applyOps(old.rows ?? [], change.ops), invitations: [] };
}

function applyOps<R extends Row | LedgerRow>(old: readonly R[], ops: readonly Op[]): R[] {
  const rows = [...old];
  for (const op of ops ?? []) {
    switch (op.op) {
      case "insert":
        if (op.at < 0 || op.at > rows.length) throw new Misfit(`insert at ${op.at}`);
        rows.splice(op.at, 0, op.row as R);
        break;
      case "delete": {
        const count = op.count ?? 1;
        if (op.at < 0 || count < 1 || op.at + count > rows.length) {
          throw new Misfit(`delete at ${op.at}`);
        }
        rows.splice(op.at, count);
        break;
      }
      case "update": {
        const row = rows[op.at];
        if (!row) throw new Misfit(`update at ${op.at}`);
        rows[op.at] = { ...row, ...op.fields };
        break;
      }
      case "move": {
        const row = rows[op.at];
        if (!row || op.to < 0 || op.to >= rows.length) throw new Misfit(`move from ${op.at}`);
        rows.splice(op.at, 1);
        rows.splice(op.to, 0, { ...row, ...op.fields });
        break;
      }
      default:
        throw new Misfit("unknown operation");
    }
  }
  return rows;
}

/** How many are in a group, by counts that are always exact. */
export function countOf(counts: Counts, group: Group): number {
  return counts[group] ?? 0;
}

/** Find somebody in what is loaded. */
export function findRow(view: View | null, participantId: string): Row | null {
  for (const group of GROUPS) {
    const found = view?.groups[group]?.rows?.find((row) => row.id === participantId);
    if (found) return found;
  }
  return null;
}

/**
 * Everybody on stage among the rows that are loaded. Somebody on stage whose hand is up is
 * listed under *Raised hands*, so both groups are looked through.
 */
export function onStage(view: View): Row[] {
  const people = new Map<string, Row>();
  for (const group of ["on_stage", "raised_hands"] as const) {
    for (const row of view.groups[group]?.rows ?? []) {
      if (row.stage === "on") people.set(row.id, row);
    }
  }
  return [...people.values()].sort((a, b) => (a.on_stage_since ?? 0) - (b.on_stage_since ?? 0));
}
