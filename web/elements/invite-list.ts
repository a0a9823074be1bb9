/** A list of people: paste it, choose a file or drop one; look at every row, mend the bad ones. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { decodeText } from "../lib/csv";
import { debounce } from "../lib/debounce";
import { faultText } from "../lib/invite-words";
import { asCsv, bad, checked, fromRow, good, isFixable, MOST_PEOPLE, told, type Person } from "../lib/invitees";
import { number } from "../lib/language";
import { invite } from "../messages/invite";
import type { Problem } from "../lib/protocol";
import { icon } from "./icons";
import { PeopleEvent } from "./people-field";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

const MOST_CHARS = 200_000;
const MOST_BYTES = 4 * MOST_CHARS;
const MENDED_MS = 400;

/** Dispatches `people` with the rows of the preview. */
@customElement("invite-list")
export class InviteList extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) people: readonly Person[] = [];
  @state() private problem: Problem | null = null;
  @state() private isReading = false;
  @state() private isOver = false;
  @state() private onlyBad = false;
  @state() private text = "";
  @query("textarea") private field!: HTMLTextAreaElement | null;

  /** Pasted, and not looked at yet. */
  get draft(): string {
    return this.people.length > 0 ? "" : this.text.trim();
  }

  protected override render(): TemplateResult {
    return html`<div class="stack">
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.people.length > 0 ? this.renderPreview() : this.renderPaste()}
    </div>`;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.field?.focus());
  }

  startAnew(): void {
    this.text = "";
    this.problem = null;
    this.onlyBad = false;
  }

  private renderPaste(): TemplateResult {
    return html`
      <div class="field drop ${this.isOver ? "over" : ""}" @dragover=${this.onDrag} @dragleave=${() => (this.isOver = false)}
        @drop=${this.onDrop}>
        <label for="csv">${invite("list.label")}</label>
        <textarea class="input" id="csv" rows="6" .value=${this.text} maxlength=${MOST_CHARS} spellcheck="false"
          placeholder=${invite("list.placeholder")} aria-describedby="how"
          @input=${(event: Event) => (this.text = (event.target as HTMLTextAreaElement).value)}></textarea>
        <p class="hint" id="how">${invite("list.how", { most: MOST_PEOPLE })}</p>
        <div class="line">
          <label class="button">
            ${icon("file")}${invite("list.file")}
            <input class="hidden-visually" type="file" accept=".csv,.txt,.tsv,text/csv,text/plain" @change=${this.onFile} />
          </label>
          <span class="hint wide">${invite("list.drop")}</span>
          <span class="grow"></span>
          <button type="button" class="button" aria-disabled=${!this.draft || this.isReading} @click=${this.read}>
            ${invite("list.preview")}
          </button>
        </div>
      </div>`;
  }

  private renderPreview(): TemplateResult {
    const [fine, faulty] = [good(this.people), bad(this.people)];
    const again = fine.filter((one) => one.isInvited).length;
    const skipped = this.people.filter((one) => one.isSkipped).length;
    const shown = this.onlyBad ? this.people.filter((one) => one.fault && !one.isSkipped) : this.people;
    return html`
      <div class="line" role="status">
        <span class="badge good">${invite("list.good", { count: fine.length })}</span>
        ${faulty.length > 0 ? html`<span class="badge bad">${invite("list.bad", { count: faulty.length })}</span>` : nothing}
        ${again > 0 ? html`<span class="badge">${invite("list.again", { count: again })}</span>` : nothing}
        ${skipped > 0 ? html`<span class="badge">${invite("list.skipped", { count: skipped })}</span>` : nothing}
        <span class="grow"></span>
        <button type="button" class="button quiet small" @click=${this.anew}>${invite("list.change")}</button>
      </div>
      ${faulty.length > 0 || this.onlyBad
        ? html`<div class="line">
            <label class="check">
              <input type="checkbox" .checked=${this.onlyBad}
                @change=${(event: Event) => (this.onlyBad = (event.target as HTMLInputElement).checked)} />
              <span>${invite("list.only_bad")}</span>
            </label>
            <span class="grow"></span>
            <button type="button" class="button small" aria-disabled=${faulty.length === 0}
              @click=${() => this.skip(faulty, true)}>${invite("list.skip_all", { count: faulty.length })}</button>
          </div>`
        : nothing}
      <div class="preview" tabindex="0" role="region" aria-label=${invite("list.region")}>
        <table role="table">
          <thead role="rowgroup"><tr role="row">
            <th scope="col" role="columnheader">${invite("list.line")}</th>
            <th scope="col" role="columnheader">${invite("email")}</th>
            <th scope="col" role="columnheader">${invite("list.name")}</th>
            <th scope="col" role="columnheader"><span class="hidden-visually">${invite("list.actions")}</span></th>
          </tr></thead>
          <tbody role="rowgroup">${repeat(shown, (one) => one.key, (one) => this.renderRow(one))}</tbody>
        </table>
      </div>`;
  }

  private renderRow(one: Person): TemplateResult {
    const isBad = one.fault !== null && !one.isSkipped;
    const line = number(one.line);
    return html`<tr role="row" class="${isBad ? "bad" : ""} ${one.isSkipped ? "skipped" : ""}" data-line=${one.line}>
      <td role="cell">${line}</td>
      <td role="cell">
        ${isBad && isFixable(one)
          ? this.renderInput(one, "email", invite("list.email.of", { line }))
          : html`<span class="text">${one.email}</span>`}
        ${isBad ? html`<strong class="fault">${faultText(one)}</strong>` : nothing}
        ${one.isInvited && !one.isSkipped ? html`<span class="badge">${invite("list.will_update")}</span>` : nothing}
      </td>
      <td role="cell">
        ${isBad && isFixable(one)
          ? html`<div class="both">${this.renderInput(one, "first", invite("list.first.of", { line }))}
              ${this.renderInput(one, "last", invite("list.last.of", { line }))}</div>`
          : html`<span class="text">${`${one.first} ${one.last}`.trim()}</span>`}
      </td>
      <td role="cell">
        ${one.fault !== null || one.isSkipped
          ? html`<button type="button" class="button quiet small"
              aria-label=${invite(one.isSkipped ? "list.unskip.of" : "list.skip.of", { line })}
              @click=${() => this.skip([one], !one.isSkipped)}>
              ${invite(one.isSkipped ? "list.unskip" : "list.skip")}
            </button>`
          : nothing}
      </td>
    </tr>`;
  }

  private renderInput(one: Person, field: "email" | "first" | "last", label: string): TemplateResult {
    return html`<input class="input" aria-label=${label} .value=${one[field]} maxlength="254" autocomplete="off"
      spellcheck="false" @change=${(event: Event) => {
        this.mend(one, { [field]: (event.target as HTMLInputElement).value.trim() });
      }} />`;
  }

  private mend(one: Person, change: Partial<Person>): void {
    this.tell(checked(this.people.map((other) => (other.key === one.key ? { ...other, ...change } : other))));
    this.ask();
  }

  private skip(some: readonly Person[], isSkipped: boolean): void {
    const keys = new Set(some.map((one) => one.key));
    const people = this.people.map((one) => (keys.has(one.key) ? { ...one, isSkipped } : one));
    if (isSkipped && bad(people).length === 0) this.onlyBad = false;
    this.tell(people);
    this.ask();
  }

  /** The server knows more of addresses than a page. */
  private readonly ask = debounce(async () => {
    const asked = this.people;
    try {
      this.tell(told(this.people, asked, await api.previewCsv(this.entryId, asCsv(asked))));
      this.problem = null;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }, MENDED_MS);

  /** Look at what was pasted. Nothing of it is lost when the server cannot be asked. */
  readonly read = async (): Promise<void> => {
    if (!this.draft || this.isReading) return;
    this.isReading = true;
    this.problem = null;
    try {
      const { rows } = await api.previewCsv(this.entryId, this.text);
      if (rows.length === 0) this.problem = ours(invite("list.empty"));
      this.tell(rows.map(fromRow));
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>(".preview")?.focus();
    } catch (error) {
      this.problem = api.problemOf(error);
    }
    this.isReading = false;
  };

  private async take(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      this.problem = ours(invite("list.too_large"));
      return;
    }
    const text = decodeText(new Uint8Array(await file.arrayBuffer()));
    if (text.includes("\0") || text.length > MOST_CHARS) {
      this.problem = ours(invite(text.includes("\0") ? "list.no_text" : "list.too_large"));
      return;
    }
    this.text = text;
    await this.read();
  }

  private async onFile(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    await this.take(input.files?.[0]);
    // The same file may be chosen again after it was mended.
    input.value = "";
  }

  private onDrag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.isOver = true;
  }

  private onDrop(event: DragEvent): void {
    this.isOver = false;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    void this.take(file);
  }

  private anew(): void {
    this.onlyBad = false;
    this.tell([]);
    this.focus();
  }

  private tell(people: readonly Person[]): void {
    this.people = people;
    this.dispatchEvent(new PeopleEvent(people));
  }
}

const ours = (sentence: string): Problem => ({ code: "bad_request", sentence, again: false });
