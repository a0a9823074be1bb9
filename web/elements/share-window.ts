/** *Share*: the page's address, the guest links, and the way to invite; each with what it is for. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { hasDoorsOnPage } from "../lib/ranks";
import { linkName } from "../lib/words";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { EntryView, GuestAccessView, Problem, Right } from "../lib/protocol";
import "./copy-field";
import { icon, type IconName } from "./icons";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

/** Dispatches `invite`, `guests` and `invitations` to open these windows. */
@customElement("share-window")
export class ShareWindow extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: contents;
      }
      modal-dialog {
        --dialog-size: 34rem;
      }
      section {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--space-2) var(--space-3);
        padding: var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      section > * {
        grid-column: 2;
        min-inline-size: 0;
      }
      .mark {
        grid-column: 1;
        grid-row: 1 / span 2;
        display: grid;
        place-items: center;
        inline-size: 2rem;
        block-size: 2rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent-ink);
      }
      h3 {
        font-size: var(--type-body);
      }
      @media (max-width: 30rem) {
        section > .wide {
          grid-column: 1 / -1;
        }
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
    return html`<modal-dialog sheet heading=${invite("share.title")}>
      <div class="stack">
        ${has("invite") ? this.renderInvite() : nothing}
        ${has("manage_guest_access") ? this.renderGuests() : nothing}
        ${this.renderSection("file", "page", html`<copy-field class="wide" label=${invite("share.page.label")}
          .value=${location.origin + location.pathname}></copy-field>`)}
      </div>
    </modal-dialog>`;
  }

  private renderSection(mark: IconName, what: "page" | "invite" | "guests", inner: unknown): TemplateResult {
    return html`<section aria-labelledby=${`about-${what}`}>
      <span class="mark" aria-hidden="true">${icon(mark)}</span>
      <h3 id=${`about-${what}`}>${invite(`share.${what}`)}</h3>
      <p class="hint">${invite(`share.${what}.text`)}</p>
      ${inner}
    </section>`;
  }

  private renderInvite(): TemplateResult {
    return this.renderSection("mail", "invite", html`<div class="line">
      <button type="button" class="button primary" data-autofocus @click=${() => this.goTo("invite")}>${invite("title")}</button>
      <button type="button" class="button" @click=${() => this.goTo("invitations")}>${invite("ledger")}</button>
    </div>`);
  }

  private renderGuests(): TemplateResult {
    const links = this.access?.is_on ? this.access.links : [];
    return this.renderSection("people", "guests", html`
      ${this.problem
        ? html`<p class="problem" role="alert">${this.problem.sentence}
            <button type="button" class="button small" @click=${this.load}>${common("try_again")}</button></p>`
        : nothing}
      ${links.map(
        (link) => html`<div class="line wide">
            <span class="label">${link.name}</span>
            ${link.state === "active" ? nothing : html`<span class="badge warn">${linkName(link.state)}</span>`}
          </div>
          <copy-field class="wide" label=${invite("guest_link.of", { name: link.name })} .value=${link.url}></copy-field>`,
      )}
      ${this.access && links.length === 0
        ? html`<p class="hint">${invite(this.access.is_on ? "share.guests.none" : "share.guests.off")}</p>`
        : nothing}
      <div class="line wide">
        <button type="button" class="button" @click=${() => this.goTo("guests")}>${invite("guests")}</button>
      </div>`);
  }

  async open(): Promise<void> {
    this.problem = null;
    void this.load();
    await this.updateComplete;
    await this.dialog.open();
  }

  private readonly load = async (): Promise<void> => {
    if (!hasDoorsOnPage(this.entry.kind) || !this.entry.rights.includes("manage_guest_access")) return;
    try {
      this.access = await api.guestAccess(this.entry.entry_id);
      this.problem = null;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  };

  private goTo(window: "invite" | "guests" | "invitations"): void {
    this.dialog.close();
    this.dispatchEvent(new Event(window));
  }
}
