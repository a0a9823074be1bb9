/** In place of a document: why it is not shown, and how to get to it all the same. */

import { html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Trouble } from "../lib/pdf-opening";
import { common } from "../messages/common";
import { entry as words } from "../messages/entry";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./pdf-trouble.css?inline";

/** What asks for a password, and what was wrong with the last one. */
export interface Ask {
  readonly isWrong: boolean;
  readonly answer: (password: string) => void;
}

@customElement("pdf-trouble")
export class PdfTrouble extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) url!: URL;
  @property({ attribute: false }) trouble: Trouble | null = null;
  @property({ attribute: false }) ask: Ask | null = null;
  @query("input") private field!: HTMLInputElement;

  protected override render(): TemplateResult {
    return html`<div class="card">
      ${this.ask ? this.renderAsk(this.ask) : this.renderTrouble(this.trouble ?? "unreachable")}
    </div>`;
  }

  private renderTrouble(trouble: Trouble): TemplateResult {
    return html`<div role="alert">
        <p class="said">${words("pdf.failed")}</p>
        <p>${words(`pdf.${trouble}`, { host: this.url.hostname })}</p>
      </div>
      <div class="line">
        ${this.renderLink("button primary")}
        <button type="button" class="button" @click=${() => this.dispatchEvent(new Event("again"))}>${common("try_again")}</button>
      </div>`;
  }

  private renderAsk(ask: Ask): TemplateResult {
    return html`<form class="field" @submit=${(event: Event) => this.answer(event, ask)}>
        <p class="said">${words("pdf.locked")}</p>
        <label for="password">${words("pdf.password")}</label>
        <input class="input" id="password" type="password" autocomplete="off" required
          aria-invalid=${String(ask.isWrong)} aria-describedby="wrong" />
        <p class="hint bad" id="wrong" role="alert">${ask.isWrong ? words("pdf.password.wrong") : ""}</p>
        <div class="line">
          <button class="button primary">${words("pdf.password.open")}</button>
          ${this.renderLink("button")}
        </div>
      </form>`;
  }

  private renderLink(look: string): TemplateResult {
    return html`<a class=${look} href=${this.url.href} target="_blank" rel="noreferrer">${words("pdf.open")}</a>`;
  }

  private answer(event: Event, ask: Ask): void {
    event.preventDefault();
    ask.answer(this.field.value);
    this.field.value = "";
  }
}
