import { describe, expect, it } from "vitest";
import { EVERYTHING, found, isNarrowed, kindsOf, queryOf, searchOf, standingOf } from "../../lib/entries";
import type { EntrySummary } from "../../lib/protocol";

const NOW = 1_000_000;

const entry = (name: string, fields: Partial<EntrySummary> = {}): EntrySummary => ({
  entry_id: name, kind: "room", name, description: "", session_state: "scheduled", has_content: true,
  people: 0, used_at: 0, ...fields,
});

const names = (entries: readonly EntrySummary[]): string[] => entries.map((one) => one.name);

describe("how an entry stands", () => {
  it.each([
    ["live", { session_state: "open" }],
    ["coming", { starts_at: NOW + 1 }],
    ["coming", { starts_at: NOW + 1, session_state: "early" }],
    ["due", { starts_at: NOW - 1 }],
    ["idle", {}],
    ["over", { session_state: "ended", starts_at: NOW + 1 }],
    ["draft", { kind: "video", session_state: "open", has_content: false }],
    ["shown", { kind: "quiz", session_state: "open" }],
  ] as const)("%s", (standing, fields) => {
    expect(standingOf(entry("one", fields), NOW)).toBe(standing);
  });
});

describe("the list", () => {
  const entries = [
    entry("Öffnung", { used_at: 3, description: "For everybody" }),
    entry("Seminar 10", { used_at: 9, starts_at: NOW + 50 }),
    entry("Seminar 9", { used_at: 1, session_state: "open" }),
    entry("Handout", { kind: "document", used_at: 5, session_state: "open", has_content: false }),
    entry("Due", { used_at: 2, starts_at: NOW - 50 }),
  ];
  const list = (query = {}): string[] => names(found(entries, { ...EVERYTHING, ...query }, NOW, "en"));

  it("begins with what is running, then what was used last", () => {
    expect(list()).toEqual(["Seminar 9", "Seminar 10", "Handout", "Öffnung", "Due"]);
  });

  it("goes by the next start, and by names as people read them", () => {
    expect(list({ sort: "start" })).toEqual(["Seminar 9", "Due", "Seminar 10", "Handout", "Öffnung"]);
    expect(list({ sort: "name" })).toEqual(["Due", "Handout", "Öffnung", "Seminar 9", "Seminar 10"]);
  });

  it("finds every word, in names, descriptions and kinds, whatever the accents", () => {
    expect(list({ q: "offnung" })).toEqual(["Öffnung"]);
    expect(list({ q: "EVERYBODY off" })).toEqual(["Öffnung"]);
    expect(list({ q: "document" })).toEqual(["Handout"]);
    expect(list({ q: "seminar nothing" })).toEqual([]);
  });

  it("is of one kind, if that is wished", () => {
    expect(list({ kind: "document" })).toEqual(["Handout"]);
    expect(kindsOf(entries)).toEqual([["room", 4], ["document", 1]]);
  });
});

describe("what is looked for", () => {
  it("stands in the address, as far as it is not the usual", () => {
    expect(searchOf(EVERYTHING)).toBe("");
    const query = { q: "a b", kind: "video", sort: "name" } as const;
    expect(queryOf(searchOf(query))).toEqual(query);
    expect(isNarrowed(queryOf("?sort=name"))).toBe(false);
  });

  it("is everything where the address makes no sense", () => {
    expect(queryOf("?kind=cake&sort=taste")).toEqual(EVERYTHING);
  });
});
