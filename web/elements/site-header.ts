/** The top of every page outside a room: where one is, and who is signed in. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import * as api from "../lib/api";
import type { Me } from "../lib/protocol";
import { home } from "../messages/home";
import "./page-switch";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./site-header.css?inline";

@customElement("site-header")
export class SiteHeader extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) me: Me | null = null;

  protected override render(): TemplateResult {
    const me = this.me;
    const name = me?.name ?? me?.email;
    return html`<header class="bar">
      <a class="brand" href="/">
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25"
          stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
          <path d="M5 21V4.500A1.500 1.500 0 0 1 6.500 3h7M3 21h18M13.500 3 19 6v15M15.500 12v1.500"></path>
        </svg>
        usher
      </a>
      <span class="grow"></span>
      <page-switch></page-switch>
      ${me?.is_operator ? html`<a class="button quiet small" href="/outbox">${home("outbox")}</a>` : nothing}
      ${name
        ? html`<span class="who" title=${me?.email ?? ""}>${name}</span>
            <button type="button" class="button quiet small" @click=${this.leave}>${home("sign_out")}</button>`
        : nothing}
    </header>`;
  }

  private async leave(): Promise<void> {
    await api.signOut();
    location.reload();
  }
}
