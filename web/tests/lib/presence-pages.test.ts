import { expect, it } from "vitest";
import { PAGE, pagesOf, rowsOf, windowOf } from "../../lib/presence-pages";
import { counts, group, row, view } from "../making";

it("takes the first page from the beginning of every group", () => {
  expect(windowOf(0, counts()).groups).toEqual({
    raised_hands: { first: 0, count: PAGE }, on_stage: { first: 0, count: PAGE }, viewers: { first: 0, count: PAGE },
  });
});

it("goes on where the page before ended, across groups", () => {
  const many = counts({ all: 170, raised_hands: 20, on_stage: 50, viewers: 100 });
  expect(windowOf(1, many).groups).toEqual({
    on_stage: { first: 30, count: PAGE }, viewers: { first: 0, count: PAGE },
  });
  expect(windowOf(3, many).groups).toEqual({ viewers: { first: 80, count: PAGE } });
  expect(pagesOf(many)).toBe(4);
  expect(pagesOf(counts())).toBe(1);
});

it("shows no more than a page", () => {
  const rows = (name: string) => group(Array.from({ length: 40 }, (_, at) => row(`${name}${at}`)));
  const all = counts({ all: 80, on_stage: 40, viewers: 40 });
  const shown = rowsOf(view({ counts: all, groups: { on_stage: rows("s"), viewers: rows("v") } }), 0);
  expect(shown).toHaveLength(PAGE);
  expect(shown?.[PAGE - 1]?.id).toBe("v9");
});

it("leaves out what comes before the last page, and has nothing before it has come", () => {
  const all = counts({ all: 61, viewers: 61 });
  const some = (first: number) => view({
    counts: all,
    groups: { viewers: { ...group(Array.from({ length: 50 }, (_, at) => row(`v${first + at}`))), first } },
  });
  expect(rowsOf(some(0), 1)).toBeNull();
  expect(rowsOf(some(11), 1)?.map((one) => one.id)).toEqual(Array.from({ length: 11 }, (_, at) => `v${50 + at}`));
  expect(rowsOf(some(11), 0)).toBeNull();
});
