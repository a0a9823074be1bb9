/** The three dots of a media page: what the reader's rights allow there. */

import { attendancePage } from "./api";
import { hasDoorsOnPage, isLive } from "./ranks";
import { only, withoutEmpty, type MenuGroup } from "./menu";
import type { EntryView, Right } from "./protocol";

export function entryMenu(entry: EntryView): MenuGroup[] {
  const has = (right: Right): boolean => entry.rights.includes(right);
  const doors = hasDoorsOnPage(entry.kind);
  const mayStart = isLive(entry.kind) && has("start_session") && entry.session_state !== "open";
  return withoutEmpty([
    {
      items: only([
        [doors && has("invite"), { label: "Invite users", dialog: { name: "invite" } }],
        [
          doors && has("manage_guest_access"),
          { label: "Manage guest access", dialog: { name: "guests" } },
        ],
        [doors && has("invite"), { label: "Invitations", dialog: { name: "invitations" } }],
      ]),
    },
    {
      items: only([
        [has("edit_entry"), { label: "Edit…", dialog: { name: "settings" } }],
        [has("block"), { label: "Blocked people", dialog: { name: "blocked" } }],
        [
          has("export"),
          { label: "Attendance", href: attendancePage(entry.entry_id), isPage: true },
        ],
        [
          mayStart,
          {
            label: entry.session_state === "ended" ? "Start new session" : "Start session",
            command: { type: "start_session" },
          },
        ],
      ]),
    },
  ]);
}
