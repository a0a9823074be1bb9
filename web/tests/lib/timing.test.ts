import { describe, expect, it } from "vitest";
import { backoff, patience } from "../../lib/backoff";
import { clock, fromLocalInput, toLocalInput } from "../../lib/timing";

describe("backoff", () => {
  it("doubles up to half a minute", () => {
    expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 1))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(backoff(99, 1)).toBe(30_000);
  });

  it("spreads clients over half of the wait", () => {
    expect(backoff(2, 0)).toBe(1_000);
    expect(backoff(2, 0.5)).toBe(1_500);
  });

  it("does what the server says", () => {
    expect(backoff(5, 0.5, 70)).toBe(70);
    expect(backoff(0, 1, null)).toBe(500);
  });
});

it("waits for two pings and a second", () => {
  expect(patience(2_500)).toBe(6_000);
});

it.each([
  [-5, "0:00"],
  [0, "0:00"],
  [900, "0:01"],
  [61_000, "1:01"],
  [3_723_000, "1:02:03"],
  [90_061_000, "1 day 01:01:01"],
  [2 * 86_400_000, "2 days 00:00:00"],
])("shows %i ms as %s", (ms, shown) => {
  expect(clock(ms)).toBe(shown);
});

it("goes to a form field and back", () => {
  const at = new Date(2026, 4, 17, 9, 30).getTime();
  expect(toLocalInput(at)).toBe("2026-05-17T09:30");
  expect(fromLocalInput("2026-05-17T09:30")).toBe(at);
  expect(toLocalInput(null)).toBe("");
  expect(fromLocalInput("")).toBeNull();
});
