/** The top of every page outside a room: where one is, and who is signed in. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import * as api from "../lib/api";
import type { Me } from "../lib/protocol";
import { home } from "../messages/home";
import { brand } from "./brand";
import "./page-switch";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import top from "./brand.css?inline";
import own from "./site-header.css?inline";

@customElement("site-header")
export class SiteHeader extends UsherElement {
  static override styles = sheets(top, own);

  @property({ attribute: false }) me: Me | null = null;

  protected override render(): TemplateResult {
    const me = this.me;
    const name = me?.name ?? me?.email;
    return html`<header class="bar">
      <a class="brand" href="/">
        ${brand()}
      </a>
      <span class="grow"></span>
      <page-switch></page-switch>
      ${me?.is_operator
        ? html`<a class="button quiet small" href="/operator">${home("operation")}</a>`
        : nothing}
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
