import { describe, expect, it } from "vitest";
import {
  height, intoElement, intoRows, NOTHING, rowTop, scaleFor, scaleOf, scrollTo, sliceAt, type Body,
} from "../../lib/tall";

const ROW = 52;
const body = (fields: Partial<Body> = {}): Body => ({
  rows: 100_000, rowPx: ROW, screenPx: 700, scale: 1, ...fields,
});

describe("the height of a list", () => {
  it("is that of all rows, for 100,000 of them on common and on dense screens", () => {
    for (const ratio of [1, 1.5, 2, 3]) expect(scaleFor([3, 100_000], ROW, ratio)).toBe(1);
  });

  it.each([[1, 1_000_000], [8, 100_000], [2, 10_000_000]])(
    "stays below what browsers can do, at %s device px and %s rows",
    (ratio, rows) => {
      const scale = scaleFor([20, rows], ROW, ratio);
      const px = height(body({ rows, scale })) + 20 * ROW;
      expect(px).toBeLessThanOrEqual(15_000_000);
      expect(px * ratio).toBeLessThanOrEqual(30_000_000);
      expect(scaleOf(20, scale)).toBe(1);
    },
  );
});

describe("a list that is too tall", () => {
  const tall = body({ rows: 1_000_000, scale: 0.25 });

  it("is one to one at both ends", () => {
    const end = height(tall);
    expect(intoRows(tall, -40)).toBe(-40);
    expect(intoRows(tall, end - 100)).toBe(tall.rows * ROW - 100);
  });

  it("reaches every row, and comes back to the same place", () => {
    for (const index of [0, 1, 77, 499_999, 999_985, 999_999]) {
      const px = intoElement(tall, index * ROW);
      expect(intoRows(tall, px)).toBeCloseTo(index * ROW, 3);
      const { start, end } = sliceAt(tall, px, 2);
      expect(start).toBeLessThanOrEqual(index);
      expect(end).toBeGreaterThan(index);
    }
  });

  it("draws rows where they are seen, however it is scaled", () => {
    const px = 6_000_000;
    const { start, offset } = sliceAt(tall, px, 3);
    expect(offset - px).toBeCloseTo(rowTop(tall, px, start), 3);
  });
});

describe("what is drawn", () => {
  it("is what is on screen and some more, wherever one is", () => {
    for (let px = -600; px < 5_200_000; px += 99_991) {
      const { start, end, offset } = sliceAt(body(), px, 5);
      expect(end - start).toBeLessThanOrEqual(700 / ROW + 12);
      if (end > start) expect(offset).toBeCloseTo(start * ROW, 3);
    }
  });

  it("is nothing for a group that is not on screen, or empty", () => {
    expect(sliceAt(body(), -701, 5)).toEqual(NOTHING);
    expect(sliceAt(body({ rows: 10 }), 521, 5)).toEqual(NOTHING);
    expect(sliceAt(body({ rows: 0 }), 0, 5)).toEqual(NOTHING);
  });
});

it("brings a row to where it was", () => {
  for (const one of [body(), body({ rows: 1_000_000, scale: 0.3 })]) {
    const px = height(one) * 0.4;
    const index = Math.floor(intoRows(one, px) / ROW) + 4;
    const top = rowTop(one, px, index);
    const moved = scrollTo(one, px, index + 7, top);
    expect(rowTop(one, px + moved, index + 7)).toBeCloseTo(top, 3);
  }
});
