import { describe, expect, it } from "vitest";
import { entryMenu } from "../../lib/entry-menu";
import { hasDoorsOnPage, invitationTypes, ROLE_RIGHTS } from "../../lib/ranks";
import { ledgerMenu } from "../../lib/invitation-menu";
import { tabMenu, waitingMenu } from "../../lib/room-menus";
import { grantAccess } from "../../lib/access";
import type { MenuGroup, MenuItem } from "../../lib/menu";
import { entry, invitation, session, you } from "../making";

const labels = (groups: MenuGroup[]): string[] =>
  groups.flatMap((group) => group.items.map((item) => item.label));

const moderator = you({ role: "moderator", rights: [...ROLE_RIGHTS.moderator] });

describe("the menu of a media page", () => {
  const all = entry({
    rights: ["invite", "manage_guest_access", "edit_entry", "block", "start_session"],
  });

  it("has what the rights allow", () => {
    expect(labels(entryMenu(all))).toEqual([
      "Invite users", "Manage guest access", "Invitations", "Edit…", "Blocked people", "Start session",
    ]);
    expect(entryMenu(entry())).toEqual([]);
  });

  it.each(["channel_room", "gallery_room"] as const)("has no doors for a %s", (kind) => {
    expect(hasDoorsOnPage(kind)).toBe(false);
    expect(labels(entryMenu({ ...all, kind }))).toEqual(["Edit…", "Blocked people", "Start session"]);
  });

  it("starts a new session after one has ended, and none while one is open", () => {
    expect(labels(entryMenu({ ...all, session_state: "ended" }))).toContain("Start new session");
    expect(labels(entryMenu({ ...all, session_state: "open" }))).not.toContain("Start session");
    expect(labels(entryMenu({ ...all, kind: "video" }))).not.toContain("Start session");
  });
});

describe("the menu of the tab", () => {
  it("has everything for a moderator", () => {
    expect(labels(tabMenu(moderator, session()))).toEqual([
      "Everyone", "By request", "Invite only", "Mute all", "Turn all cameras off",
      "Hard mute", "Clear raised hands", "Lock room", "Invite users", "Invite guests", "Invitations",
      "Message those waiting…", "Blocked people", "Notify me…", "Attendance", "Audit log",
      "Export attendance (CSV)", "Export attendance (JSON)",
    ]);
  });

  it("shows how things stand, and switches them", () => {
    const items = tabMenu(moderator, session({ stage_mode: "everyone", is_locked: true }))
      .flatMap((group) => group.items);
    expect(items.find((item) => item.label === "Everyone")?.isChecked).toBe(true);
    const lock = items.find((item) => item.label === "Lock room");
    expect(lock).toMatchObject({ isChecked: true, command: { type: "set_lock", is_locked: false } });
  });

  it("leads to the attendance of this session, but not from another site's page", () => {
    const found = (entry_id: string): MenuItem | undefined =>
      tabMenu(moderator, session({ entry_id }))
        .flatMap((group) => group.items).find((item) => item.label === "Attendance");
    expect(found("e_1")).toMatchObject({ href: "/e/e_1/attendance?session=e_1.s1", isPage: true });
    grantAccess("e_far", { server: "https://usher.example", ticket: "T" });
    expect(found("e_far")).toBeUndefined();
  });

  it("has nothing for viewers", () => {
    expect(tabMenu(you({ rights: [...ROLE_RIGHTS.viewer] }), session())).toEqual([]);
  });
});

describe("the menu of an invitation", () => {
  it("has all ways while it stands", () => {
    expect(labels(ledgerMenu(invitation("i", { has_device: true }), moderator, session()))).toEqual([
      "Resend", "Copy link", "Extend…", "Reset device", "Viewer", "Speaker", "Moderator", "Revoke…",
    ]);
  });

  it("can only be extended or revoked once it has expired", () => {
    const found = labels(ledgerMenu(invitation("i", { state: "expired" }), moderator, session()));
    expect(found).not.toContain("Resend");
    expect(found).toContain("Extend…");
  });

  it("is empty once revoked, and for what stands above oneself", () => {
    expect(ledgerMenu(invitation("i", { state: "revoked" }), moderator, session())).toEqual([]);
    const speaker = you({ role: "speaker", rights: ["invite"] });
    expect(ledgerMenu(invitation("i", { invitation_type: "moderator" }), speaker, session())).toEqual([]);
  });
});

it("offers nobody more than they are", () => {
  expect(invitationTypes("room", "host")).toEqual(["viewer", "speaker", "moderator"]);
  expect(invitationTypes("room", "speaker")).toEqual(["viewer", "speaker"]);
  expect(invitationTypes("video", "host")).toEqual(["viewer", "collaborator"]);
  expect(invitationTypes("video", "viewer")).toEqual(["viewer"]);
});

it("admits everybody who came by a link", () => {
  const link = { id: "l1", name: "Open day", url: "", state: "active", uses: 0, inside: 0, created_at: 0, is_paused: false, needs_approval: true } as const;
  expect(waitingMenu([link])[0]?.items[0]?.command).toEqual({ type: "admit_all", link_id: "l1" });
  expect(labels(waitingMenu([]))).toEqual(["Message those waiting…"]);
});
