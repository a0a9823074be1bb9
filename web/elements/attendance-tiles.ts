/** The numbers of a session at a glance. */

import { html, nothing, type TemplateResult } from "lit";
import { attendance } from "../messages/attendance";
import { duration, timeIn } from "../lib/attendance";
import { number } from "../lib/language";
import type { AttendanceSummary } from "../lib/protocol";

export function tiles(summary: AttendanceSummary): TemplateResult {
  const { totals, curve, ways, until } = summary;
  const base = curve.moments[0] ?? 0;
  const people = until
    ? attendance("tile.people.here", { count: totals.here })
    : attendance("tile.people.ways", { count: ways.length });
  const average = curve.average < 10 ? Math.round(curve.average * 10) / 10 : Math.round(curve.average);
  return html`<dl class="tiles">
    ${tile(attendance("tile.people"), number(totals.people), people)}
    ${tile(attendance("tile.peak"), number(curve.peak),
      curve.peak_at ? attendance("tile.peak.at", { when: timeIn(curve.peak_at, base) }) : "")}
    ${tile(attendance("tile.average"), number(average), attendance("tile.average.text"))}
    ${tile(attendance("tile.stay"), duration(totals.average_ms),
      attendance("tile.stay.median", { time: duration(totals.median_ms) }))}
    ${tile(attendance("tile.stage"), number(totals.on_stage),
      totals.stage_ms ? attendance("tile.stage.time", { time: duration(totals.stage_ms) }) : "")}
    ${tile(attendance("tile.hands"), number(totals.hands),
      totals.raised ? attendance("tile.hands.people", { count: totals.raised }) : "")}
  </dl>`;
}

const tile = (label: string, value: string, more: string): TemplateResult => html`<div class="tile">
  <dt>${label}</dt>
  <dd class="value">${value}</dd>
  <dd class="hint">${more || nothing}</dd>
</div>`;
