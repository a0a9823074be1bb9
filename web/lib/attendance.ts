/** The arithmetic of the attendance view: ways in, layers of the plot, stretches of time. */

import { attendance } from "../messages/attendance";
import { locale, number } from "./language";
import type { AttendanceSummary, CurveView, Origin, WayView } from "./protocol";

/** The plot has so many colours that people can tell apart. */
export const MOST_LAYERS = 6;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface Way {
  readonly origin: Origin;
  readonly link_name: string;
}

export const wayKey = (way: Way): string => `${way.origin} ${way.link_name}`;

/** A way in, where it stands alone. */
export function wayName(way: Way): string {
  return way.link_name
    ? attendance("way.named", { name: way.link_name })
    : attendance(`way.${way.origin}`);
}

/** A way in, where what kind it is stands beside it. */
export const wayLabel = (way: Way): string => way.link_name || attendance(`way.${way.origin}`);

/** One layer of the plot: how many of one way were inside at each moment. */
export interface Layer {
  readonly name: string;
  readonly label: string;
  /** The way in; null for several together. */
  readonly way: Way | null;
  readonly people: number;
  readonly averageMs: number;
  readonly counts: readonly number[];
}

/** The ways as layers; of very many links, those with the fewest people become one layer. */
export function layersOf(summary: AttendanceSummary): Layer[] {
  const all = summary.ways.map((way, index) => layer(way, summary.curve.by_way[index] ?? []));
  if (all.length <= MOST_LAYERS) return all;
  const byPeople = [...all].sort((one, other) => other.people - one.people);
  const kept = new Set(byPeople.slice(0, MOST_LAYERS - 1));
  const rest = all.filter((one) => !kept.has(one));
  return [...all.filter((one) => kept.has(one)), together(rest)];
}

const layer = (way: WayView, counts: readonly number[]): Layer => ({
  name: wayName(way),
  label: wayLabel(way),
  way: { origin: way.origin, link_name: way.link_name },
  people: way.totals.people,
  averageMs: way.totals.average_ms,
  counts,
});

function together(layers: readonly Layer[]): Layer {
  const people = layers.reduce((sum, one) => sum + one.people, 0);
  const present = layers.reduce((sum, one) => sum + one.people * one.averageMs, 0);
  return {
    name: attendance("way.other"),
    label: attendance("way.other"),
    way: null,
    people,
    averageMs: people ? present / people : 0,
    counts: (layers[0]?.counts ?? []).map((_, at) =>
      layers.reduce((sum, one) => sum + (one.counts[at] ?? 0), 0),
    ),
  };
}

/** Layers one upon the other: the upper edge of each, the lowest first. */
export function stacked(layers: readonly Layer[]): number[][] {
  const edges: number[][] = [];
  for (const one of layers) {
    const below = edges.at(-1);
    edges.push(one.counts.map((count, at) => count + (below?.[at] ?? 0)));
  }
  return edges;
}

/** The place of the newest point that is not after a moment; -1 before the first. */
export function placeAt(moments: readonly number[], moment: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] as number) <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160, 40320]
  .map((minutes) => minutes * MINUTE_MS);

/** Moments for the rows of a table: the first, then round ones, then the last. */
export function tableMoments(curve: CurveView, most = 30): number[] {
  const first = curve.moments[0];
  const last = curve.moments.at(-1);
  if (first === undefined || last === undefined) return [];
  const longest = (last - first) / (most - 2);
  const step = STEPS_MS.find((one) => one >= longest) ?? Math.ceil(longest / DAY_MS) * DAY_MS;
  const rows = [first];
  for (let at = Math.ceil((first + 1) / step) * step; at < last; at += step) rows.push(at);
  if (last > first) rows.push(last);
  return rows;
}

/** How long something took: `45 s`, `12 min`, `1 h 05 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return attendance("duration.seconds", { seconds: number(seconds) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return attendance("duration.minutes", { minutes: number(minutes) });
  return attendance("duration.hours", {
    hours: number(Math.floor(minutes / 60)),
    minutes: number(minutes % 60),
  });
}

/** Where something lies on a line from `from` to `to`, in thousandths of it. */
export interface Mark {
  readonly start: number;
  readonly length: number;
}

const THINNEST = 8;

/** Intervals as marks on a line; a short one is widened so that it is seen. */
export function marksOn(
  intervals: readonly (readonly [number, number])[], from: number, to: number,
): Mark[] {
  const whole = Math.max(1, to - from);
  return intervals.map(([since, until]) => {
    const length = Math.max(THINNEST, Math.min(1_000, ((until - since) / whole) * 1_000));
    const start = ((since - from) / whole) * 1_000;
    return { start: Math.max(0, Math.min(1_000 - length, start)), length };
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale(), options)));
  return made;
}

const sameDay = (one: number, other: number): boolean =>
  new Date(one).toDateString() === new Date(other).toDateString();

/**
 * A moment of a session: the time of day, with the day if that is another than its first.
 *
 * @param isExact to the second, where minutes do not tell it from its neighbours.
 */
export function timeIn(at: number, base: number, isExact = false): string {
  const timeStyle = isExact ? "medium" : "short";
  return sameDay(at, base)
    ? format({ timeStyle }).format(at)
    : format({ dateStyle: "medium", timeStyle }).format(at);
}

/** Moments that follow one another, all of them to the second if any two would read the same. */
export function timesIn(moments: readonly number[], base: number): string[] {
  const minutes = moments.map((at) => timeIn(at, base));
  const repeats = minutes.some((one, place) => one === minutes[place - 1]);
  return repeats ? moments.map((at) => timeIn(at, base, true)) : minutes;
}

/** A place on the axis of time, as exact as the distance to the next one asks for. */
export function tick(at: number, stepMs: number): string {
  if (stepMs >= DAY_MS) return format({ day: "numeric", month: "short" }).format(at);
  if (stepMs < MINUTE_MS) return format({ timeStyle: "medium" }).format(at);
  return format({ timeStyle: "short" }).format(at);
}
