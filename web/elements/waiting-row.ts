/** One person in the waiting room, as staff see them. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { tab } from "../messages/tab";
import { run } from "../lib/asking";
import { waitTextForStaff } from "../lib/words";
import { icon } from "./icons";
import { emailFact, linkFact, RowElement } from "./row-element";
import { sheets } from "./sheets";
import look from "./participant-row.css?inline";

@customElement("waiting-row")
export class WaitingRow extends RowElement {
  static override styles = [
    ...sheets(look),
    css`
      :host {
        container-type: inline-size;
      }

      .ends {
        gap: var(--space-1);
      }

      /* Three facts cut short tell less than two; it is still read aloud, and in the title. */
      @container (max-width: 30rem) {
        .facts > .reason {
          position: absolute;
          inline-size: 1px;
          block-size: 1px;
          clip-path: inset(50%);
        }
      }

      .decline svg {
        display: none;
      }

      /* The name needs the room more. */
      @container (max-width: 24rem) {
        .facts > .link,
        .decline span {
          display: none;
        }

        .decline svg {
          display: block;
        }
      }
    `,
  ];

  @property({ attribute: false }) mayAdmit = false;

  protected override render(): TemplateResult {
    const { row } = this;
    const { name } = row;
    const reason = row.wait_reason ? waitTextForStaff(row.wait_reason) : "";
    const link = row.link_name ? tab("via", { link: row.link_name }) : "";
    const said = [row.email, link, reason].filter(Boolean).join(" · ");
    return html`
      <div class="words" role="gridcell">
        ${this.renderName()}
        <div class="facts" title=${said}>
          ${row.email ? emailFact(row.email) : nothing}
          ${row.link_name ? linkFact(row.link_name) : nothing}
          ${reason ? html`<span class="long reason">${reason}</span>` : nothing}
        </div>
      </div>
      ${this.renderFace()}
      ${this.mayAdmit
        ? html`<div class="ends" role="gridcell">
            <button type="button" class="button small" aria-label=${tab("admit.person", { name })} tabindex=${this.stop}
              @click=${() => run(this, { type: "admit", participant_ids: [row.id] })}>${tab("admit")}</button>
            <button type="button" class="button quiet small decline" aria-label=${tab("decline.person", { name })} tabindex=${this.stop}
              @click=${() => run(this, { type: "decline", participant_ids: [row.id] })}>${icon("close")}<span>${tab("decline")}</span></button>
          </div>`
        : nothing}
    `;
  }
}
