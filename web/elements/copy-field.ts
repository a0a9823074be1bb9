/** A link to copy, and its QR code for those who sit in front of the screen. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { icon } from "./icons";
import "./qr-code";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./copy-field.css?inline";

const SAID_MS = 2_000;

@customElement("copy-field")
export class CopyField extends UsherElement {
  static override styles = sheets(own);

  @property() label = "Link";
  @property() value = "";
  @state() private isCopied = false;
  @state() private showsCode = false;
  @query("input") private input!: HTMLInputElement;

  protected override render(): TemplateResult {
    return html`
      <div class="line">
        <input class="input grow" readonly aria-label=${this.label} .value=${this.value}
          @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()} />
        <button type="button" class="button" aria-label=${`Copy ${this.label}`} @click=${this.copy}>
          ${icon(this.isCopied ? "check" : "copy")}${this.isCopied ? "Copied" : "Copy"}
        </button>
        <button type="button" class="button" aria-expanded=${this.showsCode}
          aria-label=${`QR code of ${this.label}`} @click=${this.toggleCode}>QR</button>
      </div>
      <span class="hidden-visually" role="status">${this.isCopied ? "Copied" : ""}</span>
      ${this.showsCode
        ? html`<qr-code class="code" .value=${this.value} label=${this.label}></qr-code>`
        : nothing}
    `;
  }

  private toggleCode(): void {
    this.showsCode = !this.showsCode;
  }

  private async copy(): Promise<void> {
    await copyText(this.value, this.input);
    this.isCopied = true;
    setTimeout(() => (this.isCopied = false), SAID_MS);
  }
}

/** Copy; on pages without TLS browsers leave only the old way, over a selected field. */
export async function copyText(text: string, field?: HTMLInputElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    field?.select();
    document.execCommand("copy");
  }
}
