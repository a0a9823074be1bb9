/** The state of a session in one word, with a colour beside it. */

import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { stateName } from "../lib/words";
import type { SessionState } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

const LOOK: Record<SessionState, string> = {
  scheduled: "",
  early: "warn",
  open: "good",
  ended: "",
};

@customElement("session-badge")
export class SessionBadge extends UsherElement {
  static override styles = [...sheets(), css`:host { display: inline-flex; }`];

  @property() state: SessionState = "scheduled";
  /** When it starts, if that is settled: only then it is scheduled rather than not started. */
  @property({ attribute: false }) startsAt: number | null | undefined = null;

  protected override render(): TemplateResult {
    const isOpen = this.state === "open";
    const isUnscheduled = this.state === "scheduled" && !this.startsAt;
    return html`<span class="badge ${LOOK[this.state]}">
      ${isOpen ? html`<span class="dot"></span>` : ""}${isUnscheduled ? stateName("early") : stateName(this.state)}
    </span>`;
  }
}
