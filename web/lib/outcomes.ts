/** What is said after a command: that it is done, and how to take it back. */

import { people, roleName } from "./words";
import type { Command, Problem } from "./protocol";

export interface Outcome {
  text: string;
  /** The command that takes it back, and what its button is called. */
  next?: { label: string; command: Command };
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
        text: `${name} is now ${roleName(command.role).toLowerCase()}.`,
        next: undo({ type: "undo_role", participant_id: command.participant_id }),
      };
    case "set_rights":
      return {
        text: `Permissions of ${name} changed.`,
        next: undo({ type: "undo_role", participant_id: command.participant_id }),
      };
    case "remove":
      return {
        text: `${name} was removed.`,
        next: undo({ type: "readmit", participant_id: command.participant_id }),
      };
    case "decline": {
      const [first, ...others] = command.participant_ids;
      if (!first || others.length > 0) {
        return { text: `${people(command.participant_ids.length)} turned away.` };
      }
      return {
        text: `${name} was turned away.`,
        next: undo({ type: "readmit", participant_id: first }),
      };
    }
    case "block": {
      const text = `${name} was removed and blocked.`;
      const block_id = result.block_id;
      if (typeof block_id !== "string") return { text };
      return { text, next: undo({ type: "unblock", block_id }) };
    }
    default:
      return PLAIN.get(command.type)?.(name) ?? null;
  }
}

const PLAIN = new Map<Command["type"], (name: string) => Outcome>([
  ["undo_role", () => ({ text: "Undone." })],
  ["readmit", (name) => ({ text: `${name} may come back in.` })],
  ["unblock", () => ({ text: "The block was lifted." })],
  ["offer_stage", (name) => ({ text: `${name} was invited to the stage.` })],
  ["request_unmute", (name) => ({ text: `${name} was asked to unmute.` })],
  ["send_back", (name) => ({ text: `${name} is in the waiting room.` })],
  ["mute_all", () => ({ text: "Everybody else is muted." })],
  ["turn_cameras_off", () => ({ text: "All other cameras are off." })],
  ["clear_hands", () => ({ text: "All hands are lowered." })],
  ["message_waiting", () => ({ text: "Message sent to those who wait." })],
  ["resend_invitation", () => ({ text: "The invitation is on its way again." })],
  ["extend_invitation", () => ({ text: "The invitation is valid for longer." })],
  ["reset_invitation_device", () => ({ text: "The invitation can be used on a new device." })],
  ["revoke_invitation", () => ({ text: "The invitation was revoked." })],
  ["change_invitation", () => ({ text: "The invitation was changed." })],
]);

const undo = (command: Command): NonNullable<Outcome["next"]> => ({ label: "Undo", command });

/** What a refused command can be turned into, so that the person need not begin again. */
export function wayOn(command: Command, problem: Problem): Outcome | null {
  if (command.type === "offer_stage" && problem.code === "stage_full" && !command.replace) {
    return {
      text: problem.sentence,
      next: { label: "Replace the longest silent", command: { ...command, replace: true } },
    };
  }
  if (command.type === "set_role" && problem.code === "last_host" && !command.even_if_last) {
    return {
      text: problem.sentence,
      next: { label: "Step down all the same", command: { ...command, even_if_last: true } },
    };
  }
  return null;
}

/** Whom a command is about, when it is about one person. */
export function subjectOf(command: Command): string | null {
  if ("participant_id" in command) return command.participant_id ?? null;
  if ("participant_ids" in command && command.participant_ids.length === 1) {
    return command.participant_ids[0] ?? null;
  }
  return null;
}
