import { afterEach, describe, expect, it, vi } from "vitest";
import { HELD, Pace, PREVIEW, rangeFor, sameWindow, windowFor, type GroupUse } from "../../lib/windows";
import type { Group } from "../../lib/protocol";

const use = (fields: Partial<GroupUse> = {}): GroupUse => ({
  isOpen: true, isExpanded: false, top: 0, rows: 20, heading: 0, ...fields,
});
const open = (fields: Partial<GroupUse> = {}): GroupUse => use({ isExpanded: true, ...fields });

describe("the range of a group", () => {
  it("is its beginning, until more is asked for", () => {
    expect(rangeFor(use({ top: 500 }))).toEqual({ first: 0, count: PREVIEW });
  });

  it("reaches further whither one scrolls", () => {
    const still = rangeFor(open({ top: 1_000 }));
    const down = rangeFor(open({ top: 1_000, heading: 1 }));
    const up = rangeFor(open({ top: 1_000, heading: -1 }));
    expect(up.first).toBeLessThan(still.first);
    expect(still.first).toBeLessThan(down.first);
    expect(down.first + HELD - 1_020).toBeGreaterThanOrEqual(80);
    expect(1_000 - up.first).toBeGreaterThan(80);
  });

  it("stays as long as there are rows to spare, and moves in steps", () => {
    let held = rangeFor(open({ top: 0, heading: 1 }));
    const firsts = new Set<number>();
    for (let top = 0; top < 2_000; top += 3) {
      held = rangeFor(open({ top, heading: 1 }), held, 100_000);
      firsts.add(held.first);
    }
    expect([...firsts].every((first) => first % 25 === 0)).toBe(true);
    expect(firsts.size).toBeLessThan(32);
  });

  it("always has what is on screen, with rows to spare on both sides", () => {
    for (const heading of [-1, 0, 1] as const) {
      for (let top = 0; top < 5_000; top += 7) {
        const { first, count } = rangeFor(open({ top, heading }));
        expect(first).toBeLessThanOrEqual(top);
        expect(first + count).toBeGreaterThanOrEqual(top + 20);
        expect(count).toBeLessThanOrEqual(200);
      }
    }
  });

  it("asks for nothing new at the end, where nothing comes any more", () => {
    const held = { first: 350, count: HELD };
    expect(rangeFor(open({ top: 480, heading: 1 }), held, 500)).toEqual(held);
    expect(rangeFor(open({ top: 480, heading: 1 }), held, 600)).not.toEqual(held);
  });

  it("comes back when the group has become shorter than what one looks at", () => {
    expect(rangeFor(open({ top: 9_000 }), undefined, 10).first).toBe(0);
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

describe("the pace of windows", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("lets a few through at once, then five a second, and always the last", () => {
    vi.useFakeTimers();
    const passed: number[] = [];
    const pace = new Pace<number>(4, 200, (value) => passed.push(value));
    for (let at = 0; at < 100; at += 1) {
      pace.offer(at);
      vi.advanceTimersByTime(20);
    }
    vi.runAllTimers();
    expect(passed.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(passed.length).toBeLessThanOrEqual(4 + 2_000 / 200 + 1);
    expect(passed.at(-1)).toBe(99);
  });

  it("says nothing after it was stopped", () => {
    vi.useFakeTimers();
    const passed: number[] = [];
    const pace = new Pace<number>(1, 200, (value) => passed.push(value));
    pace.offer(1);
    pace.offer(2);
    pace.stop();
    vi.runAllTimers();
    expect(passed).toEqual([1]);
  });
});
