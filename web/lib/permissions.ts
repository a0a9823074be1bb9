/** Single rights, and the ways of blocking, by their names on screen. */

import { people } from "../messages/people";
import type { BlockBy, Right } from "./protocol";

/** Rights that a moderator may give and take one by one, in the order of the dialog. */
export const RIGHTS = [
  "raise_hand", "request_stage", "join_stage", "rename_self", "enter_early", "pass_lock",
  "see_staff", "admit", "lock", "start_session", "end_session", "lower_hands", "manage_stage",
  "mute_others", "set_role", "edit_rights", "rename_others", "remove", "block", "invite",
  "manage_guest_access", "export",
] as const satisfies readonly Right[];

export const rightName = (right: (typeof RIGHTS)[number]): string => people(`right.${right}`);

export const blockName = (by: BlockBy): string => people(`block_by.${by}`);

export const blockText = (by: BlockBy): string => people(`block_by.${by}.text`);
