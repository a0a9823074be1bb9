/**
 * Where rows lie in a list that may be taller than a browser can make an element.
 *
 * Up to the tallest, a group is as tall as all of its rows and scrolls one to one. Beyond it
 * (300,000 rows on a common screen, 100,000 at 400 % zoom on a dense one), scrolling covers
 * more rows than pixels in the middle of a group and stays one to one at both of its ends.
 */

/** Firefox ends near 17.9 million CSS px, Chromium and Safari near 33.5 million device px. */
const MOST_CSS_PX = 15_000_000;
const MOST_DEVICE_PX = 30_000_000;
/** Groups of fewer rows keep their height, whatever the others need. */
const SMALL_ROWS = 2_000;

/** One group on screen: all of its rows, the height of one, and the height of the screen. */
export interface Body {
  rows: number;
  rowPx: number;
  screenPx: number;
  /** The part of its height that the group gets; 1 unless the list is too tall. */
  scale: number;
}

/** The rows to draw: from `start` up to, but without, `end`; `offset` px into the element. */
export interface Slice {
  start: number;
  end: number;
  offset: number;
}

export const NOTHING: Slice = { start: 0, end: 0, offset: 0 };

/** The scale of the large groups, so that all of them together are not too tall. */
export function scaleFor(rows: readonly number[], rowPx: number, pixelRatio: number): number {
  const most = Math.min(MOST_CSS_PX, MOST_DEVICE_PX / Math.max(1, pixelRatio)) / rowPx;
  const large = sum(rows.filter((count) => count > SMALL_ROWS));
  const small = sum(rows) - large;
  return large === 0 ? 1 : Math.min(1, (most - small) / large);
}

export const scaleOf = (rows: number, scale: number): number => (rows > SMALL_ROWS ? scale : 1);

export const height = (body: Body): number => body.rows * body.rowPx * body.scale;

/** How far into the rows the upper edge of the screen is, when it is `px` into the element. */
export function intoRows(body: Body, px: number): number {
  const { all, tall, screen } = sizes(body);
  if (body.scale >= 1 || px <= 0) return px;
  if (px >= tall - screen) return all - (tall - px);
  return (px * (all - screen)) / (tall - screen);
}

/** How far into the element the upper edge of the screen has to be, to be so far into the rows. */
export function intoElement(body: Body, rowsPx: number): number {
  const { all, tall, screen } = sizes(body);
  if (body.scale >= 1 || rowsPx <= 0) return rowsPx;
  if (rowsPx >= all - screen) return tall - (all - rowsPx);
  return (rowsPx * (tall - screen)) / (all - screen);
}

/** Which rows to draw, and where, with some more before and behind the screen. */
export function sliceAt(body: Body, px: number, before: number, behind = before): Slice {
  if (body.rows === 0 || px > height(body) || px < -body.screenPx) return NOTHING;
  const top = intoRows(body, px);
  const start = Math.max(0, Math.floor(top / body.rowPx) - before);
  const last = Math.ceil((top + body.screenPx) / body.rowPx) + behind;
  const end = Math.min(body.rows, Math.max(start, last));
  return { start, end, offset: px - (top - start * body.rowPx) };
}

/** How far below the upper edge of the screen a row is. */
export const rowTop = (body: Body, px: number, index: number): number =>
  index * body.rowPx - intoRows(body, px);

/** By how much to scroll so that a row is so far below the upper edge of the screen. */
export const scrollTo = (body: Body, px: number, index: number, top: number): number =>
  intoElement(body, index * body.rowPx - top) - px;

function sizes(body: Body): { all: number; tall: number; screen: number } {
  const all = body.rows * body.rowPx;
  return { all, tall: all * body.scale, screen: body.screenPx };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
