/** Who is waiting for an answer: people that commands in flight are about, counted. Pure. */

import { subjectsOf } from "./outcomes";
import type { Command } from "./protocol";

export type Pending = ReadonlyMap<string, number>;

export const NOBODY: Pending = new Map();

/** Count the people of a command in. @param selfId whom a command is about that names nobody. */
export function begun(pending: Pending, command: Command, selfId: string | null): Pending {
  return counted(pending, subjectsOf(command, selfId), 1);
}

/** Count them out, whatever the answer was. */
export function ended(pending: Pending, command: Command, selfId: string | null): Pending {
  return counted(pending, subjectsOf(command, selfId), -1);
}

function counted(pending: Pending, ids: readonly string[], step: 1 | -1): Pending {
  if (ids.length === 0) return pending;
  const next = new Map(pending);
  for (const id of ids) {
    const count = (next.get(id) ?? 0) + step;
    if (count > 0) next.set(id, count);
    else next.delete(id);
  }
  return next;
}
