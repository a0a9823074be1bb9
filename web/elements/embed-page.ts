/** The tab alone, for a frame on another site's page: the host token stands in the fragment. */

import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../lib/page";
import { room } from "../messages/room";
import "./participants-tab";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./embed-page.css?inline";

@customElement("embed-page")
export class EmbedPage extends UsherElement {
  static override styles = sheets(own);

  /** Set where a page of ours shows this one in its own place; else it stands in the fragment. */
  @property({ attribute: false }) token = location.hash.slice(1);
  @property({ attribute: false }) browserKey = "";

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.take);
    this.take();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.take);
  }

  protected override render(): TemplateResult {
    return html`<main id="main">
      <h1 class="hidden-visually">${room("participants")}</h1>
      <participants-tab .server=${location.origin} .browserKey=${this.browserKey}
        .token=${this.token}></participants-tab>
    </main>`;
  }

  /** A frame gets a fresh token as a new fragment; none stays in the address. */
  private readonly take = (): void => {
    const token = location.hash.slice(1);
    if (!token) return;
    this.token = token;
    history.replaceState(null, "", location.pathname + location.search);
  };
}
