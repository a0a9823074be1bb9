/** The guest's page: a name and an e-mail, nothing more; or straight on for who was here before. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import type { GuestDoor, Problem } from "../lib/protocol";
import { doorHeader } from "./door-header";
import "./session-badge";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./join-page.css?inline";

/** Refusals of the form itself; all others end the visit and are shown as a page. */
const ABOUT_THE_FORM: ReadonlySet<string> = new Set(["bad_request", "rate_limited", "internal"]);

@customElement("guest-door-form")
export class GuestDoorForm extends UsherElement {
  static override styles = sheets(page, own);

  @property() token = "";
  @property({ attribute: false }) door!: GuestDoor;
  @state() private isSomebodyElse = false;
  @state() private isBusy = false;
  @state() private problem: Problem | null = null;

  protected override render(): TemplateResult {
    const returns = this.door.is_returning && !this.isSomebodyElse;
    return html`<div class="card door">
      ${doorHeader(this.door)}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${returns ? this.renderReturn() : this.renderForm()}
    </div>`;
  }

  private renderReturn(): TemplateResult {
    return html`
      <button type="button" class="button primary" ?disabled=${this.isBusy}
        @click=${() => this.pass(api.returnAsGuest(this.token))}>
        Continue as ${this.door.name}
      </button>
      <div class="alternatives">
        <button type="button" class="button quiet small" @click=${() => (this.isSomebodyElse = true)}>
          Not you?
        </button>
      </div>
    `;
  }

  private renderForm(): TemplateResult {
    const { consent } = this.door;
    return html`<form @submit=${this.submit}>
      <div class="field">
        <label for="name">Name</label>
        <input class="input" id="name" name="name" required maxlength="120" autocomplete="name" />
      </div>
      <div class="field">
        <label for="email">E-mail</label>
        <input class="input" id="email" name="email" type="email" required maxlength="254"
          autocomplete="email" aria-describedby="why" />
        <p class="hint" id="why">Only the hosts see it. No account is made.</p>
      </div>
      ${consent ? html`<div class="consent" tabindex="0" role="note">${consent}</div>` : nothing}
      <button class="button primary" ?disabled=${this.isBusy}>
        ${consent ? "Agree and join" : "Join"}
      </button>
    </form>`;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const name = String(form.get("name")).trim();
    const email = String(form.get("email")).trim();
    void this.pass(api.redeemGuestLink({ token: this.token, name, email }));
  }

  private async pass(door: ReturnType<typeof api.redeemGuestLink>): Promise<void> {
    this.isBusy = true;
    this.problem = null;
    try {
      // Replaced, so that the token is left in no history.
      location.replace((await door).next);
    } catch (error) {
      const problem = api.problemOf(error);
      this.isBusy = false;
      if (problem.code === "not_found") this.isSomebodyElse = true;
      else if (ABOUT_THE_FORM.has(problem.code)) this.problem = problem;
      else this.dispatchEvent(new CustomEvent<Problem>("refused", { detail: problem, bubbles: true }));
    }
  }
}
