/** A refusal as a page: what happened, and what one can do now. */

import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cardOf, isCalm } from "../lib/refusals";
import type { Problem } from "../lib/protocol";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./problem-card.css?inline";

/** The next step goes into the slot. */
@customElement("problem-card")
export class ProblemCard extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) problem!: Problem;
  /** More to know than the sentence tells. */
  @property() more = "";

  protected override render(): TemplateResult {
    const calm = isCalm(this.problem.code);
    const { heading, text } = cardOf(this.problem);
    return html`<div class="card" role="alert" data-code=${this.problem.code}>
      <div class="mark ${calm ? "calm" : ""}">${icon(calm ? "clock" : "warning")}</div>
      <h1>${heading}</h1>
      ${text ? html`<p>${text}</p>` : ""}
      ${this.more ? html`<p>${this.more}</p>` : ""}
      <div class="next"><slot></slot></div>
    </div>`;
  }
}
