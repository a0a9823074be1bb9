/**
 * What is on its way: commands in flight, by the people whom they are about, and how a row looks
 * if they are granted. It is shown so at once, and marked; a refusal takes it back. Pure.
 */

import { subjectsOf } from "./outcomes";
import type { Command, Row } from "./protocol";

export type Pending = ReadonlyMap<string, readonly Command[]>;

export const NOBODY: Pending = new Map();

/** Add a command to its people. @param selfId whom a command is about that names nobody. */
export function begun(pending: Pending, command: Command, selfId: string | null): Pending {
  return changed(pending, subjectsOf(command, selfId), (commands) => [...commands, command]);
}

/** Take it away again, whatever the answer was. */
export function ended(pending: Pending, command: Command, selfId: string | null): Pending {
  return changed(pending, subjectsOf(command, selfId), (commands) => commands.filter((one) => one !== command));
}

function changed(
  pending: Pending, ids: readonly string[], change: (commands: readonly Command[]) => readonly Command[],
): Pending {
  if (ids.length === 0) return pending;
  const next = new Map(pending);
  for (const id of ids) {
    const commands = change(next.get(id) ?? []);
    if (commands.length > 0) next.set(id, commands);
    else next.delete(id);
  }
  return next;
}

/** Commands after which somebody is not where their row is now. */
const AWAY: ReadonlySet<Command["type"]> = new Set<Command["type"]>([
  "admit", "decline", "send_back", "remove", "block",
]);

/** Whether somebody goes away from here, if what is on its way is granted. */
export const isGoing = (commands: readonly Command[] = []): boolean => commands.some(({ type }) => AWAY.has(type));

/** A row as it will be, if what is on its way is granted. Its place in the list is the server's to say. */
export const expected = (row: Row, commands: readonly Command[] = []): Row => commands.reduce(after, row);

function after(row: Row, command: Command): Row {
  switch (command.type) {
    case "set_role":
      return { ...row, role: command.role };
    case "rename":
      return { ...row, name: command.name };
    case "lower_hand":
      return { ...row, hand_raised_at: null };
    case "mute":
      return { ...row, has_microphone_on: false };
    case "turn_camera_off":
      return { ...row, has_camera_on: false };
    case "offer_stage":
      return row.stage === "on" ? row : { ...row, stage: "offered" };
    case "revoke_stage_offer":
    case "decline_stage_request":
    case "remove_from_stage":
      return { ...row, stage: "off" };
    default:
      return row;
  }
}
