/** *Share*: the page's address, the guest links, and the way to invite. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { hasDoorsOnPage } from "../lib/ranks";
import { linkName } from "../lib/words";
import type { EntryView, GuestAccessView, Problem, Right } from "../lib/protocol";
import "./copy-field";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("share-window")
export class ShareWindow extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: contents;
      }
      section {
        display: grid;
        gap: var(--space-2);
      }
      h3 {
        font-size: var(--type-body);
      }
    `,
  ];

  @property({ attribute: false }) entry!: EntryView;
  @state() private access: GuestAccessView | null = null;
  @state() private problem: Problem | null = null;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    const has = (right: Right): boolean =>
      hasDoorsOnPage(this.entry.kind) && this.entry.rights.includes(right);
    return html`<modal-dialog heading="Share">
      <div class="stack">
        <section>
          <h3>Page address</h3>
          <copy-field label="page address" .value=${location.origin + location.pathname}></copy-field>
          <p class="hint">For people who may open this page already.</p>
        </section>
        ${has("manage_guest_access") ? this.renderGuests() : nothing}
        ${has("invite")
          ? html`<section>
              <h3>Invitations</h3>
              <p class="hint">A link for one person, with the role that you choose.</p>
              <div class="line">
                <button type="button" class="button" @click=${() => this.goTo("invite")}>Invite users</button>
              </div>
            </section>`
          : nothing}
      </div>
    </modal-dialog>`;
  }

  private renderGuests(): TemplateResult {
    const links = this.access?.is_on ? this.access.links : [];
    return html`<section>
      <h3>Guest links</h3>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${links.map(
        (link) => html`<div class="line">
            <span class="label">${link.name}</span>
            ${link.state === "active" ? nothing : html`<span class="badge warn">${linkName(link.state)}</span>`}
          </div>
          <copy-field label=${`guest link ${link.name}`} .value=${link.url}></copy-field>`,
      )}
      ${this.access && links.length === 0
        ? html`<p class="hint">${this.access.is_on ? "There are no guest links yet." : "Guest access is switched off."}</p>`
        : nothing}
      <div class="line">
        <button type="button" class="button" @click=${() => this.goTo("guests")}>Manage guest access</button>
      </div>
    </section>`;
  }

  async open(): Promise<void> {
    this.problem = null;
    void this.load();
    await this.dialog.open();
  }

  private async load(): Promise<void> {
    if (!hasDoorsOnPage(this.entry.kind) || !this.entry.rights.includes("manage_guest_access")) return;
    try {
      this.access = await api.guestAccess(this.entry.entry_id);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private goTo(window: "invite" | "guests"): void {
    this.dialog.close();
    this.dispatchEvent(new Event(window));
  }
}
