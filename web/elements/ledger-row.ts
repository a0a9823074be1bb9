/** One invitation whose person is not here. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ledgerMenu } from "../lib/invitation-menu";
import { moment } from "../lib/timing";
import { initials, invitationName, ledgerName, tint } from "../lib/words";
import { ledger } from "../messages/ledger";
import type { LedgerRow as Invitation, LedgerState, SelfView, SessionView } from "../lib/protocol";
import "./menu-button";
import { emailFact } from "./row-element";
import { sheets } from "./sheets";
import look from "./participant-row.css?inline";
import { UsherElement } from "./usher-element";

export const LEDGER_LOOK: Record<LedgerState, string> = {
  created: "",
  sent: "",
  delivered: "accent",
  bounced: "bad",
  opened: "accent",
  redeemed: "good",
  inside: "good",
  left: "",
  revoked: "bad",
  expired: "warn",
};

@customElement("ledger-row")
export class LedgerRow extends UsherElement {
  static override styles = [
    ...sheets(look),
    css`
      .avatar {
        background: transparent;
        border: 1px dashed var(--line-strong);
        color: var(--ink-soft);
      }

      :host {
        container-type: inline-size;
      }

      /* Facts cut short to a letter each tell nothing; the title has them. */
      @container (max-width: 26rem) {
        .facts > .long:not(.email) {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) row!: Invitation;
  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) session!: SessionView;

  protected override render(): TemplateResult {
    const { row, you, session } = this;
    const name = row.name || row.email;
    const menu = ledgerMenu(row, you, session);
    const most = row.max_uses ?? 0;
    const facts = [
      most > 1 ? ledger("uses", { uses: row.uses, most }) : "",
      row.expires_at ? ledger("until", { when: moment(row.expires_at) }) : "",
      ledger("by", { name: row.invited_by }),
    ].filter(Boolean);
    return html`
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(name)}</span>
      <div class="words">
        <div class="name"><b dir="auto" title=${row.email}>${name}</b></div>
        <div class="facts" title=${[row.name ? row.email : "", ...facts].filter(Boolean).join(" · ")}>
          <span class="role">${invitationName(row.invitation_type)}</span>
          ${row.name ? emailFact(row.email) : nothing}
          ${facts.map((fact) => html`<span class="long">${fact}</span>`)}
        </div>
      </div>
      ${row.mail === "failed"
        ? html`<span class="badge bad">${ledger("mail_failed")}</span>`
        : html`<span class="badge ${LEDGER_LOOK[row.state]}">${ledgerName(row.state)}</span>`}
      ${menu.length > 0
        ? html`<menu-button small label=${ledger("more", { name })} .items=${() => menu}></menu-button>`
        : nothing}
    `;
  }
}
