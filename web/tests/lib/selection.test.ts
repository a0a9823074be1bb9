import { describe, expect, it } from "vitest";
import { Selection } from "../../lib/selection";
import type { Row, View } from "../../lib/protocol";
import { counts, group, row, view } from "../making";

const people = (first: number, count: number): Row[] =>
  Array.from({ length: count }, (_, at) => row(`p${first + at}`));
const crowd = (rows: Row[], first = 0, total = 1_000): View =>
  view({ counts: counts({ all: total, viewers: total }), groups: { viewers: group(rows, first), raised_hands: group([]), on_stage: group([]) } });
const may = (): boolean => true;
const at = (index: number): { group: "viewers"; index: number } => ({ group: "viewers", index });
const ids = (selection: Selection): string[] => [...selection.people.keys()].sort();

describe("a range", () => {
  const shown = crowd(people(0, 20));
  const begun = Selection.none.toggle(shown, row("p3"));

  it("goes from who was picked last to where one points, both ways", () => {
    expect(ids(begun.extend(shown, at(3), at(6), may))).toEqual(["p3", "p4", "p5", "p6"]);
    expect(ids(begun.extend(shown, at(3), at(1), may))).toEqual(["p1", "p2", "p3"]);
  });

  it("lets go of those whom a shorter one leaves out", () => {
    const long = begun.extend(shown, at(3), at(9), may);
    expect(ids(long.extend(shown, at(9), at(4), may))).toEqual(["p3", "p4"]);
  });

  it("leaves out whom one may not do anything with", () => {
    expect(ids(begun.extend(shown, at(3), at(5), (one) => one.id !== "p4"))).toEqual(["p3", "p5"]);
  });

  it("begins at the row in focus when nobody was picked", () => {
    expect(ids(Selection.none.extend(shown, at(7), at(8), may))).toEqual(["p7", "p8"]);
  });

  it("takes in those who were scrolled past, and says how many never were loaded", () => {
    const next = crowd(people(15, 20), 15);
    const far = crowd(people(100, 20), 100);
    const selected = begun.follow(shown, next, may).follow(next, far, may).extend(far, at(101), at(101), may);
    expect(selected.size).toBe(34);
    expect(selected.missing).toBe(65);
    // Those in between come in when they are loaded.
    const between = crowd(people(35, 65), 35);
    const whole = selected.follow(far, between, may);
    expect(whole.size).toBe(99);
    expect(whole.missing).toBe(0);
  });

  it("takes in nobody twice: who was let go of stays out", () => {
    const selected = begun.extend(shown, at(3), at(6), may).toggle(shown, row("p5"));
    expect(ids(selected.follow(shown, crowd(people(0, 20)), may))).toEqual(["p3", "p4", "p6"]);
  });

  it("moves with the people when somebody joins above", () => {
    const selected = begun.extend(shown, at(3), at(30), may);
    const later = crowd([row("new"), ...people(0, 30)]);
    expect(ids(selected.follow(shown, later, may))).not.toContain("new");
  });
});

describe("who is selected", () => {
  const shown = crowd(people(0, 5), 0, 5);
  const both = Selection.none.toggle(shown, row("p1")).toggle(shown, row("p2"));

  it("stays so when they move to another group, and is known as they are now", () => {
    const moved = view({
      counts: counts({ all: 5, viewers: 4, raised_hands: 1 }),
      groups: { viewers: group([row("p0"), row("p2"), row("p3"), row("p4")]), raised_hands: group([row("p1", { hand_raised_at: 9 })]), on_stage: group([]) },
    });
    const now = both.follow(shown, moved, may);
    expect(ids(now)).toEqual(["p1", "p2"]);
    expect(now.people.get("p1")?.hand_raised_at).toBe(9);
  });

  it("drops out when they leave", () => {
    const left = crowd([row("p0"), row("p2"), row("p3"), row("p4")], 0, 4);
    expect(ids(both.follow(shown, left, may))).toEqual(["p2"]);
  });

  it("drops out of a stretch of a large group as well", () => {
    const large = crowd(people(0, 20));
    const selected = Selection.none.toggle(large, row("p7"));
    const left = crowd([...people(0, 7), ...people(8, 13)], 0, 999);
    expect(selected.follow(large, left, may).size).toBe(0);
  });

  it("stays so when one scrolls away from them", () => {
    const large = crowd(people(0, 20));
    const selected = Selection.none.toggle(large, row("p7"));
    expect(ids(selected.follow(large, crowd(people(500, 20), 500), may))).toEqual(["p7"]);
  });

  it("stays so when they may have gone where nothing is loaded", () => {
    const large = crowd(people(0, 20));
    const selected = Selection.none.toggle(large, row("p7"));
    const raised = view({
      counts: counts({ all: 1_000, viewers: 999, raised_hands: 300 }),
      groups: { viewers: group([...people(0, 7), ...people(8, 13)]), raised_hands: group(people(2_000, 20)), on_stage: group([]) },
    });
    expect(ids(selected.follow(large, raised, may))).toEqual(["p7"]);
  });

  it("drops out when one may do nothing with them any more", () => {
    expect(ids(both.follow(shown, shown, (one) => one.id === "p1"))).toEqual(["p1"]);
  });

  it("is everybody of a group who is loaded, on one key", () => {
    expect(Selection.none.all(crowd(people(0, 20)), "viewers", may).size).toBe(20);
  });
});
