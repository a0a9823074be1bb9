/** What is wrong with what is typed about an entry: looked at before it is sent, field by field. */

import { readCaptions } from "./captions";
import { BOUNDS, FIELDS, secondsIn, unitFor, type FieldName, type Values } from "./entry-fields";
import { language, number } from "./language";
import { editing } from "../messages/editing";
import { fromLocalInput } from "./timing";
import type { Problem } from "./protocol";

/** What to say beside which field. */
export type Faults = ReadonlyMap<FieldName, string>;

/** Addresses as the server takes them: of the web, or of this server. */
const ADDRESS = /^(?:https?:\/\/[^\s/]|\/(?!\/))[^\\]*$/iu;

export function faultsOf(values: Values, names: readonly FieldName[]): Map<FieldName, string> {
  const found = new Map<FieldName, string>();
  for (const name of names) {
    const fault = faultOf(name, values);
    if (fault) found.set(name, fault);
  }
  return found;
}

function faultOf(name: FieldName, values: Values): string | null {
  const value = values[name];
  switch (name) {
    case "name":
      return String(value ?? "").trim() ? null : editing("fault.name");
    case "content_url":
      return !value || ADDRESS.test(String(value).trim()) ? null : editing("fault.address");
    case "captions":
      return captionFault(String(value ?? ""));
    case "ends_at":
      return endFault(values);
    default:
      return numberFault(name, value ?? null);
  }
}

function captionFault(text: string): string | null {
  const captions = readCaptions(text);
  return typeof captions === "number" ? editing("fault.captions", { line: captions }) : null;
}

function endFault(values: Values): string | null {
  const ends = fromLocalInput(String(values.ends_at ?? ""));
  if (ends === null) return null;
  const starts = fromLocalInput(String(values.starts_at ?? ""));
  if (starts === null) return editing("fault.ends.alone");
  return ends > starts ? null : editing("fault.ends.early");
}

function numberFault(name: FieldName, value: unknown): string | null {
  const bounds = BOUNDS[name];
  if (!bounds) return null;
  const [least, most] = bounds;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return null;
  return FIELDS.get(name)?.kind === "span"
    ? editing("fault.span", { least: spanText(least), most: spanText(most) })
    : editing("fault.number", { least: number(least), most: number(most) });
}

/** A span of time in its largest whole unit: `15 minutes`. */
export function spanText(seconds: number): string {
  const unit = unitFor(seconds);
  const form = new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" });
  return form.format(seconds / secondsIn(unit));
}

/** The field that a refusal is about; null when it is about none that we show. */
export function fieldOf(problem: Problem): FieldName | null {
  const name = problem.where?.split(".").find((part) => FIELDS.has(part as FieldName));
  return (name as FieldName | undefined) ?? null;
}
