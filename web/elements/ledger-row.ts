/** One invitation whose person is not here. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ledgerMenu } from "../lib/room-menus";
import { moment } from "../lib/timing";
import { initials, invitationName, ledgerName, tint } from "../lib/words";
import type { LedgerRow as Invitation, LedgerState, SelfView, SessionView } from "../lib/protocol";
import "./menu-button";
import { sheets } from "./sheets";
import look from "./participant-row.css?inline";
import { UsherElement } from "./usher-element";

const LOOK: Record<LedgerState, string> = {
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
    `,
  ];

  @property({ attribute: false }) row!: Invitation;
  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) session!: SessionView;

  protected override render(): TemplateResult {
    const { row, you, session } = this;
    const name = row.name || row.email;
    const uses = row.max_uses && row.max_uses > 1 ? `${row.uses} of ${row.max_uses} uses` : "";
    const until = row.expires_at ? `until ${moment(row.expires_at)}` : "";
    const facts = [row.name ? row.email : "", uses, until, `by ${row.invited_by}`].filter(Boolean);
    return html`
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(name)}</span>
      <div class="words">
        <div class="name"><b title=${row.email}>${name}</b></div>
        <div class="facts" title=${facts.join(" · ")}>
          <span class="role">${invitationName(row.invitation_type)}</span>
          ${facts.map((fact) => html`<span>${fact}</span>`)}
        </div>
      </div>
      <span class="badge ${LOOK[row.state]}">${ledgerName(row.state)}</span>
      ${ledgerMenu(row, you, session).length > 0
        ? html`<menu-button small label=${`More for ${name}`}
            .items=${() => ledgerMenu(row, you, session)}></menu-button>`
        : nothing}
    `;
  }
}
