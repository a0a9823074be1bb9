/** One field about an entry: its label, a sentence about it, what is wrong with it, and who changed it. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { BOUNDS, secondsIn, unitFor, UNITS, type Field, type FieldName, type Unit, type Value } from "../lib/entry-fields";
import { editing } from "../messages/editing";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-field.css?inline";

export class FieldEvent extends Event {
  constructor(readonly name: FieldName, readonly value: Value) {
    super("field", { bubbles: true, composed: true });
  }
}

/** Dispatches `field` with every change, and `adopt` when the other's value is to be taken. */
@customElement("entry-field")
export class EntryField extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) field!: Field;
  @property({ attribute: false }) value: Value = "";
  @property() label = "";
  @property() why = "";
  @property() fault = "";
  /** What the options of a choice are called. */
  @property({ attribute: false }) options: Readonly<Record<string, string>> = {};
  @property() placeholder = "";
  /** What somebody else did to this field meanwhile. */
  @property() note = "";
  /** Two people changed it, and one has to decide. */
  @property({ type: Boolean }) isClash = false;
  @state() private unit: Unit = "second";
  @query("#control") private control!: HTMLInputElement | null;
  /** The value that was typed here last: it does not change the unit. */
  #told: Value | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.field.kind !== "span" || !changed.has("value") || this.value === this.#told) return;
    if (typeof this.value === "number") this.unit = unitFor(this.value, BOUNDS[this.field.name]?.[1]);
  }

  protected override render(): TemplateResult {
    return html`<div class="field of-${this.field.kind}">
      ${this.field.kind === "switch"
        ? this.renderSwitch()
        : html`<label for="control">${this.label}</label>${this.renderControl()}`}
      ${this.why ? html`<p class="hint" id="why">${this.why}</p>` : nothing}
      ${this.fault ? html`<p class="fault" id="fault">${icon("warning")}<span>${this.fault}</span></p>` : nothing}
      <div class="note" role="status">${this.note ? this.renderNote() : nothing}</div>
    </div>`;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.control?.focus());
  }

  private renderNote(): TemplateResult {
    return html`<span dir="auto">${this.note}</span>
      ${this.isClash
        ? html`<button type="button" class="button small" aria-label=${editing("clash.take.field", { label: this.label })}
            @click=${() => this.dispatchEvent(new Event("adopt"))}>${editing("clash.take")}</button>`
        : nothing}`;
  }

  private renderSwitch(): TemplateResult {
    return html`<label class="check">
      <input type="checkbox" id="control" name=${this.field.name} .checked=${this.value === true}
        aria-describedby="why fault"
        @change=${(event: Event) => this.tell((event.target as HTMLInputElement).checked)} />
      <span>${this.label}</span>
    </label>`;
  }

  private renderControl(): TemplateResult {
    switch (this.field.kind) {
      case "lines":
        return this.renderLines();
      case "choice":
        return this.renderChoice();
      case "count":
        return this.renderNumber(Number(this.value));
      case "span":
        return this.renderSpan();
      default:
        return this.renderLine();
    }
  }

  private renderLine(): TemplateResult {
    const { kind, name, longest } = this.field;
    const isAddress = kind === "address";
    return html`<input class="input" id="control" name=${name} type=${kind === "moment" ? "datetime-local" : "text"}
      inputmode=${isAddress ? "url" : nothing} dir=${isAddress ? "ltr" : "auto"} maxlength=${longest ?? nothing}
      autocomplete="off" placeholder=${this.placeholder || nothing} aria-describedby="why fault"
      aria-invalid=${this.fault ? "true" : nothing} aria-required=${name === "name" ? "true" : nothing}
      .value=${String(this.value ?? "")}
      @input=${this.typed} @keydown=${this.onKey} />`;
  }

  private renderLines(): TemplateResult {
    const { name, longest, rows } = this.field;
    const isCode = name === "captions";
    return html`<textarea class="input" id="control" name=${name} rows=${rows ?? 2} maxlength=${longest ?? nothing}
      dir=${isCode ? "ltr" : "auto"} spellcheck=${isCode ? "false" : "true"}
      placeholder=${this.placeholder || nothing} aria-describedby="why fault"
      aria-invalid=${this.fault ? "true" : nothing} .value=${String(this.value ?? "")} @input=${this.typed}></textarea>`;
  }

  private renderChoice(): TemplateResult {
    return html`<select class="input" id="control" name=${this.field.name} aria-describedby="why fault"
      @change=${this.typed}>
      ${(this.field.options ?? []).map(
        (option) => html`<option value=${option} ?selected=${option === this.value} .selected=${option === this.value}>
          ${this.options[option] ?? option}
        </option>`,
      )}
    </select>`;
  }

  private renderNumber(value: number, size = 1): TemplateResult {
    const [least, most] = BOUNDS[this.field.name] ?? [0, Infinity];
    return html`<input class="input number" id="control" name=${this.field.name} type="number" inputmode="numeric"
      min=${Math.ceil(least / size)} max=${Math.floor(most / size)} step="1" aria-describedby="why fault"
      aria-invalid=${this.fault ? "true" : nothing}
      .value=${this.value === null ? (this.control?.value ?? "") : String(value)}
      @input=${(event: Event) => this.counted((event.target as HTMLInputElement).value, size)} @keydown=${this.onKey} />`;
  }

  private renderSpan(): TemplateResult {
    const size = secondsIn(this.unit);
    const most = BOUNDS[this.field.name]?.[1] ?? Infinity;
    return html`<div class="amount">
      ${this.renderNumber(Number(this.value) / size, size)}
      <select class="input" aria-label=${editing("unit", { label: this.label })} @change=${this.onUnit}>
        ${[...UNITS].reverse().filter(([unit, seconds]) => seconds <= most || unit === this.unit).map(
          ([unit]) => html`<option value=${unit} ?selected=${unit === this.unit} .selected=${unit === this.unit}>
            ${editing(`unit.${unit}`)}
          </option>`,
        )}
      </select>
    </div>`;
  }

  private typed(event: Event): void {
    this.tell((event.target as HTMLInputElement).value);
  }

  private counted(text: string, size: number): void {
    const count = Number(text);
    this.tell(text.trim() === "" || Number.isNaN(count) ? null : count * size);
  }

  /** The number stays as it is typed, and means something else. */
  private onUnit(event: Event): void {
    this.unit = (event.target as HTMLSelectElement).value as Unit;
    this.counted(this.control?.value ?? "", secondsIn(this.unit));
  }

  private tell(value: Value): void {
    this.#told = value;
    this.dispatchEvent(new FieldEvent(this.field.name, value));
  }

  /** A form sends itself at Enter in its own fields; this one lies behind a shadow root. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.closest("form")?.requestSubmit();
  }
}
