/** The menus of the whole tab, of those who wait, and of an invitation. */

import { tab } from "../messages/tab";
import { accessTo } from "./access";
import { attendancePage, attendanceUrl } from "./api";
import { invitationMenu } from "./invitation-menu";
import { invitationTypes, isLive } from "./ranks";
import { modeName, modeText, STAGE_MODES } from "./words";
import { only, withoutEmpty, type MenuGroup } from "./menu";
import type {
  GuestLinkView, LedgerRow, Right, SelfView, SessionView,
} from "./protocol";

/** The three dots beside *All participants*. */
export function tabMenu(you: SelfView, session: SessionView): MenuGroup[] {
  const has = (right: Right): boolean => you.rights.includes(right);
  const live = isLive(session.kind);
  const { session_id: sessionId, entry_id: entryId } = session;
  // A tab on another site's page has a ticket and no cookies, and a link carries no ticket.
  const exports = has("export") && !accessTo(entryId);
  return withoutEmpty([
    {
      label: tab("menu.stage_access"),
      isChoice: true,
      items: live && has("manage_stage")
        ? STAGE_MODES.map((mode) => ({
            label: modeName(mode),
            text: modeText(mode),
            isChecked: session.stage_mode === mode,
            command: { type: "set_stage_mode", mode } as const,
          }))
        : [],
    },
    {
      items: only([
        [live && has("mute_others"), { label: tab("menu.mute_all"), command: { type: "mute_all" } }],
        [
          live && has("mute_others"),
          { label: tab("menu.cameras_off"), command: { type: "turn_cameras_off" } },
        ],
        [
          live && has("mute_others"),
          {
            label: tab("menu.hard_mute"),
            text: tab("menu.hard_mute.text"),
            isChecked: session.is_hard_muted,
            command: { type: "set_hard_mute", is_on: !session.is_hard_muted },
          },
        ],
        [
          live && has("lower_hands"),
          { label: tab("menu.clear_hands"), command: { type: "clear_hands" } },
        ],
        [
          has("lock"),
          {
            label: tab("menu.lock"),
            isChecked: session.is_locked,
            command: { type: "set_lock", is_locked: !session.is_locked },
          },
        ],
      ]),
    },
    {
      items: only([
        [has("invite"), { label: tab("invite_users"), dialog: { name: "invite" } }],
        [has("manage_guest_access"), { label: tab("invite_guests"), dialog: { name: "guests" } }],
        [has("invite"), { label: tab("menu.invitations"), dialog: { name: "invitations" } }],
        [has("admit"), { label: tab("message_waiting"), dialog: { name: "message" } }],
        [has("block"), { label: tab("menu.blocked"), dialog: { name: "blocked" } }],
        [has("admit") || has("lower_hands"), { label: tab("menu.attention"), dialog: { name: "attention" } }],
      ]),
    },
    {
      items: only([
        [
          exports,
          { label: tab("menu.attendance"), href: attendancePage(entryId, sessionId), isPage: true },
        ],
        [exports, { label: tab("menu.export_csv"), href: attendanceUrl(sessionId, "csv") }],
        [exports, { label: tab("menu.export_json"), href: attendanceUrl(sessionId, "json") }],
      ]),
    },
  ]);
}

/** Beside *Waiting to enter*: everybody, or everybody by one guest link. */
export function waitingMenu(links: readonly GuestLinkView[]): MenuGroup[] {
  return withoutEmpty([
    {
      label: tab("admit.by_link"),
      items: links.map((link) => ({
        label: tab("admit.link", { link: link.name }),
        command: { type: "admit_all", link_id: link.id } as const,
      })),
    },
    { items: [{ label: tab("message_waiting"), dialog: { name: "message" } }] },
  ]);
}

/** The three dots of an invitation. */
export const ledgerMenu = (row: LedgerRow, you: SelfView, session: SessionView): MenuGroup[] =>
  invitationMenu(row, invitationTypes(session.kind, you.role));
