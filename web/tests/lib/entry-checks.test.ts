import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { faultsOf, fieldOf, spanText } from "../../lib/entry-checks";
import { BOUNDS, FIELDS, sectionsFor, unitFor, type FieldName, type Values } from "../../lib/entry-fields";
import { settings } from "../making";

const SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../docs/schema/usher.v1.json"), "utf8"),
) as { $defs: Record<string, { properties: Record<string, { minimum?: number; maximum?: number }> }> };

const fault = (name: FieldName, values: Values): string | undefined => faultsOf(values, [name]).get(name);

describe("the fields", () => {
  it("are all settings that the server knows", () => {
    expect(Object.keys(settings()).filter((name) => !FIELDS.has(name as FieldName))).toEqual([]);
    const contract = Object.keys(SCHEMA.$defs.EntrySettings?.properties ?? {});
    expect(contract.filter((name) => !FIELDS.has(name as FieldName))).toEqual([]);
  });

  it("have the bounds of the contract", () => {
    const contract = SCHEMA.$defs.EntrySettings?.properties ?? {};
    const numbers = Object.entries(contract).filter(([, one]) => one.maximum !== undefined);
    expect(Object.fromEntries(numbers.map(([name, one]) => [name, [one.minimum, one.maximum]]))).toEqual(BOUNDS);
  });

  it("are those that have a say", () => {
    const names = (kind: "room" | "video", changes = {}): string[] =>
      sectionsFor(kind, { ...settings(changes) }).flatMap(({ fields }) => fields.map((one) => one.name));
    expect(names("room")).toContain("names_up_to");
    expect(names("room", { viewer_list: "never" })).not.toContain("names_up_to");
    expect(names("room")).not.toContain("lead_s");
    expect(names("room", { opens_by_itself: true })).toContain("lead_s");
    expect(names("room")).not.toContain("content_url");
    expect(names("video")).toEqual(expect.arrayContaining(["content_url", "captions", "capacity"]));
    expect(names("video")).not.toContain("stage_mode");
  });
});

describe("what is wrong is said of", () => {
  it.each([["", true], ["  ", true], ["Seminar", false]])("a name: %j", (name, isBad) => {
    expect(Boolean(fault("name", { name }))).toBe(isBad);
  });

  it.each([
    ["", false], ["https://files.example/a.mp4", false], ["http://a.example", false], ["/assets/a.pdf", false],
    ["files.example/a.mp4", true], ["javascript:alert(1)", true], ["//evil.example", true], ["/\\evil.example", true],
    ["https://", true],
  ])("an address: %j", (content_url, isBad) => {
    expect(Boolean(fault("content_url", { content_url }))).toBe(isBad);
  });

  it("an end without a start, or before it", () => {
    expect(fault("ends_at", { ends_at: "2027-01-01T10:00" })).toBe("An end needs a start.");
    expect(fault("ends_at", { starts_at: "2027-01-01T10:00", ends_at: "2027-01-01T10:00" })).toContain("after");
    expect(fault("ends_at", { starts_at: "2027-01-01T10:00", ends_at: "2027-01-01T10:01" })).toBeUndefined();
  });

  it("numbers and spans out of bounds, in words", () => {
    expect(fault("stage_capacity", { stage_capacity: 0 })).toBe("A whole number from 1 to 1,000.");
    expect(fault("stage_capacity", { stage_capacity: null })).toBeDefined();
    expect(fault("stage_capacity", { stage_capacity: 2.5 })).toBeDefined();
    expect(fault("host_absent_s", { host_absent_s: 5 })).toBe("From 10 seconds to 1 day.");
    expect(fault("host_absent_s", { host_absent_s: 900 })).toBeUndefined();
  });

  it("the line that is no caption", () => {
    expect(fault("captions", { captions: "en English /a.vtt\nen" })).toContain("Line 2");
  });
});

it("finds the field that a refusal is about", () => {
  const problem = { code: "bad_request", sentence: "", again: false } as const;
  expect(fieldOf({ ...problem, where: "settings.capacity" })).toBe("capacity");
  expect(fieldOf({ ...problem, where: "only" })).toBeNull();
  expect(fieldOf(problem)).toBeNull();
});

it.each([[900, "minute"], [86_400, "day"], [90, "second"], [7_200, "hour"], [0, "minute"]] as const)(
  "%d s are shown in the largest whole unit", (seconds, unit) => expect(unitFor(seconds)).toBe(unit),
);

it("says a span as people do", () => {
  expect(spanText(900)).toBe("15 minutes");
  expect(spanText(0)).toBe("0 minutes");
});
