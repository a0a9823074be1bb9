/** More of one person's record: every stay, every change of role. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { attendance } from "../messages/attendance";
import { duration, timeIn, timesIn } from "../lib/attendance";
import { roleName } from "../lib/words";
import type { AttendedView, RoleChangeView } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./attendance-person.css?inline";

@customElement("attendance-person")
export class AttendancePerson extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) person!: AttendedView;
  /** The first moment of the session. */
  @property({ attribute: false }) base = 0;

  protected override render(): TemplateResult {
    const { intervals, role_changes: changes, older_role_changes: older, is_here } = this.person;
    const last = intervals.length - 1;
    return html`<div class="columns">
      <div>
        <h3 id="stays">${attendance("stays", { count: intervals.length })}</h3>
        <ul role="list" aria-labelledby="stays">
          ${intervals.map(([from, to], at) => html`<li>${this.stay(from, to, is_here && at === last)}</li>`)}
        </ul>
      </div>
      <div>
        <h3 id="changes">${attendance("changes")}</h3>
        ${changes.length > 0
          ? html`<ul role="list" aria-labelledby="changes">
              ${changes.map((change) => html`<li>${this.change(change)}</li>`)}
              ${older ? html`<li class="soft">${attendance("changes.older", { count: older })}</li>` : nothing}
            </ul>`
          : html`<p class="soft">${attendance("changes.none")}</p>`}
      </div>
    </div>`;
  }

  private stay(from: number, to: number, goesOn: boolean): string {
    const time = duration(to - from);
    if (goesOn) return attendance("stay.now", { from: timeIn(from, this.base), time });
    const [begun = "", ended = ""] = timesIn([from, to], this.base);
    return attendance("stay", { from: begun, to: ended, time });
  }

  private change(change: RoleChangeView): string {
    return attendance(change.by ? "change.by" : "change", {
      when: timeIn(change.at, this.base),
      before: roleName(change.before),
      after: roleName(change.after),
      by: change.by,
    });
  }
}
