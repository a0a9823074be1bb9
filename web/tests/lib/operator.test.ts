import { describe, expect, it } from "vitest";
import { askAgainIn, sums } from "../../lib/operator";
import type { NodeView, Problem } from "../../lib/protocol";

const NOTHING: Omit<NodeView, "id" | "is_alive"> = {
  name: "", started_at: 0, told_at: 0, rooms: 0, connections: 0, slow: 0, commands_per_s: 0, joins_per_s: 0,
  deliveries_per_s: 0, conflicts: 0, put_off: 0,
};
const node = (id: string, more: Partial<NodeView> = {}): NodeView => ({ id, is_alive: true, ...NOTHING, ...more });

describe("the sums of a site", () => {
  it("add up what runs, and leave out what does not answer", () => {
    const found = sums([
      node("a", { connections: 3, joins_per_s: 0.5, slow: 1 }),
      node("b", { connections: 4, joins_per_s: 1, slow: 0 }),
      node("c", { connections: 100, is_alive: false, p99_ms: 9_000 }),
    ]);
    expect(found).toMatchObject({ alive: 2, gone: 1, connections: 7, joins: 1.5, slow: 1, p99: null });
  });

  it("say the percentile of the slowest node, and none while nobody asks", () => {
    expect(sums([node("a", { p99_ms: 4 }), node("b", { p99_ms: 80 }), node("c")]).p99).toBe(80);
    expect(sums([]).p99).toBeNull();
  });
});

describe("how the site runs", () => {
  const problem = (more: Partial<Problem>): Problem => ({ code: "overloaded", sentence: "", again: true, ...more });

  it("is asked again soon after an answer, and never after a refusal that stays", () => {
    expect(askAgainIn(null, 0, 0.5)).toBe(2_000);
    expect(askAgainIn(problem({ code: "not_allowed", again: false }), 1, 0.5)).toBeNull();
  });

  it("is asked more and more rarely while there is no answer, and not in step with others", () => {
    const waits = [1, 2, 3, 4, 5, 20].map((failures) => askAgainIn(problem({}), failures, 0.5) ?? 0);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(2_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(30_000);
    expect(askAgainIn(problem({}), 6, 0)).not.toBe(askAgainIn(problem({}), 6, 0.9));
  });

  it("is asked when the server says so, where it says when", () => {
    expect(askAgainIn(problem({ retry_after_ms: 45_000 }), 1, 0.5)).toBe(45_000);
  });
});
