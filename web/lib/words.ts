/** What things are called on screen: one word, one thing, in the language of the page. */

import { common } from "../messages/common";
import { language } from "./language";
import type {
  EndReason, EntryKind, Group, InvitationType, LedgerState, LinkState, Part, Role, Row,
  SessionState, StageMode, WaitReason,
} from "./protocol";

export const kindName = (kind: EntryKind): string => common(`kind.${kind}`);
export const roleName = (role: Role): string => common(`role.${role}`);
export const partName = (part: Part): string => common(`part.${part}`);
export const groupName = (group: Group): string => common(`group.${group}`);
export const stateName = (state: SessionState): string => common(`state.${state}`);
export const ledgerName = (state: LedgerState): string => common(`ledger.${state}`);
export const linkName = (state: LinkState): string => common(`link.${state}`);
export const endText = (reason: EndReason): string => common(`end.${reason}`);
export const modeName = (mode: StageMode): string => common(`stage_mode.${mode}`);
export const modeText = (mode: StageMode): string => common(`stage_mode.${mode}.text`);
export const invitationName = (type: InvitationType): string => common(`invitation.${type}`);
/** What somebody invited in this way may do, in plain words. */
export const invitationText = (type: InvitationType): string => common(`invitation.${type}.text`);
/** Why somebody waits, said to themselves. */
export const waitText = (reason: WaitReason): string => common(`wait.${reason}`);
/** Why somebody waits, said to those who may let them in. */
export const waitTextForStaff = (reason: WaitReason): string => common(`wait.${reason}.staff`);

export const STAGE_MODES: readonly StageMode[] = ["everyone", "by_request", "invite_only"];

export const people = (count: number): string => common("people", { count });

/** What a row says beside the name: Host, Moderator, Speaker; Guest; Custom. */
export function labels(row: Pick<Row, "role" | "origin" | "is_custom">): string[] {
  const found: string[] = [];
  if (row.role !== "viewer") found.push(roleName(row.role));
  if (row.origin === "guest_link") found.push(common("guest"));
  if (row.is_custom) found.push(common("custom"));
  return found;
}

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Up to two initials, by what a reader takes for letters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked
    .map((word) => [...SEGMENTS.segment(word ?? "")][0]?.segment ?? "")
    .join("")
    .toLocaleUpperCase(language());
}

/** One of six tints, the same for the same person wherever they are shown. */
export function tint(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4093;
  return (sum % 6) + 1;
}
