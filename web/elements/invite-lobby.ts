/** The lobby of an invite link: who are you? By account, by device, by address, by code. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import type { Admitted, InvitationDoor, Problem } from "../lib/protocol";
import { doorHeader } from "./door-header";
import "./session-badge";
import "./problem-card";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./join-page.css?inline";

type Step = "arriving" | "email" | "offer_code" | "code" | "wrong_account";

/** Refusals that the person can answer here; all others end the visit and are shown as a page. */
const HERE: ReadonlySet<string> = new Set([
  "email_mismatch", "code_wrong", "code_expired", "bad_request", "rate_limited", "internal",
]);

@customElement("invite-lobby")
export class InviteLobby extends UsherElement {
  static override styles = sheets(page, own);

  @property() token = "";
  @property({ attribute: false }) door!: InvitationDoor;
  @state() private step: Step = "arriving";
  @state() private email = "";
  @state() private isBusy = false;
  @state() private problem: Problem | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const { is_signed_in_as_invited, is_bound_here, wrong_account } = this.door;
    if (is_signed_in_as_invited || is_bound_here) void this.pass(api.redeemInvitation({ token: this.token }));
    else this.step = wrong_account ? "wrong_account" : "email";
  }

  protected override render(): TemplateResult {
    if (this.step === "arriving") return html`<p class="loading" role="status">Letting you in…</p>`;
    return html`<div class="card door">
      ${doorHeader(this.door)}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
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
    return html`<form @submit=${this.submitEmail}>
      <div class="field">
        <label for="email">Your e-mail</label>
        <input class="input" id="email" name="email" type="email" required maxlength="254"
          autocomplete="email" .value=${this.email} aria-describedby="why" />
        <p class="hint" id="why">The address that this invitation was sent to.</p>
      </div>
      <button class="button primary" ?disabled=${this.isBusy}>Join</button>
    </form>`;
  }

  private renderOffer(): TemplateResult {
    return html`
      <button type="button" class="button primary" ?disabled=${this.isBusy} @click=${this.requestCode}>
        Send me a code
      </button>
      <p class="hint">It goes to the invited address and is valid for a few minutes.</p>
      ${this.renderBack()}
    `;
  }

  private renderCode(): TemplateResult {
    return html`<form @submit=${this.submitCode}>
      <div class="field">
        <label for="code">Code</label>
        <input class="input code" id="code" name="code" required inputmode="numeric" minlength="4"
          maxlength="24" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"
          aria-describedby="sent" @paste=${this.paste} />
        <p class="hint" id="sent">If the address is right, a code is on its way. Look at the newest mail.</p>
      </div>
      <button class="button primary" ?disabled=${this.isBusy}>Continue</button>
      <div class="alternatives">
        <button type="button" class="button quiet small" ?disabled=${this.isBusy}
          @click=${this.requestCode}>Send a new code</button>
      </div>
    </form>${this.renderBack()}`;
  }

  private renderBack(): TemplateResult {
    return html`<div class="alternatives">
      <button type="button" class="button quiet small" @click=${() => this.show("email")}>
        Use another e-mail
      </button>
    </div>`;
  }

  private renderWrongAccount(): TemplateResult {
    return html`
      <p>This invitation is for another account than the one you are signed in with.</p>
      <button type="button" class="button primary" ?disabled=${this.isBusy} @click=${this.switchAccount}>
        Sign out and continue
      </button>
      <p class="hint">Then give the invited e-mail address, or sign in with it.</p>
    `;
  }

  private show(step: Step): void {
    this.problem = null;
    this.step = step;
  }

  private submitEmail(event: SubmitEvent): void {
    event.preventDefault();
    this.email = String(new FormData(event.target as HTMLFormElement).get("email")).trim();
    void this.pass(api.redeemInvitation({ token: this.token, email: this.email }));
  }

  private submitCode(event: SubmitEvent): void {
    event.preventDefault();
    const typed = String(new FormData(event.target as HTMLFormElement).get("code"));
    const code = onlyCode(typed);
    void this.pass(api.verifyCode({ token: this.token, email: this.email, code }));
  }

  /** Codes are pasted with spaces and words around them. */
  private paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text") ?? "";
    event.preventDefault();
    (event.target as HTMLInputElement).value = onlyCode(text);
  }

  private async requestCode(): Promise<void> {
    await this.busy(async () => {
      await api.sendCode({ token: this.token, email: this.email });
      this.show("code");
    });
  }

  private async switchAccount(): Promise<void> {
    await this.busy(async () => {
      await api.signOut();
      this.show("email");
    });
  }

  private async pass(door: Promise<Admitted>): Promise<void> {
    // Replaced, so that the token is left in no history.
    await this.busy(async () => location.replace((await door).next));
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
    if (asksForCode && this.step === "email") this.step = "offer_code";
    else if (problem.code === "wrong_account") this.step = "wrong_account";
    else if (!HERE.has(problem.code)) {
      this.dispatchEvent(new CustomEvent<Problem>("refused", { detail: problem, bubbles: true }));
      return;
    } else if (this.step === "arriving") this.step = "email";
    this.problem = problem;
  }
}

/** The code in what was typed or pasted: the longest run of letters and digits. */
export function onlyCode(text: string): string {
  const joined = text.replace(/(?<=\d)[\s-](?=\d)/gu, "");
  const runs = joined.match(/[\p{L}\p{N}]+/gu) ?? [];
  const withDigits = runs.filter((run) => /\d/u.test(run));
  return (withDigits.length ? withDigits : runs).reduce((a, b) => (b.length > a.length ? b : a), "");
}
