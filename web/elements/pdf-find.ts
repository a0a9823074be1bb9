/** The line for finding words in a document: what is wanted, how often it is there, and which is shown. */

import { css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { entry as words } from "../messages/entry";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

/** Somebody who types on is waited for. */
const PAUSE_MS = 200;

@customElement("pdf-find")
export class PdfFind extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-2);
        padding: var(--space-2) var(--space-3);
        border-block-end: 1px solid var(--line);
        background: var(--paper-raised);
        font-size: var(--type-label);
      }
      .input {
        flex: 1 1 10rem;
        inline-size: auto;
        min-inline-size: 0;
        max-inline-size: 20rem;
      }
      .group {
        display: flex;
        align-items: center;
        gap: var(--space-1);
      }
      .back svg {
        transform: rotate(-90deg);
      }
      .forth svg {
        transform: rotate(90deg);
      }
    `,
  ];

  /** How many there are; null while it is looked for. */
  @property({ attribute: false }) count: number | null = null;
  /** Which one is shown, from 0. */
  @property({ attribute: false }) at = 0;
  @query("input") private field!: HTMLInputElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override focus(): void {
    void this.updateComplete.then(() => this.field.select());
  }

  protected override firstUpdated(): void {
    this.field.focus();
  }

  protected override render(): TemplateResult {
    const isNone = !this.count;
    return html`
      <input class="input" type="search" aria-label=${words("pdf.find")} placeholder=${words("pdf.find")}
        enterkeyhint="search" @input=${this.onInput} @keydown=${this.onKey} />
      <div class="group">
        <span class="soft" role="status">${this.told()}</span>
        <button type="button" class="button quiet icon small back" aria-label=${words("pdf.find.previous")}
          ?disabled=${isNone} @click=${() => this.step(-1)}>${icon("chevron")}</button>
        <button type="button" class="button quiet icon small forth" aria-label=${words("pdf.find.next")}
          ?disabled=${isNone} @click=${() => this.step(1)}>${icon("chevron")}</button>
        <button type="button" class="button quiet icon small" aria-label=${words("pdf.find.close")}
          @click=${this.close}>${icon("close")}</button>
      </div>
    `;
  }

  private told(): string {
    if (!this.field?.value.trim()) return "";
    if (this.count === null) return words("pdf.find.busy");
    return this.count ? words("pdf.find.count", { at: this.at + 1, count: this.count }) : words("pdf.find.none");
  }

  private onInput(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dispatchEvent(new CustomEvent("find", { detail: this.field.value })), PAUSE_MS);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step(by: 1 | -1): void {
    this.dispatchEvent(new CustomEvent("step", { detail: by }));
  }

  private close(): void {
    this.dispatchEvent(new Event("close"));
  }
}
