/** An e-mail address, with help: what is missing, and what was probably meant. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { emailFault, meantEmail, type EmailFault } from "../lib/email";
import { doors } from "../messages/doors";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./email-field.css?inline";

/** Whoever had a question before them for so long has read it. */
const READ_MS = 600;

@customElement("email-field")
export class EmailField extends UsherElement {
  static override styles = sheets(own);

  @property() label = "";
  @property() hint = "";
  @property() value = "";
  /** What is on its way to the server can be read, not changed. */
  @property({ type: Boolean, attribute: "readonly" }) isReadonly = false;
  @state() private fault: EmailFault | null = null;
  @state() private meant: string | null = null;
  @query("input") private input!: HTMLInputElement | null;
  /** What was asked about when it was to be sent: whoever sends it again means it. */
  #heldBack = "";
  /** What was asked about when the field was left, and since when that can be read. */
  #asked = { typed: "", at: 0 };

  protected override render(): TemplateResult {
    const { fault, meant } = this;
    return html`<div class="field">
      <label for="email">${this.label}</label>
      <input class="input" id="email" name="email" type="email" inputmode="email" required maxlength="254"
        autocomplete="email" autocapitalize="off" spellcheck="false" dir="ltr" .value=${this.value}
        ?readonly=${this.isReadonly}
        aria-describedby="why fault" aria-invalid=${fault ? "true" : nothing}
        @input=${this.onInput} @blur=${this.onBlur} @keydown=${this.onKey} />
      <p class="hint" id="why">${this.hint}</p>
      <div id="fault" role="status">
        ${fault ? html`<p class="fault">${doors(`email.${fault}`)}</p>` : nothing}
        ${meant && !this.isReadonly
          ? html`<button type="button" class="button quiet small" @click=${this.take}>
              ${doors("email.meant", { email: meant })}
            </button>`
          : nothing}
      </div>
    </div>`;
  }

  /**
   * The address, trimmed; null when there is something to correct, which is then shown. What is
   * probably a slip is held back once, unless the question has been there to be read: Enter does
   * not leave the field, and a press on the button leaves it only then.
   */
  checked(): string | null {
    const typed = this.input?.value.trim() ?? "";
    this.fault = emailFault(typed);
    this.meant = meantEmail(typed);
    const isRead = this.#asked.typed === typed && performance.now() - this.#asked.at >= READ_MS;
    const isDoubtful = this.meant !== null && this.#heldBack !== typed && !isRead;
    if (isDoubtful) this.#heldBack = typed;
    return this.fault || isDoubtful ? null : typed;
  }

  override focus(): void {
    this.input?.focus();
  }

  private onInput(): void {
    this.value = this.input?.value ?? "";
    this.meant = null;
    // What was at fault is looked at with every letter; what is being typed is left in peace.
    if (this.fault) this.fault = emailFault(this.value);
  }

  private onBlur(): void {
    const typed = this.value.trim();
    if (typed === "") return;
    this.fault = emailFault(typed);
    this.meant = meantEmail(typed);
    if (this.meant && this.#asked.typed !== typed) this.#asked = { typed, at: performance.now() };
  }

  /** A form sends itself at Enter in its own fields; this one lies behind a shadow root. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.closest("form")?.requestSubmit();
  }

  private take(): void {
    if (!this.meant) return;
    this.value = this.meant;
    this.meant = this.fault = null;
    this.focus();
  }
}
