import { expect, it } from "vitest";
import { entryChanges, settingChanges } from "../../lib/entry-form";
import { toLocalInput } from "../../lib/timing";
import type { EntrySettings } from "../../lib/protocol";
import { entry } from "../making";

const form = (fields: Record<string, string>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

const SETTINGS: EntrySettings = {
  stage_mode: "by_request", stage_capacity: 25, viewer_list: "auto", names_up_to: 100,
  moderators_may_invite: true, approve_guests: false, code_on_first_use: false,
  device_policy: "ask", guests_may_rename: true, lead_s: 0, opens_by_itself: false,
  host_absent_s: 900, grace_s: 30, seat_s: 60, capacity: 100_000, reserved_seats: 20,
  invitation_grace_s: 86_400, consent: "",
};

const UNTOUCHED = {
  stage_mode: "by_request", stage_capacity: "25", viewer_list: "auto", consent: "",
  moderators_may_invite: "on", guests_may_rename: "on",
};

it("says what changed of the entry, and nothing else", () => {
  const old = entry({ name: "Old", description: "Same", starts_at: 60_000_000 });
  const typed = { name: "New", description: "Same", starts_at: toLocalInput(60_000_000), ends_at: "" };
  expect(entryChanges(old, form(typed))).toEqual({ type: "edit_entry", name: "New" });
});

it("clears a moment with null", () => {
  const old = entry({ starts_at: 60_000_000 });
  const typed = form({ name: old.name, description: "", starts_at: "", ends_at: "" });
  expect(entryChanges(old, typed)).toEqual({ type: "edit_entry", starts_at: null });
});

it("says nothing when nothing changed", () => {
  expect(entryChanges(entry(), form({ name: "Seminar", description: "" }))).toBeNull();
  expect(settingChanges(SETTINGS, form(UNTOUCHED), true)).toBeNull();
});

it("names the settings that changed", () => {
  const typed = form({ ...UNTOUCHED, stage_capacity: "10", approve_guests: "on" });
  const command = settingChanges(SETTINGS, typed, true);
  expect(command?.only).toEqual(["stage_capacity", "approve_guests"]);
  expect(command?.settings).toMatchObject({ stage_capacity: 10, approve_guests: true, grace_s: 30 });
});

it("leaves the room's settings alone where there is no room", () => {
  const command = settingChanges(SETTINGS, form({ consent: "Be kind.", moderators_may_invite: "on" }), false);
  expect(command?.only).toEqual(["consent"]);
});
