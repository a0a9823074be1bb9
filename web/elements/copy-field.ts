/** A link to copy, to share from a phone, and its QR code for those in front of the screen. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { invite } from "../messages/invite";
import { icon } from "./icons";
import "./qr-code";
import type { QrCode } from "./qr-code";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./copy-field.css?inline";

const SAID_MS = 2_000;

/** Computers have share sheets too, but people there copy. */
const hasShareSheet = (): boolean =>
  "share" in navigator && matchMedia("(pointer: coarse)").matches;

@customElement("copy-field")
export class CopyField extends UsherElement {
  static override styles = sheets(own);

  /** What the link is called, also on a printed code. */
  @property() label = "";
  @property() value = "";
  /** It is no link: there is nothing to share, and no code to scan. */
  @property({ type: Boolean }) plain = false;
  @state() private said: "" | "copied" | "not_copied" = "";
  @state() private showsCode = false;
  @query("input") private input!: HTMLInputElement;
  @query("qr-code") private code!: QrCode;

  protected override render(): TemplateResult {
    const { label } = this;
    const isCopied = this.said === "copied";
    return html`
      <div class="line">
        <input class="input grow" readonly dir="ltr" aria-label=${label} .value=${this.value}
          @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()} />
        <button type="button" class="button" aria-label=${invite("copy.of", { label })} @click=${this.copy}>
          ${icon(isCopied ? "check" : "copy")}${invite(isCopied ? "copied" : "copy")}
        </button>
        ${hasShareSheet() && !this.plain
          ? html`<button type="button" class="button" aria-label=${invite("share.of", { label })}
              @click=${this.share}>${icon("share")}${invite("share")}</button>`
          : nothing}
        ${this.plain
          ? nothing
          : html`<button type="button" class="button" aria-expanded=${this.showsCode}
              aria-label=${invite("qr.of", { label })} @click=${this.toggleCode}>${invite("qr")}</button>`}
      </div>
      <span class="hidden-visually" role="status">${this.said ? invite(this.said) : ""}</span>
      ${this.said === "not_copied" ? html`<p class="hint">${invite("not_copied")}</p>` : nothing}
      ${this.showsCode ? this.renderCode() : nothing}
    `;
  }

  private renderCode(): TemplateResult {
    return html`<div class="code">
      <qr-code .value=${this.value} label=${this.label}></qr-code>
      <div class="line">
        <button type="button" class="button small" @click=${() => this.code.download("svg")}>${invite("qr.svg")}</button>
        <button type="button" class="button small" @click=${() => this.code.download("png")}>${invite("qr.png")}</button>
        <button type="button" class="button small" @click=${() => this.code.print()}>${invite("qr.print")}</button>
      </div>
    </div>`;
  }

  private toggleCode(): void {
    this.showsCode = !this.showsCode;
  }

  private async copy(): Promise<void> {
    this.said = (await copyText(this.value, this.input)) ? "copied" : "not_copied";
    if (this.said === "copied") setTimeout(() => (this.said = ""), SAID_MS);
  }

  private async share(): Promise<void> {
    try {
      await navigator.share({ title: this.label, url: this.value });
    } catch {
      // Closed without choosing, which is an answer.
    }
  }
}

/**
 * Copy; on pages without TLS browsers leave only the old way, over a selected field.
 *
 * @returns whether it is in the clipboard; if not, it stays selected where there is a field.
 */
export async function copyText(text: string, field?: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.focus();
    field?.select();
    return field !== undefined && document.execCommand("copy");
  }
}
