/** The fields of the settings of an entry: what there is, for which kind, and within which bounds. */

import { isLive } from "./ranks";
import type { EditEntry, EntryKind, SettingName } from "./protocol";

/** What is edited of the entry itself. */
export type FactName = Exclude<keyof EditEntry, "type">;
export type FieldName = FactName | SettingName;
/** What a field holds: text, a number (null while what is typed is none), or a switch. */
export type Value = string | number | boolean | null;
export type Values = Readonly<Partial<Record<FieldName, Value>>>;

export const FACTS: readonly FactName[] = [
  "name", "description", "content_url", "captions", "starts_at", "ends_at",
];

export type FieldKind = "line" | "lines" | "address" | "moment" | "switch" | "choice" | "count" | "span";

export interface Field {
  name: FieldName;
  kind: FieldKind;
  /** Of a choice. */
  options?: readonly string[];
  /** Of text, in characters. */
  longest?: number;
  rows?: number;
  /** Where it has no say, it is not shown. */
  when?: (values: Values, kind: EntryKind) => boolean;
}

export type SectionName = "about" | "when" | "room" | "doors" | "limits";

export interface Section {
  name: SectionName;
  fields: readonly Field[];
}

const live = (_values: Values, kind: EntryKind): boolean => isLive(kind);

const SECTIONS: readonly Section[] = [
  {
    name: "about",
    fields: [
      { name: "name", kind: "line", longest: 120 },
      { name: "description", kind: "lines", longest: 2_000, rows: 3 },
      { name: "content_url", kind: "address", longest: 2_000, when: (_values, kind) => !isLive(kind) },
      { name: "captions", kind: "lines", rows: 2, when: (_values, kind) => kind === "video" },
    ],
  },
  {
    name: "when",
    fields: [
      { name: "starts_at", kind: "moment", when: live },
      { name: "ends_at", kind: "moment", when: live },
      { name: "opens_by_itself", kind: "switch", when: live },
      { name: "lead_s", kind: "span", when: (values, kind) => isLive(kind) && values.opens_by_itself === true },
    ],
  },
  {
    name: "room",
    fields: [
      { name: "stage_mode", kind: "choice", options: ["everyone", "by_request", "invite_only"], when: live },
      { name: "stage_capacity", kind: "count", when: live },
      { name: "viewer_list", kind: "choice", options: ["always", "auto", "never"], when: live },
      { name: "names_up_to", kind: "count", when: (values, kind) => isLive(kind) && values.viewer_list === "auto" },
      { name: "guests_may_rename", kind: "switch", when: live },
      { name: "host_absent_s", kind: "span", when: live },
    ],
  },
  {
    name: "doors",
    fields: [
      { name: "moderators_may_invite", kind: "switch" },
      { name: "approve_guests", kind: "switch" },
      { name: "code_on_first_use", kind: "switch" },
      { name: "device_policy", kind: "choice", options: ["ask", "take_over", "refuse"] },
      { name: "invitation_grace_s", kind: "span" },
      { name: "consent", kind: "lines", longest: 2_000, rows: 3 },
      { name: "names_kept_days", kind: "count" },
    ],
  },
  {
    name: "limits",
    fields: [
      { name: "capacity", kind: "count" },
      { name: "reserved_seats", kind: "count" },
      { name: "seat_s", kind: "span" },
      { name: "grace_s", kind: "span" },
    ],
  },
];

/** Every field, wherever it is shown. */
export const FIELDS: ReadonlyMap<FieldName, Field> = new Map(
  SECTIONS.flatMap((section) => section.fields).map((field) => [field.name, field]),
);

/** The sections of one kind of entry, as things stand. */
export function sectionsFor(kind: EntryKind, values: Values): Section[] {
  return SECTIONS.map(({ name, fields }) => ({
    name, fields: fields.filter((field) => field.when?.(values, kind) ?? true),
  })).filter((section) => section.fields.length > 0);
}

/** From where to where numbers go, in the unit of the contract; a test compares them with it. */
export const BOUNDS: Partial<Record<FieldName, readonly [number, number]>> = {
  stage_capacity: [1, 1_000],
  names_up_to: [0, 100_000],
  lead_s: [0, 86_400],
  host_absent_s: [10, 86_400],
  grace_s: [1, 600],
  seat_s: [5, 600],
  capacity: [1, 1_000_000],
  reserved_seats: [0, 10_000],
  invitation_grace_s: [0, 31_536_000],
  names_kept_days: [0, 3_650],
};

/** The units of a span of time, in seconds, the largest first. */
export const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;
export type Unit = (typeof UNITS)[number][0];

export const secondsIn = (unit: Unit): number => UNITS.find(([name]) => name === unit)?.[1] ?? 1;

/** The largest unit in which a span is a whole number; of nothing, the one that is usual. */
export function unitFor(seconds: number, most = Infinity): Unit {
  if (seconds === 0) return most >= 3_600 ? "minute" : "second";
  return UNITS.find(([, size]) => seconds % size === 0)?.[0] ?? "second";
}
