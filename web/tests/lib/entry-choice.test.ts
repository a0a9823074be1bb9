import { describe, expect, it } from "vitest";
import { entryMeant, offersOf } from "../../lib/entry-choice";
import type { EntrySummary } from "../../lib/protocol";

const entry = (entry_id: string, name: string): EntrySummary => ({ entry_id, name }) as EntrySummary;
const entries = [entry("e_1", "Seminar"), entry("e_2", "Lecture"), entry("e_3", "Lecture"), entry("e_4", "e_2")];

describe("choosing an entry", () => {
  it("offers names, and ids where a name is not enough", () => {
    expect(offersOf(entries).map((one) => one.value)).toEqual(["Seminar", "e_2", "e_3", "e_4"]);
  });

  it.each([
    ["its name", " Seminar ", "e_1"],
    ["its id", "e_3", "e_3"],
    ["the id of one that is not listed", "e_far", "e_far"],
    ["an id before a name that looks like one", "e_2", "e_2"],
    ["nothing", "", ""],
  ])("takes %s", (_, typed, id) => expect(entryMeant(typed, entries)).toBe(id));

  it("does not guess between two of one name", () => {
    expect(entryMeant("Lecture", entries)).toBe("Lecture");
  });
});
