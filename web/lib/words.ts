/** What things are called on screen: one word, one thing. */

import type {
  BlockBy, EndReason, EntryKind, Group, InvitationType, LedgerState, LinkState, Notice, Part,
  Right, Role, Row, SessionState, StageMode, WaitReason,
} from "./protocol";

export const KIND: Record<EntryKind, string> = {
  video: "Video",
  document: "Document",
  quiz: "Quiz",
  live_event: "Live event",
  room: "Room",
  channel_room: "Channel room",
  gallery_room: "Gallery room",
};

export const ROLE: Record<Role, string> = {
  host: "Host",
  moderator: "Moderator",
  speaker: "Speaker",
  viewer: "Viewer",
};

export const PART: Record<Part, string> = {
  owner: "Owner",
  co_owner: "Co-owner",
  co_editor: "Co-editor",
  co_publisher: "Co-publisher",
  co_viewer: "Co-viewer",
};

export const GROUP: Record<Group, string> = {
  waiting: "Waiting to enter",
  raised_hands: "Raised hands",
  on_stage: "On stage",
  viewers: "Viewers",
  invited: "Invited, not here",
};

export const STATE: Record<SessionState, string> = {
  scheduled: "Scheduled",
  early: "Not started",
  open: "Live",
  ended: "Ended",
};

export const END: Record<EndReason, string> = {
  by_host: "A host or moderator ended it for everyone.",
  host_absent: "No host or moderator was here any more.",
  entry_deleted: "It was deleted.",
};

export const STAGE_MODE: Record<StageMode, { label: string; text: string }> = {
  everyone: { label: "Everyone", text: "Anybody may join the stage" },
  by_request: { label: "By request", text: "People ask, and you bring them up" },
  invite_only: { label: "Invite only", text: "Only those you invite" },
};

export const WAIT: Record<WaitReason, { self: string; staff: string }> = {
  locked: { self: "The room is locked.", staff: "Room is locked" },
  approval: { self: "The host lets guests in one by one.", staff: "Needs approval" },
  sent_back: { self: "A host or moderator asked you to wait.", staff: "Sent back to wait" },
};

export const LEDGER: Record<LedgerState, string> = {
  created: "Created",
  sent: "Sent",
  delivered: "Delivered",
  bounced: "Bounced",
  opened: "Opened",
  redeemed: "Redeemed",
  inside: "Inside now",
  left: "Left",
  revoked: "Revoked",
  expired: "Expired",
};

export const LINK: Record<LinkState, string> = {
  active: "Active",
  paused: "Paused",
  off: "Switched off",
  expired: "Expired",
  used_up: "Used up",
};

export const INVITATION: Record<InvitationType, { label: string; text: string }> = {
  viewer: { label: "Viewer", text: "Watches; in a live session also raises a hand, and may be invited to the stage." },
  speaker: { label: "Speaker", text: "May also join the stage and be seen and heard there." },
  moderator: {
    label: "Moderator",
    text: "May also manage people, the stage and the room, and sees e-mail addresses.",
  },
  collaborator: {
    label: "Collaborator",
    text: "May also invite and manage people here, and sees e-mail addresses.",
  },
};

export const BLOCK_BY: Record<BlockBy, { label: string; text: string }> = {
  person: { label: "Person", text: "This account, invitation or guest" },
  email: { label: "E-mail", text: "Anybody who gives this address" },
  device: { label: "Device", text: "This browser on this device" },
  link: { label: "Link", text: "Everybody who comes by the same guest link" },
};

/** Rights that a moderator may give and take one by one, in the order of the dialog. */
export const RIGHTS: ReadonlyMap<Right, string> = new Map<Right, string>([
  ["raise_hand", "Raise a hand"],
  ["request_stage", "Ask for the stage"],
  ["join_stage", "Join the stage unasked"],
  ["rename_self", "Change their own name"],
  ["enter_early", "Enter before the start"],
  ["pass_lock", "Enter a locked room"],
  ["see_staff", "See e-mails and who is waiting"],
  ["admit", "Admit people who wait"],
  ["lock", "Lock the room"],
  ["start_session", "Start the session"],
  ["end_session", "End the session for everyone"],
  ["lower_hands", "Lower hands"],
  ["manage_stage", "Manage the stage"],
  ["mute_others", "Mute others"],
  ["set_role", "Change roles"],
  ["edit_rights", "Edit permissions"],
  ["rename_others", "Rename others"],
  ["remove", "Remove people"],
  ["block", "Block people"],
  ["invite", "Invite users"],
  ["manage_guest_access", "Manage guest access"],
  ["export", "Export attendance"],
]);

/** What a row says beside the name: Host, Moderator, Speaker; Guest; Custom. */
export function labels(row: Pick<Row, "role" | "origin" | "is_custom">): string[] {
  const found: string[] = [];
  if (row.role !== "viewer") found.push(ROLE[row.role]);
  if (row.origin === "guest_link") found.push("Guest");
  if (row.is_custom) found.push("Custom");
  return found;
}

/** What a notice tells the person it is for. */
export function noticeText(notice: Notice): string {
  const by = notice.by ?? "A moderator";
  const role = notice.role ? ROLE[notice.role as Role] ?? notice.role : "participant";
  switch (notice.kind) {
    case "role_changed":
      return `${by} made you ${role.toLowerCase()}.`;
    case "rights_changed":
      return `${by} changed what you may do here.`;
    case "renamed":
      return `${by} changed your name.`;
    case "muted":
      return `${by} muted you.`;
    case "camera_turned_off":
      return `${by} turned your camera off.`;
    case "unmute_requested":
      return `${by} asks you to unmute.`;
    case "hard_muted":
      return `${by} muted everybody; microphones stay off for now.`;
    case "hard_mute_released":
      return "You may switch your microphone on again.";
    case "hand_lowered":
      return `${by} lowered your hand.`;
    case "stage_offered":
      return `${by} invites you to the stage.`;
    case "stage_offer_revoked":
      return "The invitation to the stage was taken back.";
    case "stage_request_declined":
      return `${by} declined your request for the stage.`;
    case "removed_from_stage":
      return `${by} took you off the stage.`;
    case "admitted":
      return `${by} let you in.`;
    case "sent_back":
      return `${by} asked you to wait.`;
    case "other_device_joined":
      return "You are here on another device as well.";
  }
}

export function people(count: number): string {
  return count === 1 ? "1 person" : `${count.toLocaleString()} people`;
}

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Up to two initials, by what a reader takes for letters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked
    .map((word) => [...SEGMENTS.segment(word ?? "")][0]?.segment ?? "")
    .join("")
    .toLocaleUpperCase();
}

/** One of six tints, the same for the same person wherever they are shown. */
export function tint(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4093;
  return (sum % 6) + 1;
}
