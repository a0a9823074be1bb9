/**
 * Signing in: with a link, whose token stands in the fragment and is gone from the URL at once; or
 * where one has an account already.
 */

import { html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { nameThePage } from "../lib/page";
import * as api from "../lib/api";
import { takeFragment } from "../lib/fragment";
import { whenLoaded } from "../lib/language";
import { cardOf, refusalOf } from "../lib/refusals";
import type { Problem, Provider } from "../lib/protocol";
import { comeBack, goTo, placeAfter, takeReturn, type Return } from "../lib/signing-in";
import { common } from "../messages/common";
import { doors } from "../messages/doors";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";

const noToken = (): Problem => ({
  code: "not_signed_in",
  sentence: doors("no_sign_in"),
  again: false,
});

@customElement("sign-in-page")
export class SignInPage extends UsherElement {
  static override styles = sheets(page);

  @state() private problem: Problem | null = null;
  @state() private providers: readonly Provider[] = [];
  @state() private isBusy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    // The words that may be needed have to be here first.
    const back = takeReturn();
    void (whenLoaded() ?? Promise.resolve()).then(() => this.signIn(takeFragment(), back));
  }

  protected override render(): TemplateResult {
    return html`<site-header></site-header>
      <main id="main" class="narrow">
        ${this.renderWay()}
      </main>`;
  }

  private renderWay(): TemplateResult {
    const ways = this.providers.map(
      ({ provider_id, name }) => html`<button type="button" class="button primary" ?disabled=${this.isBusy}
        @click=${() => this.go(provider_id)}>
        ${doors("sign_in.with", { name })}
      </button>`,
    );
    if (this.problem) {
      return html`<problem-card .problem=${this.problem}>
        ${ways.length ? ways : html`<a class="button" href="/">${common("home")}</a>`}
      </problem-card>`;
    }
    if (!ways.length) return html`<p class="loading" role="status">${doors("signing_in")}</p>`;
    return html`<div class="card stack">
      <h1>${doors("sign_in")}</h1>
      ${ways}
    </div>`;
  }

  protected override updated(): void {
    const isAsking = this.providers.length > 0;
    nameThePage(this.problem ? cardOf(this.problem).heading : doors(isAsking ? "sign_in" : "signing_in"));
  }

  private async signIn(token: string, back: Return | "refused" | null): Promise<void> {
    try {
      if (back === "refused") this.problem = refusalOf("sign_in_failed");
      else if (back) return location.replace(placeAfter((await comeBack(back)).next));
      else if (token) return location.replace((await api.signIn(token)).next);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
    if (!token) await this.offer();
  }

  /** Offer the ways that there are; where there is none, one needs a link. */
  private async offer(): Promise<void> {
    try {
      this.providers = await api.providers();
    } catch {
      // A server without any has no such list.
    }
    if (!this.providers.length) this.problem ??= noToken();
  }

  private async go(providerId: string): Promise<void> {
    this.isBusy = true;
    try {
      await goTo(providerId);
    } catch (error) {
      this.isBusy = false;
      this.problem = api.problemOf(error);
    }
  }
}
