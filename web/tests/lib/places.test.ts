import { describe, expect, it } from "vitest";
import { anchorOf, firstPlace, lastPlace, placeOf, rowAt, step, type Mark, type Stretch } from "../../lib/places";
import { group, invitation, row, view } from "../making";

const rows = (first: number, count: number): ReturnType<typeof row>[] =>
  Array.from({ length: count }, (_, at) => row(`p${first + at}`));
const shown = view({
  groups: {
    raised_hands: group([row("hand")]),
    viewers: group(rows(40, 10), 40),
    invited: { first: 5, rows: [], invitations: [invitation("i5")] },
  },
});
const stretches: Stretch[] = [
  { group: "raised_hands", rows: 1 },
  { group: "on_stage", rows: 0 },
  { group: "viewers", rows: 500 },
  { group: "invited", rows: 3 },
];

describe("places", () => {
  it("are found for whoever is loaded, counted in the whole group", () => {
    expect(placeOf(shown, "p42")).toEqual({ group: "viewers", index: 42 });
    expect(placeOf(shown, "i5")).toEqual({ group: "invited", index: 5 });
    expect(placeOf(shown, "p42", ["raised_hands"])).toBeNull();
    expect(rowAt(shown, { group: "viewers", index: 49 })?.id).toBe("p49");
    expect(rowAt(shown, { group: "viewers", index: 50 })).toBeNull();
  });

  it("follow one another across groups, beyond what is loaded, and end at the ends", () => {
    expect(step(stretches, { group: "raised_hands", index: 0 }, 1)).toEqual({ group: "viewers", index: 0 });
    expect(step(stretches, { group: "viewers", index: 0 }, -1)).toEqual({ group: "raised_hands", index: 0 });
    expect(step(stretches, { group: "viewers", index: 49 }, 14)).toEqual({ group: "viewers", index: 63 });
    expect(step(stretches, { group: "viewers", index: 499 }, 1)).toEqual({ group: "invited", index: 0 });
    expect(step(stretches, { group: "invited", index: 2 }, 9)).toEqual({ group: "invited", index: 2 });
    expect(step(stretches, { group: "raised_hands", index: 0 }, -9)).toEqual({ group: "raised_hands", index: 0 });
    expect(firstPlace(stretches)).toEqual({ group: "raised_hands", index: 0 });
    expect(lastPlace(stretches)).toEqual({ group: "invited", index: 2 });
    expect(firstPlace([])).toBeNull();
  });
});

describe("what stays in its place", () => {
  const mark = (id: string | null, index: number, top: number): Mark => ({ group: "viewers", id, index, top });

  it("is the first mark that is still in its group, where it is now", () => {
    const found = anchorOf(shown, [mark("gone", 39, 10), mark("p42", 41, 62)]);
    expect(found).toEqual({ group: "viewers", id: "p42", index: 42, top: 62 });
  });

  it("is nobody who has gone to another group", () => {
    const found = anchorOf(shown, [{ ...mark("hand", 44, 10) }, mark("p45", 45, 62)]);
    expect(found?.id).toBe("p45");
  });

  it("is the place itself when nobody of the screen is left, or nothing was loaded", () => {
    expect(anchorOf(shown, [mark("gone", 39, 10)])).toEqual(mark("gone", 39, 10));
    expect(anchorOf(shown, [mark(null, 7, 10)])).toEqual(mark(null, 7, 10));
    expect(anchorOf(shown, [])).toBeNull();
  });
});
