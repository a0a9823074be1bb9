/** The menus of the whole tab, and of those who wait. */

import { problems } from "../messages/problems";
import { tab } from "../messages/tab";
import { accessTo } from "./access";
import { attendancePage, attendanceUrl, auditPage, Refused } from "./api";
import { tell } from "./asking";
import { isLive } from "./ranks";
import { modeName, modeText, STAGE_MODES } from "./words";
import { only, withoutEmpty, type MenuGroup, type MenuItem } from "./menu";
import type { GuestLinkView, Right, SelfView, SessionView } from "./protocol";

const FORMATS = ["csv", "json"] as const;
type Format = (typeof FORMATS)[number];

/** The three dots beside *All participants*. */
export function tabMenu(you: SelfView, session: SessionView): MenuGroup[] {
  const has = (right: Right): boolean => you.rights.includes(right);
  const live = isLive(session.kind);
  const { session_id: sessionId, entry_id: entryId } = session;
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
        ...doors(you),
        [has("invite"), { label: tab("menu.invitations"), dialog: { name: "invitations" } }],
        [has("admit"), { label: tab("message_waiting"), dialog: { name: "message" } }],
        [has("block"), { label: tab("menu.blocked"), dialog: { name: "blocked" } }],
        [has("admit") || has("lower_hands"), { label: tab("menu.attention"), dialog: { name: "attention" } }],
      ]),
    },
    {
      items: has("export") ? exports(entryId, sessionId, has("see_staff")) : [],
    },
  ]);
}

type Offer = readonly [boolean, MenuItem];

/** The two doors, for those who may open them. */
const doors = ({ rights }: SelfView): readonly [Offer, Offer] => [
  [rights.includes("invite"), { label: tab("invite_users"), dialog: { name: "invite" } }],
  [rights.includes("manage_guest_access"), { label: tab("invite_guests"), dialog: { name: "guests" } }],
];

/** The two doors alone, each with what it is for: nobody should have to look for them. */
export function inviteMenu(you: SelfView): MenuGroup[] {
  const [[mayInvite, users], [mayLink, guests]] = doors(you);
  return withoutEmpty([
    {
      items: only([
        [mayInvite, { ...users, text: tab("invite_users.text") }],
        [mayLink, { ...guests, text: tab("invite_guests.text") }],
      ]),
    },
  ]);
}

/** A tab on another site's page has a ticket and no cookies, and a link carries no ticket. */
function exports(entryId: string, sessionId: string, seesStaff: boolean): MenuItem[] {
  const labels = { csv: tab("menu.export_csv"), json: tab("menu.export_json") };
  if (accessTo(entryId)) {
    return FORMATS.map((format) => ({ label: labels[format], act: (from) => void save(from, sessionId, format) }));
  }
  return [
    { label: tab("menu.attendance"), href: attendancePage(entryId, sessionId), isPage: true },
    ...only([[seesStaff, { label: tab("menu.audit"), href: auditPage(entryId), isPage: true }]]),
    ...FORMATS.map((format) => ({ label: labels[format], href: attendanceUrl(sessionId, format) })),
  ];
}

async function save(from: EventTarget, sessionId: string, format: Format): Promise<void> {
  try {
    const { saveAttendance } = await import("./saving");
    await saveAttendance(sessionId, format);
  } catch (error) {
    const text = error instanceof Refused ? error.problem.sentence : problems("unreachable");
    tell(from, { text, tone: "bad" });
  }
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
