import { expect, it } from "vitest";
import { noticeText } from "../../lib/notices";
import { initials, labels, people, tint } from "../../lib/words";
import { row } from "../making";

it("labels rows: role, guest, custom", () => {
  expect(labels(row("a"))).toEqual([]);
  expect(labels(row("a", { role: "host" }))).toEqual(["Host"]);
  expect(labels(row("a", { role: "speaker", origin: "guest_link", is_custom: true }))).toEqual([
    "Speaker", "Guest", "Custom",
  ]);
});

it.each([
  ["Ada Lovelace", "AL"],
  ["ada", "A"],
  ["  Jean  Luc  Picard ", "JP"],
  ["李小龙", "李"],
  ["👩‍👩‍👧 Family", "👩‍👩‍👧F"],
  ["", ""],
])("takes the initials of %j", (name, shown) => {
  expect(initials(name)).toBe(shown);
});

it("tells who did what, and knows what to say when it is not known", () => {
  expect(noticeText({ type: "notice", kind: "role_changed", by: "Hanna", role: "speaker" })).toBe(
    "Hanna made you a speaker.",
  );
  expect(noticeText({ type: "notice", kind: "muted" })).toBe("A moderator muted you.");
});

it("gives everybody a tint of their own that stays", () => {
  const tints = new Set(Array.from({ length: 50 }, (_, index) => tint(`p_${index}`)));
  expect([...tints].every((one) => one >= 1 && one <= 6)).toBe(true);
  expect(tints.size).toBeGreaterThan(3);
  expect(tint("p_1")).toBe(tint("p_1"));
});

it("counts people", () => {
  expect(people(1)).toBe("1 person");
  expect(people(2)).toBe("2 people");
});
