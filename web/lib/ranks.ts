/** Who stands above whom, and what a role may do; for offering, never for deciding. */

import type { EntryKind, InvitationType, Right, Role } from "./protocol";

/** From the top. */
export const ROLES: readonly Role[] = ["host", "moderator", "speaker", "viewer"];

const RANK: Record<Role, number> = { host: 3, moderator: 2, speaker: 1, viewer: 0 };

export const isStaff = (role: Role): boolean => RANK[role] >= RANK.moderator;

/** People are managed by their own rank and above. */
export const mayManage = (mine: Role, theirs: Role): boolean => RANK[theirs] <= RANK[mine];

const VIEWER: readonly Right[] = ["raise_hand", "request_stage", "rename_self"];
const SPEAKER: readonly Right[] = [...VIEWER, "join_stage"];
const MODERATOR: readonly Right[] = [
  ...SPEAKER, "enter_early", "pass_lock", "see_staff", "admit", "lock", "start_session",
  "end_session", "lower_hands", "manage_stage", "mute_others", "set_role", "edit_rights",
  "rename_others", "remove", "block", "invite", "manage_guest_access", "export",
];

/** What comes with a role; single rights are given and taken against this. */
export const ROLE_RIGHTS: Record<Role, ReadonlySet<Right>> = {
  host: new Set(MODERATOR),
  moderator: new Set(MODERATOR),
  speaker: new Set(SPEAKER),
  viewer: new Set(VIEWER),
};

const INVITATION_ROLE: Record<InvitationType, Role> = {
  viewer: "viewer",
  speaker: "speaker",
  moderator: "moderator",
  collaborator: "moderator",
};

export const isLive = (kind: EntryKind): boolean =>
  kind !== "video" && kind !== "document" && kind !== "quiz";

/** Rooms in channels and galleries keep their doors in the Participants tab, as Kaltura does. */
export const hasDoorsOnPage = (kind: EntryKind): boolean =>
  kind !== "channel_room" && kind !== "gallery_room";

/** What somebody of this role may invite others as. */
export function invitationTypes(kind: EntryKind, mine: Role): InvitationType[] {
  const types: InvitationType[] = isLive(kind)
    ? ["viewer", "speaker", "moderator"]
    : ["viewer", "collaborator"];
  return types.filter((type) => mayManage(mine, INVITATION_ROLE[type]));
}
