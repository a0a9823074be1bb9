/** The window that asks which messages are to be told again. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { entryMeant, offersOf } from "../lib/entry-choice";
import type { EntrySummary } from "../lib/protocol";
import { common } from "../messages/common";
import { operator } from "../messages/operator";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";

/** Dispatches `replay` with an entry and the first number. */
@customElement("webhook-replay")
export class WebhookReplay extends UsherElement {
  static override styles = sheets(windowHost);

  @property({ attribute: false }) entries: readonly EntrySummary[] = [];
  /** Of this entry alone, where the webhook is; empty for any. */
  @property({ attribute: false }) entryId = "";
  @state() private isOpen = false;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("form") private form!: HTMLFormElement;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${operator("replay.title")} @closed=${() => (this.isOpen = false)}>
      ${this.isOpen ? this.renderForm() : nothing}
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
    this.renderRoot.querySelector<HTMLElement>("#entry")?.focus();
  }

  private renderForm(): TemplateResult {
    return html`<form class="stack" id="form" @submit=${this.submit}>
        <p class="soft">${operator("replay.why")}</p>
        <div class="field">
          <label for="entry">${operator("of")}</label>
          ${this.entryId ? this.renderOnly() : this.renderChoice()}
        </div>
        <div class="field">
          <label for="from">${operator("replay.from")}</label>
          <input class="input" id="from" name="from" type="number" min="1" step="1" required .value=${"1"} />
        </div>
      </form>
      <button slot="foot" type="button" class="button" @click=${() => this.dialog.leave()}>${common("cancel")}</button>
      <button slot="foot" type="submit" form="form" class="button primary">${operator("replay.go")}</button>`;
  }

  private renderOnly(): TemplateResult {
    const name = this.entries.find((one) => one.entry_id === this.entryId)?.name ?? this.entryId;
    return html`<input class="input" id="entry" name="entry" dir="auto" readonly .value=${name} />`;
  }

  private renderChoice(): TemplateResult {
    return html`<input class="input" id="entry" name="entry" dir="auto" list="entries" required autocomplete="off"
        aria-describedby="entry-about" />
      <datalist id="entries">${offersOf(this.entries).map(({ value, label }) =>
        html`<option value=${value} label=${label}></option>`)}</datalist>
      <p class="hint" id="entry-about">${operator("of.hint")}</p>`;
  }

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const filled = new FormData(this.form);
    const entryId = this.entryId || entryMeant(String(filled.get("entry")), this.entries);
    const detail = { entryId, from: Number(filled.get("from")) };
    this.dispatchEvent(new CustomEvent("replay", { detail }));
    this.dialog.close();
  };
}
