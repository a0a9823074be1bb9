/** The three dots of a media page: what the reader's rights allow there. */

import { attendancePage, auditPage } from "./api";
import { hasDoorsOnPage, isLive } from "./ranks";
import { only, withoutEmpty, type MenuGroup } from "./menu";
import type { EntryView, Right } from "./protocol";
import { entry as words } from "../messages/entry";

export function entryMenu(entry: EntryView): MenuGroup[] {
  const has = (right: Right): boolean => entry.rights.includes(right);
  const doors = hasDoorsOnPage(entry.kind);
  const mayStart = isLive(entry.kind) && has("start_session") && entry.session_state !== "open";
  return withoutEmpty([
    {
      items: only([
        [doors && has("invite"), { label: words("menu.invite"), dialog: { name: "invite" } }],
        [
          doors && has("manage_guest_access"),
          { label: words("menu.guests"), dialog: { name: "guests" } },
        ],
        [doors && has("invite"), { label: words("menu.invitations"), dialog: { name: "invitations" } }],
      ]),
    },
    {
      items: only([
        [has("edit_entry"), { label: words("menu.edit"), dialog: { name: "settings" } }],
        [has("block"), { label: words("menu.blocked"), dialog: { name: "blocked" } }],
        [
          has("export"),
          { label: words("menu.attendance"), href: attendancePage(entry.entry_id), isPage: true },
        ],
        [
          has("export") && has("see_staff"),
          { label: words("menu.audit"), href: auditPage(entry.entry_id), isPage: true },
        ],
        [
          mayStart,
          {
            label: words(entry.session_state === "ended" ? "menu.start_new" : "menu.start"),
            command: { type: "start_session" },
          },
        ],
      ]),
    },
    {
      items: only([
        [
          has("delete_entry"),
          { label: words("menu.delete"), tone: "danger", command: { type: "delete_entry" } },
        ],
      ]),
    },
  ]);
}
