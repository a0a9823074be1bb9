/** Single rights, and the ways of blocking, by their names on screen. */

import { dialogs } from "../messages/dialogs";
import type { BlockBy, Right } from "./protocol";

/** Rights that a moderator may give and take one by one, by what they are about, in the order of the dialog. */
export const RIGHTS = {
  taking_part: ["raise_hand", "request_stage", "join_stage", "rename_self", "enter_early", "pass_lock"],
  people: [
    "see_staff", "admit", "lower_hands", "manage_stage", "mute_others", "set_role", "edit_rights", "rename_others",
    "remove", "block",
  ],
  room: ["start_session", "end_session", "lock", "invite", "manage_guest_access", "export"],
} as const satisfies Record<string, readonly Right[]>;

type About = keyof typeof RIGHTS;

export const ABOUT = Object.keys(RIGHTS) as About[];

export const aboutName = (about: About): string => dialogs(`rights.${about}`);

export const rightName = (right: (typeof RIGHTS)[About][number]): string => dialogs(`right.${right}`);

export const blockName = (by: BlockBy): string => dialogs(`block_by.${by}`);

export const blockText = (by: BlockBy): string => dialogs(`block_by.${by}.text`);
