/** The way to signing in, for strangers: shown where there is somewhere to sign in. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { rememberPlace } from "../lib/signing-in";
import { home } from "../messages/home";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("sign-in-link")
export class SignInLink extends UsherElement {
  static override styles = sheets();

  @state() private isPossible = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.isPossible) return nothing;
    return html`<a class="button primary" href="/sign-in" @click=${rememberPlace}>${home("sign_in")}</a>`;
  }

  private async look(): Promise<void> {
    try {
      this.isPossible = (await api.providers()).length > 0;
    } catch {
      // A server without any has no such list; then one needs a link.
    }
  }
}
