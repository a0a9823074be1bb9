/** What is said after a command: that it is done, and how to take it back. */

import { common } from "../messages/common";
import { room } from "../messages/room";
import type { Command, Problem } from "./protocol";

export interface Outcome {
  text: string;
  /** The command that takes it back, and what its button is called. */
  next?: { label: string; command: Command; isUndo?: boolean };
}

/**
 * Say what a command did, for those commands whose effect is not plain to see.
 *
 * @param name what the person acted upon is called.
 */
export function outcome(
  command: Command,
  result: Record<string, unknown>,
  name: string,
): Outcome | null {
  switch (command.type) {
    case "set_role":
      return {
        text: room("did.set_role", { name, role: command.role }),
        next: undo({ type: "undo_role", participant_id: command.participant_id }),
      };
    case "set_rights":
      return {
        text: room("did.set_rights", { name }),
        next: undo({ type: "undo_role", participant_id: command.participant_id }),
      };
    case "remove":
      return {
        text: room("did.remove", { name }),
        next: undo({ type: "readmit", participant_id: command.participant_id }),
      };
    case "decline": {
      const [first, ...others] = command.participant_ids;
      if (!first || others.length > 0) {
        return { text: room("did.decline.many", { count: command.participant_ids.length }) };
      }
      return {
        text: room("did.decline", { name }),
        next: undo({ type: "readmit", participant_id: first }),
      };
    }
    case "block": {
      const text = room("did.block", { name });
      const block_id = result.block_id;
      if (typeof block_id !== "string") return { text };
      return { text, next: undo({ type: "unblock", block_id }) };
    }
    case "clear_hands": {
      const text = room("did.clear_hands");
      // Nothing to take back where no hand was up.
      return typeof result.undo_until === "number" ? { text, next: undo({ type: "undo_clear_hands" }) } : { text };
    }
    default:
      return plain(command, name);
  }
}

/** Commands whose effect is said in a sentence that needs nothing but a name. */
function plain(command: Command, name: string): Outcome | null {
  const key = `did.${command.type}`;
  return room.has(key) ? { text: room(key, { name }) } : null;
}

const undo = (command: Command): NonNullable<Outcome["next"]> => ({ label: common("undo"), command, isUndo: true });

/** What a refused command can be turned into, so that the person need not begin again. */
export function wayOn(command: Command, problem: Problem): Outcome | null {
  if (command.type === "offer_stage" && problem.code === "stage_full" && !command.replace) {
    return {
      text: problem.sentence,
      next: { label: room("way.replace"), command: { ...command, replace: true } },
    };
  }
  if (command.type === "set_role" && problem.code === "last_host" && !command.even_if_last) {
    return {
      text: problem.sentence,
      next: { label: room("way.step_down"), command: { ...command, even_if_last: true } },
    };
  }
  return null;
}

/** Commands about the whole room, or about an invitation or a link: nobody's row waits for them. */
const ABOUT_ALL: ReadonlySet<Command["type"]> = new Set<Command["type"]>([
  "mute_all", "turn_cameras_off", "clear_hands", "undo_clear_hands", "set_hard_mute", "set_lock", "set_stage_mode",
  "admit_all", "message_waiting", "start_session", "end_session", "unblock", "leave",
]);

/** Everybody whom a command is about; oneself, where it names nobody. */
export function subjectsOf(command: Command, selfId: string | null): readonly string[] {
  if ("participant_ids" in command) return command.participant_ids;
  if ("participant_id" in command && command.participant_id) return [command.participant_id];
  const isOwn = !ABOUT_ALL.has(command.type) && !/invit|link|guest|entry|settings/u.test(command.type);
  return isOwn && selfId ? [selfId] : [];
}

/** Whom a command is about, when it is about one person. */
export function subjectOf(command: Command): string | null {
  if ("participant_id" in command) return command.participant_id ?? null;
  if ("participant_ids" in command && command.participant_ids.length === 1) {
    return command.participant_ids[0] ?? null;
  }
  return null;
}
