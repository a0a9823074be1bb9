/** The window in which a webhook is added. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { entryMeant, offersOf } from "../lib/entry-choice";
import { createWebhook } from "../lib/operator";
import type { EntrySummary, Problem, Topic } from "../lib/protocol";
import { common } from "../messages/common";
import { operator } from "../messages/operator";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./webhook-form.css?inline";

const TOPICS: readonly Exclude<Topic, "test">[] = [
  "session.started", "session.ended", "participant.joined", "participant.left", "participant.role_changed",
  "participant.media_changed", "hand.raised", "invitation.redeemed", "invitation.bounced",
];

/** Dispatches `changed` when there is a new one. */
@customElement("webhook-form")
export class WebhookForm extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entries: readonly EntrySummary[] = [];
  @state() private isOpen = false;
  @state() private isBusy = false;
  @state() private isSome = false;
  @state() private fault: "url.bad" | "topics.missing" | null = null;
  @state() private problem: Problem | null = null;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("form") private form!: HTMLFormElement;

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${operator("add")} @closed=${() => (this.isOpen = false)}>
      ${this.isOpen ? this.renderForm() : nothing}
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.isSome = this.isBusy = false;
    this.fault = this.problem = null;
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
    this.renderRoot.querySelector<HTMLElement>("#url")?.focus();
  }

  private renderForm(): TemplateResult {
    const isBad = this.fault === "url.bad";
    return html`<form class="stack" id="form" novalidate @submit=${this.submit}>
        <div class="field">
          <label for="url">${operator("url")}</label>
          <input class="input" id="url" name="url" type="url" dir="ltr" autocomplete="off" spellcheck="false"
            aria-invalid=${isBad} aria-describedby="about" />
          ${isBad
            ? html`<p class="problem" id="about" role="alert">${operator("url.bad")}</p>`
            : html`<p class="hint" id="about">${operator("url.hint")}</p>`}
        </div>
        <div class="field">
          <label for="entry">${operator("of")}</label>
          <input class="input" id="entry" name="entry" dir="auto" list="entries" autocomplete="off"
            placeholder=${operator("of.all")} aria-describedby="entry-about" />
          <datalist id="entries">${offersOf(this.entries).map(({ value, label }) =>
            html`<option value=${value} label=${label}></option>`)}</datalist>
          <p class="hint" id="entry-about">${operator("of.hint")} ${operator("of.empty")}</p>
        </div>
        <fieldset class="field">
          <legend>${operator("topics")}</legend>
          ${(["topics.all", "topics.some"] as const).map((word) => html`<label class="check">
            <input type="radio" name="which" .checked=${this.isSome === (word === "topics.some")}
              @change=${() => (this.isSome = word === "topics.some")} /><span>${operator(word)}</span></label>`)}
        </fieldset>
        ${this.isSome ? html`<fieldset class="field">
          <legend class="hidden-visually">${operator("topics.some")}</legend>
          ${TOPICS.map((topic) => html`<label class="check"><input type="checkbox" name="topic" value=${topic} />
            <span>${operator(`topic.${topic}`)}</span></label>`)}
        </fieldset>` : nothing}
        ${this.fault === "topics.missing" ? html`<p class="problem" role="alert">${operator(this.fault)}</p>` : nothing}
        ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      </form>
      <button slot="foot" type="button" class="button" @click=${() => this.dialog.leave()}>${common("cancel")}</button>
      <button slot="foot" type="submit" form="form" class="button primary" aria-disabled=${this.isBusy}>${operator("add.go")}</button>`;
  }

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.isBusy) return;
    const filled = new FormData(this.form);
    const url = String(filled.get("url")).trim();
    const topics = TOPICS.filter((topic) => filled.getAll("topic").includes(topic));
    const entryId = entryMeant(String(filled.get("entry")), this.entries);
    this.problem = null;
    // Take away what was said before: what is said again is not heard otherwise.
    this.fault = null;
    await this.updateComplete;
    this.fault = !/^https?:\/\/[^/]/.test(url) ? "url.bad" : this.isSome && !topics.length ? "topics.missing" : null;
    if (this.fault) {
      if (this.fault === "url.bad") this.renderRoot.querySelector<HTMLElement>("#url")?.focus();
      return;
    }
    this.isBusy = true;
    try {
      // A subscription of an entry that is not there would be told nothing, and nobody would know why.
      if (entryId && !this.entries.some((one) => one.entry_id === entryId)) await api.entry(entryId);
      await createWebhook({ url, topics, entry_id: entryId || null });
      this.dispatchEvent(new CustomEvent("changed", { bubbles: true, composed: true }));
      this.dialog.close();
    } catch (error) {
      this.problem = api.problemOf(error);
    } finally {
      this.isBusy = false;
    }
  };
}
