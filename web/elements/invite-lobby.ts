/** The lobby of an invite link: who are you? By account, by device, by address, by code. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import type { Admitted, InvitationDoor, Problem } from "../lib/protocol";
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

type Step = "arriving" | "email" | "offer_code" | "code" | "wrong_account";

/** Refusals that the person can answer here; all others end the visit and are shown as a page. */
const HERE: ReadonlySet<string> = new Set([
  "email_mismatch", "code_wrong", "code_expired", "bad_request", "rate_limited", "overloaded",
  "restarting", "internal",
]);

/** Before another code may be asked for: the first is on its way. */
const RESEND_S = 30;

@customElement("invite-lobby")
export class InviteLobby extends UsherElement {
  static override styles = sheets(page, own);

  @property() token = "";
  @property({ attribute: false }) door!: InvitationDoor;
  /** The address that was typed here before a refusal. */
  @property({ attribute: false }) typed = "";
  @state() private step: Step = "arriving";
  @state() private email = "";
  /** What was sent stays as it is until there is an answer, however long the line is dead. */
  @state() private isBusy = false;
  @state() private hasTyped = false;
  @state() private problem: Problem | null = null;
  /** Why there is one more step, which is nobody's fault. */
  @state() private note = "";
  @state() private hasAskedAgain = false;
  @state() private isCodeMissing = false;
  /** Seconds until another code may be asked for. */
  @state() private resendIn = 0;
  @query("email-field") private emailField!: EmailField | null;
  @query("#code") private codeField!: HTMLInputElement | null;
  @query("button.primary") private mainButton!: HTMLButtonElement | null;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #line = new Line(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.email = this.typed;
    this.hasTyped = this.typed !== "";
    const { is_signed_in_as_invited, is_bound_here, wrong_account } = this.door;
    if (is_signed_in_as_invited || is_bound_here) void this.pass(() => api.redeemInvitation({ token: this.token }));
    else this.step = wrong_account ? "wrong_account" : "email";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    if (this.step === "arriving") {
      return html`<div class="loading">
        <p role="status">${this.#line.isInTrouble ? "" : doors("arriving")}</p>
        ${this.#line.render()}
      </div>`;
    }
    return html`<div class="card door">
      ${doorHeader(this.door)}
      ${this.problem ? html`<p class="problem" id="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.#line.render(this.hasTyped, this.note ? html`<p>${this.note}</p>` : nothing)}
      ${this.renderStep()}
    </div>`;
  }

  private renderStep(): TemplateResult {
    switch (this.step) {
      case "wrong_account":
        return this.renderWrongAccount();
      case "offer_code":
        return this.renderOffer();
      case "code":
        return this.renderCode();
      default:
        return this.renderEmail();
    }
  }

  private renderEmail(): TemplateResult {
    return html`<form novalidate @submit=${this.submitEmail} @input=${this.onInput}>
      <email-field label=${doors("invite.email")} hint=${doors("invite.why")} .value=${this.email}
        ?readonly=${this.isBusy}></email-field>
      <button class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}>${doors("invite.join")}</button>
    </form>`;
  }

  private renderOffer(): TemplateResult {
    return html`
      <button type="button" class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}
        @click=${this.requestCode}>${doors("invite.send")}</button>
      <p class="hint">${doors("invite.send.why")}</p>
      ${this.renderBack()}
    `;
  }

  private renderCode(): TemplateResult {
    const resend = this.resendIn > 0
      ? doors("invite.resend_in", { seconds: this.resendIn })
      : doors("invite.resend");
    const isAtFault = this.isCodeMissing || isAboutCode(this.problem);
    return html`<form novalidate @submit=${this.submitCode} @input=${this.onInput}>
      <div class="field">
        <label for="code">${doors("invite.code")}</label>
        <input class="input code" id="code" name="code" required inputmode="numeric" maxlength="24"
          autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" dir="ltr" ?readonly=${this.isBusy}
          aria-describedby="problem code-fault sent" aria-invalid=${isAtFault ? "true" : nothing}
          @paste=${this.paste} @input=${() => (this.isCodeMissing = false)} />
        <div id="code-fault" role="status">
          ${this.isCodeMissing ? html`<p class="fault">${doors("invite.code.missing")}</p>` : nothing}
        </div>
        <p class="hint" id="sent" role="status">
          ${this.hasAskedAgain ? doors("invite.sent_again") : doors("invite.sent")}
        </p>
      </div>
      <button class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}>${doors("invite.continue")}</button>
      <div class="alternatives">
        <button type="button" class="button quiet small" ?disabled=${this.isBusy || this.resendIn > 0}
          @click=${this.requestCode}>${resend}</button>
      </div>
    </form>${this.renderBack()}`;
  }

  private renderBack(): TemplateResult {
    return html`<div class="alternatives">
      <button type="button" class="button quiet small" ?disabled=${this.isBusy} @click=${() => this.show("email")}>
        ${doors("invite.other_email")}
      </button>
    </div>`;
  }

  private renderWrongAccount(): TemplateResult {
    return html`
      <p>${doors("invite.wrong_account")}</p>
      <button type="button" class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}
        @click=${this.switchAccount}>${doors("invite.switch")}</button>
      <p class="hint">${doors("invite.switch.why")}</p>
    `;
  }

  private show(step: Step, note = ""): void {
    this.problem = null;
    this.note = note;
    this.step = step;
    this.focusFirst();
  }

  /** Each step begins with its first field or, where it has none, with its button. */
  private focusFirst(): void {
    void this.updateComplete.then(() => (this.codeField ?? this.emailField ?? this.mainButton)?.focus());
  }

  private onInput(): void {
    this.hasTyped = true;
  }

  private submitEmail(event: SubmitEvent): void {
    event.preventDefault();
    if (this.isBusy) return;
    const email = this.emailField?.checked() ?? null;
    if (email === null) return this.emailField?.focus();
    this.email = email;
    void this.pass(() => api.redeemInvitation({ token: this.token, email }));
  }

  private submitCode(event: SubmitEvent): void {
    event.preventDefault();
    if (this.isBusy) return;
    const code = onlyCode(this.codeField?.value ?? "");
    this.isCodeMissing = code === "";
    if (this.isCodeMissing) return this.codeField?.focus();
    void this.pass(() => api.verifyCode({ token: this.token, email: this.email, code }));
  }

  /** Codes are pasted with spaces and words around them. */
  private paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text") ?? "";
    event.preventDefault();
    (event.target as HTMLInputElement).value = onlyCode(text);
    this.isCodeMissing = false;
  }

  private async requestCode(): Promise<void> {
    await this.busy(async () => {
      await this.#line.insist(() => api.sendCode({ token: this.token, email: this.email }));
      this.hasAskedAgain = this.step === "code";
      this.show("code");
      this.countDown();
    });
  }

  private countDown(): void {
    clearInterval(this.#timer);
    this.resendIn = RESEND_S;
    this.#timer = setInterval(() => {
      this.resendIn -= 1;
      if (this.resendIn <= 0) clearInterval(this.#timer);
    }, 1_000);
  }

  private async switchAccount(): Promise<void> {
    await this.busy(async () => {
      await this.#line.insist(api.signOut);
      this.show("email");
    });
  }

  private async pass(door: () => Promise<Admitted>): Promise<void> {
    await this.busy(async () => this.#line.goOn((await this.#line.insist(door)).next));
  }

  private async busy(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.refuse(api.problemOf(error));
    }
    this.isBusy = false;
  }

  private refuse(problem: Problem): void {
    const asksForCode = problem.code === "other_device" || problem.code === "code_required";
    // Where even a code does not help, offering another would lead round in circles.
    if (asksForCode && this.step === "email") this.show("offer_code", problem.sentence);
    else if (problem.code === "wrong_account") this.show("wrong_account");
    else if (HERE.has(problem.code)) this.refuseHere(problem);
    else this.dispatchEvent(new RefusedEvent(atLast(problem), { email: this.email }));
  }

  private refuseHere(problem: Problem): void {
    if (this.step === "arriving") this.step = "email";
    this.problem = problem;
    this.focusFirst();
    if (isAboutCode(problem)) this.codeField?.select();
  }
}

const isAboutCode = (problem: Problem | null): boolean =>
  problem?.code === "code_wrong" || problem?.code === "code_expired";

/** A refusal that ends the visit: no code moves an invitation that is held to its device. */
const atLast = (problem: Problem): Problem =>
  problem.code === "other_device" ? { ...problem, sentence: doors("invite.one_device") } : problem;

/** The code in what was typed or pasted: the longest run of letters and digits. */
export function onlyCode(text: string): string {
  const joined = text.replace(/(?<=\d)[\s-](?=\d)/gu, "");
  const runs = joined.match(/[\p{L}\p{N}]+/gu) ?? [];
  const withDigits = runs.filter((run) => /\d/u.test(run));
  return (withDigits.length ? withDigits : runs).reduce((a, b) => (b.length > a.length ? b : a), "");
}
