/** Signing in with a link: its token stands in the fragment, and is gone from the URL at once. */

import { html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { nameThePage } from "../lib/page";
import * as api from "../lib/api";
import { takeFragment } from "../lib/fragment";
import { whenLoaded } from "../lib/language";
import { cardOf } from "../lib/refusals";
import type { Problem } from "../lib/protocol";
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

  override connectedCallback(): void {
    super.connectedCallback();
    // The words that may be needed have to be here first.
    void (whenLoaded() ?? Promise.resolve()).then(() => this.signIn(takeFragment()));
  }

  protected override render(): TemplateResult {
    return html`<site-header></site-header>
      <main id="main" class="narrow">
        ${this.problem
          ? html`<problem-card .problem=${this.problem}>
              <a class="button" href="/">${common("home")}</a>
            </problem-card>`
          : html`<p class="loading" role="status">${doors("signing_in")}</p>`}
      </main>`;
  }

  protected override updated(): void {
    nameThePage(this.problem ? cardOf(this.problem).heading : doors("signing_in"));
  }

  private async signIn(token: string): Promise<void> {
    if (!token) {
      this.problem = noToken();
      return;
    }
    try {
      location.replace((await api.signIn(token)).next);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}
