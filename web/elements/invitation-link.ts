/** The link of one invitation, to copy. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
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
    const who = this.row?.email ?? "";
    return html`<modal-dialog heading=${invite("link.of.title", { who })}>
      <div class="stack">
        ${this.problem
          ? html`<p class="problem" role="alert">${this.problem.sentence}</p>
              <div class="line"><button type="button" class="button" @click=${this.load}>${common("try_again")}</button></div>`
          : nothing}
        ${this.url
          ? html`<copy-field label=${invite("link.of", { who })} .value=${this.url}></copy-field>`
          : nothing}
        ${this.url || this.problem ? nothing : html`<p class="faint" role="status">${common("loading")}</p>`}
        <p class="hint">${invite("link.alone")}</p>
      </div>
    </modal-dialog>`;
  }

  async open(row: LedgerRow): Promise<void> {
    this.row = row;
    void this.load();
    await this.updateComplete;
    await this.dialog.open();
  }

  private readonly load = async (): Promise<void> => {
    const { row } = this;
    if (!row) return;
    this.url = "";
    this.problem = null;
    try {
      const { url } = await api.invitationLink(this.entryId, row.id);
      // Another one was opened meanwhile.
      if (this.row === row) this.url = url;
    } catch (error) {
      if (this.row === row) this.problem = api.problemOf(error);
    }
  };
}
