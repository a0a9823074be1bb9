import { describe, expect, it } from "vitest";
import {
  duration, layersOf, marksOn, MOST_LAYERS, placeAt, stacked, tableMoments, tick, timeIn, timesIn, wayLabel,
  wayName,
} from "../../lib/attendance";
import { summary, way } from "../attending";

const MINUTE = 60_000;
const T0 = Date.UTC(2027, 0, 15, 8, 3);

describe("ways in", () => {
  it("are named with their kind where they stand alone", () => {
    expect(wayName({ origin: "account", link_name: "" })).toBe("Account");
    expect(wayName({ origin: "guest_link", link_name: "Open day" })).toBe("Guest link “Open day”");
    expect(wayLabel({ origin: "guest_link", link_name: "Open day" })).toBe("Open day");
    expect(wayLabel({ origin: "guest_link", link_name: "" })).toBe("Guest link");
  });

  it("become layers, of which the smallest become one when there are too many", () => {
    const few = layersOf(summary());
    expect(few.map((layer) => [layer.label, layer.people])).toEqual([["Account", 1], ["Open day", 2]]);

    const ways = Array.from({ length: 9 }, (_, n) => way("guest_link", `Link ${n}`, n + 1));
    const by_way = ways.map((_, n) => [n, 1]);
    const many = layersOf(summary({ ways, curve: { ...summary().curve, by_way } }));
    expect(many).toHaveLength(MOST_LAYERS);
    const last = many.at(-1);
    expect([last?.label, last?.people, last?.way]).toEqual(["Other guest links", 1 + 2 + 3 + 4, null]);
    expect(last?.counts).toEqual([0 + 1 + 2 + 3, 4]);
    expect(last?.averageMs).toBe(MINUTE);
    expect(many.reduce((sum, layer) => sum + layer.people, 0)).toBe(45);
  });

  it("are stacked up to the totals", () => {
    const { curve } = summary();
    const edges = stacked(layersOf(summary()));
    expect(edges[0]).toEqual(curve.by_way[0]);
    expect(edges.at(-1)).toEqual(curve.totals);
  });
});

describe("the curve", () => {
  it("holds from each point until the next", () => {
    const moments = [10, 20, 30];
    expect([5, 10, 19, 20, 99].map((at) => placeAt(moments, at))).toEqual([-1, 0, 0, 1, 2]);
    expect(placeAt([], 5)).toBe(-1);
  });

  it("becomes a table of round moments between its ends", () => {
    const rows = (last: number): number[] =>
      tableMoments({ ...summary().curve, moments: [T0, last] }).map((at) => (at - T0) / MINUTE);
    expect(rows(T0 + 10 * MINUTE)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(rows(T0 + 75 * MINUTE).slice(0, 4)).toEqual([0, 2, 7, 12]);
    for (const minutes of [0, 1, 61, 1_000, 50_000, 5_000_000]) {
      expect(rows(T0 + minutes * MINUTE).length).toBeLessThanOrEqual(31);
    }
    expect(tableMoments({ ...summary().curve, moments: [] })).toEqual([]);
  });
});

it("says how long something took, as short as it can", () => {
  const said = [0, 59_400, 59_600, 12 * MINUTE, 59.6 * MINUTE, 65 * MINUTE, 3_000 * MINUTE].map(duration);
  expect(said).toEqual(["0 s", "59 s", "1 min", "12 min", "1 h 0 min", "1 h 5 min", "50 h 0 min"]);
});

it("draws intervals within the line, and none too thin to be seen", () => {
  expect(marksOn([[100, 200], [200, 200]], 0, 1_000)).toEqual([
    { start: 100, length: 100 }, { start: 200, length: 8 },
  ]);
  expect(marksOn([[1_000, 1_000]], 0, 1_000)[0]?.start).toBe(992);
  expect(marksOn([[0, 0]], 0, 0)).toEqual([{ start: 0, length: 8 }]);
});

it("tells the seconds where minutes would read the same", () => {
  const noon = new Date(2027, 0, 15, 12, 0).getTime();
  const said = (...seconds: number[]): string[] =>
    timesIn(seconds.map((one) => noon + one * 1_000), noon).map((one) => one.replace(/\s[AP]M$/u, ""));
  expect(said(0, 60, 120)).toEqual(["12:00", "12:01", "12:02"]);
  expect(said(3, 41)).toEqual(["12:00:03", "12:00:41"]);
  expect(said(0, 60, 95)).toEqual(["12:00:00", "12:01:00", "12:01:35"]);
});

it("tells times of day, and the day where it is another", () => {
  const noon = new Date(2027, 0, 15, 12, 0).getTime();
  expect(timeIn(noon, noon)).toMatch(/^12:00\sPM$/u);
  expect(timeIn(noon + 86_400_000, noon)).toMatch(/Jan 16, 2027/u);
  expect(tick(noon, 86_400_000)).toBe("Jan 15");
  expect(tick(noon, 1_000)).toMatch(/^12:00:00/u);
  expect(tick(noon, 60_000)).toMatch(/^12:00\sPM$/u);
});
