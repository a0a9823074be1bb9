/** What menus offer, as values: elements show them and do what is chosen. */

import type { BlockBy, Command } from "./protocol";

export type Dialog =
  | { name: "rights" | "rename" | "block"; participantId: string }
  | { name: "message" | "blocked" | "attention" | "invite" | "guests" | "invitations" | "settings" }
  | { name: "extend" | "revoke" | "copy"; invitationId: string };

export interface MenuItem {
  label: string;
  /** A second, quieter line. */
  text?: string;
  tone?: "danger";
  /** Set for one of several choices, or for a switch: whether it is on. */
  isChecked?: boolean;
  command?: Command;
  dialog?: Dialog;
  /** A file, or with `isPage` a page, which opens beside this one. */
  href?: string;
  isPage?: boolean;
  /** What is done on the page itself, without a command; told to whoever carries notes of `from`. */
  act?: (from: EventTarget) => void;
  /** The key that does the same, shown beside the words. */
  key?: string;
}

/** Items that belong together; a line is drawn between groups. */
export interface MenuGroup {
  label?: string;
  /** Exactly one of the items holds, instead of each being a switch of its own. */
  isChoice?: boolean;
  items: MenuItem[];
}

export const withoutEmpty = (groups: MenuGroup[]): MenuGroup[] =>
  groups.filter((group) => group.items.length > 0);

/** Keep what holds: `only([is(true), item])` reads better than a chain of pushes. */
export function only(pairs: readonly (readonly [boolean, MenuItem])[]): MenuItem[] {
  return pairs.filter(([holds]) => holds).map(([, item]) => item);
}

export const BLOCK_WAYS: readonly BlockBy[] = ["person", "email", "device", "link"];
