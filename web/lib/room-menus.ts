/** The menus of the whole tab, of those who wait, and of an invitation. */

import { attendanceUrl } from "./api";
import { invitationTypes, isLive } from "./ranks";
import { invitationName, modeName, modeText } from "./words";
import { only, withoutEmpty, type MenuGroup } from "./menu";
import type {
  GuestLinkView, LedgerRow, Right, SelfView, SessionView, StageMode,
} from "./protocol";

const MODES: readonly StageMode[] = ["everyone", "by_request", "invite_only"];

/** The three dots beside *All participants*. */
export function tabMenu(you: SelfView, session: SessionView): MenuGroup[] {
  const has = (right: Right): boolean => you.rights.includes(right);
  const live = isLive(session.kind);
  return withoutEmpty([
    {
      label: "Stage access",
      isChoice: true,
      items: live && has("manage_stage")
        ? MODES.map((mode) => ({
            label: modeName(mode),
            text: modeText(mode),
            isChecked: session.stage_mode === mode,
            command: { type: "set_stage_mode", mode } as const,
          }))
        : [],
    },
    {
      items: only([
        [live && has("mute_others"), { label: "Mute all", command: { type: "mute_all" } }],
        [
          live && has("mute_others"),
          { label: "Turn all cameras off", command: { type: "turn_cameras_off" } },
        ],
        [
          live && has("mute_others"),
          {
            label: "Hard mute",
            text: "Keeps everybody below moderator muted",
            isChecked: session.is_hard_muted,
            command: { type: "set_hard_mute", is_on: !session.is_hard_muted },
          },
        ],
        [
          live && has("lower_hands"),
          { label: "Clear raised hands", command: { type: "clear_hands" } },
        ],
        [
          has("lock"),
          {
            label: "Lock room",
            isChecked: session.is_locked,
            command: { type: "set_lock", is_locked: !session.is_locked },
          },
        ],
      ]),
    },
    {
      items: only([
        [has("invite"), { label: "Invite users", dialog: { name: "invite" } }],
        [has("manage_guest_access"), { label: "Invite guests", dialog: { name: "guests" } }],
        [has("admit"), { label: "Message those waiting…", dialog: { name: "message" } }],
        [has("block"), { label: "Blocked people", dialog: { name: "blocked" } }],
      ]),
    },
    {
      items: only([
        [
          has("export"),
          { label: "Export attendance (CSV)", href: attendanceUrl(session.session_id, "csv") },
        ],
        [
          has("export"),
          { label: "Export attendance (JSON)", href: attendanceUrl(session.session_id, "json") },
        ],
      ]),
    },
  ]);
}

/** Beside *Waiting to enter*: everybody, or everybody by one guest link. */
export function waitingMenu(links: readonly GuestLinkView[]): MenuGroup[] {
  return withoutEmpty([
    {
      label: "Admit everybody from a link",
      items: links.map((link) => ({
        label: `Admit all from ${link.name}`,
        command: { type: "admit_all", link_id: link.id } as const,
      })),
    },
    { items: [{ label: "Message those waiting…", dialog: { name: "message" } }] },
  ]);
}

/** The three dots of an invitation. What was revoked can only be made anew, by inviting again. */
export function ledgerMenu(row: LedgerRow, you: SelfView, session: SessionView): MenuGroup[] {
  if (row.state === "revoked") return [];
  const types = invitationTypes(session.kind, you.role);
  if (!types.includes(row.invitation_type)) return [];
  const invitation_id = row.id;
  return withoutEmpty([
    {
      items: only([
        [row.state !== "expired", { label: "Resend", command: { type: "resend_invitation", invitation_id } }],
        [row.state !== "expired", { label: "Copy link", dialog: { name: "copy", invitationId: row.id } }],
        [true, { label: "Extend…", dialog: { name: "extend", invitationId: row.id } }],
        [
          row.has_device,
          { label: "Reset device", command: { type: "reset_invitation_device", invitation_id } },
        ],
      ]),
    },
    {
      label: "Change role",
      isChoice: true,
      items: types.map((invitation_type) => ({
        label: invitationName(invitation_type),
        isChecked: row.invitation_type === invitation_type,
        command: { type: "change_invitation", invitation_id, invitation_type } as const,
      })),
    },
    {
      items: [
        { label: "Revoke…", tone: "danger", dialog: { name: "revoke", invitationId: row.id } },
      ],
    },
  ]);
}
