import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Announcer, freshIn, handsText, Unseen } from "../../lib/news";
import type { Row, View } from "../../lib/protocol";
import { counts, group, row, view } from "../making";

const hand = (id: string, at: number): Row => row(id, { hand_raised_at: at });
const hands = (rows: Row[], total = rows.length, first = 0): View =>
  view({ counts: counts({ all: 999, raised_hands: total }), groups: { raised_hands: group(rows, first) } });
const fresh = (before: View | null, now: View): [number, string[]] => {
  const { count, rows } = freshIn("raised_hands", before, now);
  return [count, rows.map((one) => one.id)];
};

describe("new hands", () => {
  it("are those who were not there before, by name when they are loaded", () => {
    const before = hands([hand("ada", 1)]);
    expect(fresh(before, hands([hand("ada", 1), hand("bob", 2), hand("cleo", 3)]))).toEqual([2, ["bob", "cleo"]]);
  });

  it("are found although others were lowered meanwhile", () => {
    expect(fresh(hands([hand("ada", 1)]), hands([hand("bob", 2)]))).toEqual([1, ["bob"]]);
  });

  it("are none on coming in, when hands go down, and when one scrolls", () => {
    expect(fresh(null, hands([hand("ada", 1)]))).toEqual([0, []]);
    expect(fresh(hands([hand("ada", 1), hand("bob", 2)]), hands([hand("ada", 1)]))).toEqual([0, []]);
    const many = [hand("a", 1), hand("b", 2), hand("c", 3)];
    expect(fresh(hands(many.slice(0, 2), 3), hands(many.slice(1), 3, 1))).toEqual([0, []]);
  });

  it("are counted where their rows are not loaded", () => {
    const some = [hand("a", 1), hand("b", 2)];
    expect(fresh(hands(some, 40), hands(some, 43))).toEqual([3, []]);
  });
});

describe("what is said of them", () => {
  it("has names while they are few, and else a number", () => {
    const named = (...names: string[]): string =>
      handsText({ count: names.length, rows: names.map((name) => row(name)) });
    expect(named("Ada")).toBe("Ada raised a hand.");
    expect(named("Ada", "Bob", "Cleo")).toBe("Ada, Bob, and Cleo raised a hand.");
    expect(named("a", "b", "c", "d")).toBe("4 hands raised.");
    expect(handsText({ count: 7, rows: [row("a")] })).toBe("7 hands raised.");
  });

  describe("aloud", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("is merged, not too often, and never about oneself", () => {
      const said: string[] = [];
      const announcer = new Announcer((text) => said.push(text));
      announcer.add({ count: 1, rows: [row("me")] }, "me");
      announcer.add({ count: 1, rows: [row("Ada")] }, "me");
      announcer.add({ count: 1, rows: [row("Bob")] }, "me");
      vi.advanceTimersByTime(1_500);
      expect(said).toEqual(["Ada and Bob raised a hand."]);
      announcer.add({ count: 1, rows: [row("Cleo")] }, "me");
      vi.advanceTimersByTime(2_000);
      expect(said).toHaveLength(1);
      vi.advanceTimersByTime(5_000);
      expect(said.at(-1)).toBe("Cleo raised a hand.");
    });
  });
});

describe("those who were not on screen yet", () => {
  it("are fewer as they are seen, lowered, or passed", () => {
    const unseen = new Unseen("raised_hands");
    unseen.add({ count: 4, rows: [hand("ada", 1), hand("bob", 2), hand("me", 3)] }, "me");
    expect(unseen.count).toBe(3);
    expect(unseen.firstId).toBe("ada");
    unseen.saw("ada");
    expect(unseen.firstId).toBe("bob");
    unseen.follow(hands([hand("me", 3)]));
    expect(unseen.count).toBe(1);
    unseen.saw(null);
    expect(unseen.count).toBe(0);
  });
});
