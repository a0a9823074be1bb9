import { describe, expect, it } from "vitest";
import { HELD, PREVIEW, rangeFor, sameWindow, windowFor, type GroupUse } from "../../lib/windows";
import type { Group } from "../../lib/protocol";

const use = (fields: Partial<GroupUse> = {}): GroupUse => ({
  isOpen: true, isExpanded: false, top: 0, ...fields,
});

describe("the range of a group", () => {
  it("is its beginning, until more is asked for", () => {
    expect(rangeFor(use({ top: 500 }))).toEqual({ first: 0, count: PREVIEW });
  });

  it("moves along with what is on screen, in steps", () => {
    expect(rangeFor(use({ isExpanded: true }))).toEqual({ first: 0, count: HELD });
    expect(rangeFor(use({ isExpanded: true, top: 40 }))).toEqual({ first: 0, count: HELD });
    expect(rangeFor(use({ isExpanded: true, top: 1_000 }))).toEqual({ first: 950, count: HELD });
    expect(rangeFor(use({ isExpanded: true, top: 1_005 }))).toEqual({ first: 950, count: HELD });
  });

  it("always has what is on screen, with rows to spare on both sides", () => {
    const screen = 20;
    for (let top = 0; top < 5_000; top += 7) {
      const { first, count } = rangeFor(use({ isExpanded: true, top }));
      expect(first).toBeLessThanOrEqual(top);
      expect(first + count).toBeGreaterThanOrEqual(top + screen);
      expect(count).toBeLessThanOrEqual(100);
    }
  });
});

describe("the window", () => {
  it("leaves closed groups out, but always has the stage", () => {
    const uses = new Map<Group, GroupUse>([
      ["viewers", use()],
      ["on_stage", use({ isOpen: false })],
      ["invited", use({ isOpen: false })],
    ]);
    expect(windowFor(uses, "")).toEqual({
      groups: { viewers: { first: 0, count: PREVIEW }, on_stage: { first: 0, count: PREVIEW } },
      search: "",
    });
  });

  it("searches for what was typed, without its edges, up to what the server takes", () => {
    expect(windowFor(new Map(), "  ada ").search).toBe("ada");
    expect(windowFor(new Map(), "x".repeat(200)).search).toHaveLength(100);
  });

  it("is the same when ranges and search are", () => {
    const one = windowFor(new Map([["viewers", use()]]), "a");
    expect(sameWindow(one, windowFor(new Map([["viewers", use({ top: 9 })]]), "a"))).toBe(true);
    expect(sameWindow(one, windowFor(new Map([["viewers", use({ isExpanded: true })]]), "a"))).toBe(false);
    expect(sameWindow(one, windowFor(new Map([["viewers", use()]]), "b"))).toBe(false);
    expect(sameWindow(one, null)).toBe(false);
    expect(sameWindow(null, null)).toBe(true);
  });
});
