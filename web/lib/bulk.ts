/** What can be done with several people at once, and doing it at the pace that the server takes. */

import { actionsFor } from "./person-actions";
import type { MenuItem } from "./menu";
import type { Answer } from "./asking";
import type { Command, Row, SelfView, SessionView } from "./protocol";

/** In the order in which they are offered. */
export const BULK = [
  "admit", "decline", "lower_hand", "mute", "turn_camera_off", "offer_stage", "remove_from_stage",
  "set_viewer", "set_speaker", "set_moderator", "remove",
] as const;

export type BulkName = (typeof BULK)[number];

export interface BulkAction {
  name: BulkName;
  /** One for each person that it applies to. */
  commands: Command[];
  isDanger: boolean;
}

/** What applies to at least one of them, with a command for each to whom it does. */
export function bulkActions(
  people: Iterable<Row>,
  you: SelfView,
  session: SessionView,
): BulkAction[] {
  const found = new Map<BulkName, Command[]>();
  for (const row of people) {
    for (const command of commandsFor(row, you, session)) {
      const name = nameOf(command);
      if (name) found.set(name, [...(found.get(name) ?? []), command]);
    }
  }
  return BULK.flatMap((name) => {
    const commands = found.get(name);
    return commands ? [{ name, commands, isDanger: name === "remove" || name === "decline" }] : [];
  });
}

/** Those whom one may do anything with, together with others. Oneself is done alone. */
export function maySelect(row: Row, you: SelfView, session: SessionView): boolean {
  if (row.id === you.participant_id) return false;
  return commandsFor(row, you, session).some((command) => nameOf(command) !== null);
}

/** Everything that may be done with a person by a single command. */
export function commandsFor(row: Row, you: SelfView, session: SessionView): Command[] {
  if (isWaiting(row)) {
    if (!you.rights.includes("admit")) return [];
    const participant_ids = [row.id];
    return [{ type: "admit", participant_ids }, { type: "decline", participant_ids }];
  }
  return actionsFor(row, you, session)
    .flatMap((group) => group.items)
    .flatMap((item: MenuItem) => item.command ?? []);
}

const isWaiting = (row: Row): boolean => Boolean(row.wait_reason ?? row.waiting_since);

export function nameOf(command: Command): BulkName | null {
  if (command.type === "set_role") return command.role === "host" ? null : `set_${command.role}`;
  return (BULK as readonly string[]).includes(command.type) ? (command.type as BulkName) : null;
}

/** What takes a command back; null where nothing does. */
export function undoOf(command: Command): Command | null {
  switch (command.type) {
    case "set_role":
      return { type: "undo_role", participant_id: command.participant_id };
    case "remove":
      return { type: "readmit", participant_id: command.participant_id };
    case "decline":
      return { type: "readmit", participant_id: command.participant_ids[0] ?? "" };
    case "offer_stage":
      return { type: "revoke_stage_offer", participant_id: command.participant_id };
    default:
      return null;
  }
}

export interface BulkResult {
  done: Command[];
  refused: { command: Command; sentence: string }[];
}

/** A connection may send 60 commands at once and 20 a second; some are left for other things. */
const AT_ONCE = 30;
const EACH_MS = 70;
const TRIES = 4;

/**
 * Carry commands one by one, as fast as the server takes them.
 *
 * @param carry sends one.
 * @param told how many are answered so far.
 */
export async function carryAll(
  commands: readonly Command[],
  carry: (command: Command) => Promise<Answer>,
  told: (done: number) => void,
): Promise<BulkResult> {
  const result: BulkResult = { done: [], refused: [] };
  const one = async (command: Command, index: number): Promise<void> => {
    await pause(Math.max(0, index - AT_ONCE) * EACH_MS);
    let answer = await carry(command);
    for (let tries = 1; isTooFast(answer) && tries < TRIES; tries += 1) {
      await pause(tries * 1_000);
      answer = await carry(command);
    }
    if (answer.isDone) result.done.push(command);
    else result.refused.push({ command, sentence: answer.problem.sentence });
    told(result.done.length + result.refused.length);
  };
  await Promise.all(commands.map(one));
  return result;
}

const isTooFast = (answer: Answer): boolean =>
  !answer.isDone && answer.problem.code === "rate_limited";

const pause = (ms: number): Promise<void> | undefined =>
  ms > 0 ? new Promise((done) => setTimeout(done, ms)) : undefined;
