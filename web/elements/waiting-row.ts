/** One person in the waiting room, as staff see them. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { run } from "../lib/asking";
import { initials, tint, waitTextForStaff } from "../lib/words";
import type { Row } from "../lib/protocol";
import { sheets } from "./sheets";
import look from "./participant-row.css?inline";
import { UsherElement } from "./usher-element";

export class PickEvent extends Event {
  constructor(readonly id: string, readonly isPicked: boolean) {
    super("pick", { bubbles: true, composed: true });
  }
}

@customElement("waiting-row")
export class WaitingRow extends UsherElement {
  static override styles = [
    ...sheets(look),
    css`
      .avatar {
        inline-size: 1.75rem;
        block-size: 1.75rem;
      }
      input {
        flex: none;
        accent-color: var(--accent);
      }
      :host {
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) row!: Row;
  @property({ attribute: false }) isPicked = false;
  @property({ attribute: false }) mayAdmit = false;

  protected override render(): TemplateResult {
    const { row } = this;
    const reason = row.wait_reason ? waitTextForStaff(row.wait_reason) : "";
    const facts = [row.email, row.link_name ? `via ${row.link_name}` : "", reason].filter(Boolean);
    return html`
      ${this.mayAdmit
        ? html`<input type="checkbox" aria-label=${`Select ${row.name}`} .checked=${this.isPicked}
            @change=${this.pick} />`
        : nothing}
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(row.name)}</span>
      <div class="words">
        <div class="name"><b title=${row.name}>${row.name}</b></div>
        <div class="facts" title=${facts.join(" · ")}>${facts.map((fact) => html`<span>${fact}</span>`)}</div>
      </div>
      ${this.mayAdmit
        ? html`<button type="button" class="button small" aria-label=${`Admit ${row.name}`}
              @click=${() => run(this, { type: "admit", participant_ids: [row.id] })}>Admit</button>
            <button type="button" class="button quiet small" aria-label=${`Decline ${row.name}`}
              @click=${() => run(this, { type: "decline", participant_ids: [row.id] })}>Decline</button>`
        : nothing}
    `;
  }

  private pick(event: Event): void {
    this.dispatchEvent(new PickEvent(this.row.id, (event.target as HTMLInputElement).checked));
  }
}
