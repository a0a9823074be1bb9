/** The guest's page: a name and an e-mail, nothing more; or straight on for who was here before. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { forgetGuest, recallGuest, rememberGuest, type Guest } from "../lib/guest-memory";
import type { Admitted, GuestDoor, Problem } from "../lib/protocol";
import { doors } from "../messages/doors";
import { doorHeader } from "./door-header";
import "./email-field";
import type { EmailField } from "./email-field";
import { Line } from "./line";
import { RefusedEvent } from "./refused-event";
import "./session-badge";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./join-page.css?inline";

/** Refusals of the form itself; all others end the visit and are shown as a page. */
const ABOUT_THE_FORM: ReadonlySet<string> = new Set([
  "bad_request", "consent_required", "rate_limited", "overloaded", "restarting", "internal",
]);

@customElement("guest-door-form")
export class GuestDoorForm extends UsherElement {
  static override styles = sheets(page, own);

  @property() token = "";
  @property({ attribute: false }) door!: GuestDoor;
  /** What was typed here before a refusal. */
  @property({ attribute: false }) typed: Guest | null = null;
  @state() private isSomebodyElse = false;
  /** What was sent stays as it is until there is an answer, however long the line is dead. */
  @state() private isBusy = false;
  @state() private hasTyped = false;
  @state() private isNameMissing = false;
  @state() private isAgreeMissing = false;
  @state() private problem: Problem | null = null;
  @state() private known: Guest | null = recallGuest();
  @state() private hasForgotten = false;
  @query("#name") private nameField!: HTMLInputElement | null;
  @query("#consent") private consent!: HTMLElement | null;
  @query("#agree") private agreeField!: HTMLInputElement | null;
  @query("email-field") private emailField!: EmailField | null;
  readonly #line = new Line(this);

  protected override render(): TemplateResult {
    const returns = this.door.is_returning && !this.isSomebodyElse;
    return html`<div class="card door">
      ${doorHeader(this.door)}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.#line.render(this.hasTyped || this.typed !== null)}
      ${returns ? this.renderReturn() : this.renderForm()}
    </div>`;
  }

  private renderReturn(): TemplateResult {
    return html`
      <button type="button" class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}
        @click=${() => this.pass(() => api.returnAsGuest(this.token))}>
        ${doors("guest.continue", { name: this.door.name })}
      </button>
      <div class="alternatives">
        <button type="button" class="button quiet small" ?disabled=${this.isBusy}
          @click=${() => (this.isSomebodyElse = true)}>
          ${doors("guest.not_you")}
        </button>
      </div>
    `;
  }

  private renderForm(): TemplateResult {
    const filled = this.typed ?? this.known;
    return html`<form novalidate @submit=${this.submit} @input=${() => (this.hasTyped = true)}>
      <div class="field">
        <label for="name">${doors("name")}</label>
        <input class="input" id="name" name="name" required maxlength="120" autocomplete="name"
          .value=${filled?.name ?? ""} ?readonly=${this.isBusy} aria-describedby="name-fault"
          aria-invalid=${this.isNameMissing ? "true" : nothing} @input=${this.onName} />
        <div id="name-fault" role="status">
          ${this.isNameMissing ? html`<p class="fault">${doors("name.missing")}</p>` : nothing}
        </div>
      </div>
      <email-field label=${doors("email")} hint=${doors("guest.why")} .value=${filled?.email ?? ""}
        ?readonly=${this.isBusy}></email-field>
      ${this.renderConsent()}
      <button class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}>
        ${this.isBusy ? doors("guest.joining") : doors("guest.join")}
      </button>
      ${this.renderForget()}
    </form>`;
  }

  /** The text is the host's own; the words around it are ours. Nobody has agreed before they tick the box. */
  private renderConsent(): TemplateResult | typeof nothing {
    const { consent } = this.door;
    if (!consent) return nothing;
    return html`<div class="consent" id="consent" dir="auto" tabindex="0" role="note">${consent}</div>
      <label class="check">
        <input type="checkbox" id="agree" name="agree" required aria-describedby="consent agree-fault"
          aria-invalid=${this.isAgreeMissing ? "true" : nothing} @change=${this.onAgree} />
        <span>${doors("guest.agree")}</span>
      </label>
      <div id="agree-fault" role="status">
        ${this.isAgreeMissing ? html`<p class="fault">${doors("guest.agree.missing")}</p>` : nothing}
      </div>`;
  }

  private onAgree(): void {
    if (this.agreeField?.checked) this.isAgreeMissing = false;
  }

  private renderForget(): TemplateResult | typeof nothing {
    if (this.hasForgotten) return html`<p class="hint centred" role="status">${doors("guest.forgotten")}</p>`;
    if (!this.known) return nothing;
    return html`<div class="alternatives">
      <button type="button" class="button quiet small" ?disabled=${this.isBusy} @click=${this.forget}>${doors("guest.forget")}</button>
    </div>`;
  }

  private onName(): void {
    if (this.isNameMissing) this.isNameMissing = !this.nameField?.value.trim();
  }

  private forget(): void {
    forgetGuest();
    this.known = this.typed = null;
    this.hasForgotten = true;
    void this.updateComplete.then(() => this.nameField?.focus());
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.isBusy) return;
    const name = this.nameField?.value.trim() ?? "";
    const email = this.emailField?.checked() ?? null;
    this.isNameMissing = name === "";
    if (this.isNameMissing) return this.nameField?.focus();
    if (email === null) return this.emailField?.focus();
    this.isAgreeMissing = this.agreeField?.checked === false;
    if (this.isAgreeMissing) return this.agreeField?.focus();
    const consent = this.door.consent_version;
    void this.pass(() => api.redeemGuestLink({ token: this.token, name, email, consent }), { name, email });
  }

  private async pass(door: () => Promise<Admitted>, guest?: Guest): Promise<void> {
    this.isBusy = true;
    this.problem = null;
    try {
      const { next } = await this.#line.insist(door);
      if (guest) rememberGuest(guest);
      await this.#line.goOn(next);
    } catch (error) {
      const problem = api.problemOf(error);
      this.isBusy = false;
      if (problem.code === "consent_required") await this.readAgain();
      if (problem.code === "not_found") this.isSomebodyElse = true;
      else if (ABOUT_THE_FORM.has(problem.code)) this.problem = problem;
      else this.dispatchEvent(new RefusedEvent(problem, guest));
    }
  }

  /** The text has changed since this form was shown: it is to be read, and the box ticked, anew. */
  private async readAgain(): Promise<void> {
    this.isSomebodyElse = true;
    if (this.agreeField) this.agreeField.checked = false;
    this.door = await api.lookAtGuestLink(this.token).catch(() => this.door);
    await this.updateComplete;
    this.consent?.focus();
  }
}
