/** Invite a list: paste it or choose a file, look at every row, and only then invite. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import type { CsvPreview, EntryKind, InvitationType, Problem } from "../lib/protocol";
import { choiceFields, inviteCommand, InviteEvent, readChoice } from "./invite-choice";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

/** As many as the server takes in one command. */
const MANY = 500;
const MOST_BYTES = 200_000;

@customElement("invite-list")
export class InviteList extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) types: readonly InvitationType[] = [];
  @property({ attribute: false }) kind: EntryKind = "room";
  @property({ attribute: false }) isBusy = false;
  @state() private preview: CsvPreview | null = null;
  @state() private problem: Problem | null = null;
  @state() private csv = "";
  @query("textarea") private field!: HTMLTextAreaElement | null;

  protected override render(): TemplateResult {
    return html`
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.preview ? this.renderPreview(this.preview) : this.renderPaste()}
    `;
  }

  private renderPaste(): TemplateResult {
    return html`<form class="stack" @submit=${this.look}>
      <div class="field">
        <label for="csv">People, one in a line</label>
        <textarea class="input" id="csv" rows="7" required .value=${this.csv} maxlength=${MOST_BYTES}
          placeholder="e-mail, first name, last name" aria-describedby="how"></textarea>
        <p class="hint" id="how">Comma, semicolon or tab between the columns; up to ${MANY} people.</p>
      </div>
      <div class="line">
        <label class="button">
          Choose a CSV file
          <input class="hidden-visually" type="file" accept=".csv,.txt,text/csv,text/plain" @change=${this.upload} />
        </label>
        <span class="grow"></span>
        <button class="button primary">Preview</button>
      </div>
    </form>`;
  }

  private renderPreview(preview: CsvPreview): TemplateResult {
    const isTooMany = preview.good > MANY;
    return html`<form class="stack" @submit=${this.submit}>
      <div class="line" role="status">
        <span class="badge good">${preview.good} can be invited</span>
        ${preview.bad > 0 ? html`<span class="badge bad">${preview.bad} cannot</span>` : nothing}
        <span class="grow"></span>
        <button type="button" class="button quiet small" @click=${() => (this.preview = null)}>Change the list</button>
      </div>
      <div class="preview" tabindex="0" role="region" aria-label="Preview of the list">
        <table>
          <thead><tr><th scope="col">Line</th><th scope="col">E-mail</th><th scope="col">Name</th></tr></thead>
          <tbody>
            ${preview.rows.map(
              (row) => html`<tr class=${row.error ? "bad" : ""}>
                <td>${row.line}</td>
                <td>${row.email}${row.error ? html`<br /><strong>${row.error}</strong>` : nothing}</td>
                <td>${row.first_name} ${row.last_name}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${isTooMany ? html`<p class="problem">At most ${MANY} people can be invited at once.</p>` : nothing}
      ${choiceFields(this.types, this.kind)}
      <button class="button primary" ?disabled=${this.isBusy || isTooMany || preview.good === 0}>
        ${this.isBusy ? "One moment…" : `Invite ${preview.good} ${preview.good === 1 ? "person" : "people"}`}
      </button>
    </form>`;
  }

  private async look(event: Event): Promise<void> {
    event.preventDefault();
    this.csv = this.field?.value ?? this.csv;
    this.problem = null;
    try {
      this.preview = await api.previewCsv(this.entryId, this.csv);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private async upload(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (!file) return;
    if (file.size > MOST_BYTES) {
      this.problem = { code: "too_large", sentence: "That file is too large for a list of people.", again: false };
      return;
    }
    this.csv = await file.text();
    if (this.field) this.field.value = this.csv;
    await this.look(event);
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const choice = readChoice(new FormData(event.target as HTMLFormElement));
    const invitees = (this.preview?.rows ?? [])
      .filter((row) => !row.error)
      .map(({ email, first_name, last_name }) => ({ email, first_name, last_name }));
    this.dispatchEvent(new InviteEvent(inviteCommand(invitees, choice)));
  }
}
