/** The link of one invitation, to copy. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import type { LedgerRow, Problem } from "../lib/protocol";
import "./copy-field";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("invitation-link")
export class InvitationLink extends UsherElement {
  static override styles = sheets(windowHost);

  @property({ attribute: "entry-id" }) entryId = "";
  @state() private row: LedgerRow | null = null;
  @state() private url = "";
  @state() private problem: Problem | null = null;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    const email = this.row?.email ?? "";
    return html`<modal-dialog heading=${`Invite link for ${email}`}>
      <div class="stack">
        ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
        ${this.url
          ? html`<copy-field label=${`invite link for ${email}`} .value=${this.url}></copy-field>`
          : nothing}
        <p class="hint">It works for this address alone, on one device.</p>
      </div>
    </modal-dialog>`;
  }

  async open(row: LedgerRow): Promise<void> {
    this.row = row;
    this.url = "";
    this.problem = null;
    void this.load(row.id);
    await this.dialog.open();
  }

  private async load(invitationId: string): Promise<void> {
    try {
      this.url = (await api.invitationLink(this.entryId, invitationId)).url;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}
