/** When somebody was inside, as a bar along the whole session; the words beside it say the same. */

import { html, svg, type TemplateResult } from "lit";
import { marksOn } from "../lib/attendance";
import type { AttendedView } from "../lib/protocol";

/** Drawn from the left; a page that runs from right to left mirrors it by its style. */
export function presenceBar(person: AttendedView, from: number, to: number): TemplateResult {
  const changes = person.role_changes.map(({ at }) => [at, at] as const);
  return html`<svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="whole" x="0" y="4" width="1000" height="4"></rect>`}
    ${marksOn(person.intervals, from, to).map(
      ({ start, length }) => svg`<rect class="inside" x=${start} y="2" width=${length} height="8"></rect>`,
    )}
    ${marksOn(changes, from, to).map(
      ({ start, length }) => svg`<rect class="change" x=${start} y="0" width=${length} height="12"></rect>`,
    )}
  </svg>`;
}
