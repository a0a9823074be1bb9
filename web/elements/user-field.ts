/** One known user, found while typing by a part of the name or the address. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { debounce } from "../lib/debounce";
import { initials, tint } from "../lib/words";
import type { PersonView } from "../lib/protocol";
import { editing } from "../messages/editing";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./user-field.css?inline";

const TYPED_MS = 180;
const LEAST_LETTERS = 2;

/** Dispatches `typed` with every change of the text. */
@customElement("user-field")
export class UserField extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property() fault = "";
  /** Who was taken from the list; typing on takes that back. */
  chosen: PersonView | null = null;
  @state() private found: readonly PersonView[] = [];
  @state() private picked = -1;
  @state() private said = "";
  @query("input") private input!: HTMLInputElement;
  #search: AbortController | null = null;

  get typed(): string {
    return this.input.value.trim();
  }

  protected override render(): TemplateResult {
    return html`<div class="field">
      <label for="who">${editing("people.who")}</label>
      <input class="input" id="who" type="text" maxlength="254" autocomplete="off" autocapitalize="none"
        spellcheck="false" dir="auto" role="combobox" aria-autocomplete="list" aria-controls="found"
        aria-expanded=${this.found.length > 0}
        aria-activedescendant=${this.picked >= 0 ? `found-${this.picked}` : nothing}
        aria-invalid=${this.fault ? "true" : nothing} aria-describedby="why fault"
        @input=${this.onInput} @keydown=${this.onKey} @blur=${this.hide} />
      <ul class="found" id="found" role="listbox" aria-label=${editing("people.known")} ?hidden=${this.found.length === 0}>
        ${this.found.map((one, index) => this.renderFound(one, index))}
      </ul>
      <p class="hint" id="why">${editing("people.who.why")}</p>
      <p class="fault" id="fault">${this.fault}</p>
      <span class="hidden-visually" role="status">${this.said}</span>
    </div>`;
  }

  override focus(): void {
    this.input.focus();
  }

  clear(): void {
    this.input.value = "";
    this.chosen = null;
    this.hide();
  }

  private renderFound(one: PersonView, index: number): TemplateResult {
    return html`<li role="option" id=${`found-${index}`} aria-selected=${index === this.picked}
      @pointerdown=${(event: Event) => {
        event.preventDefault();
        this.take(one);
      }}>
      <span class="avatar tint-${tint(one.account_id)}" aria-hidden="true">${initials(one.name)}</span>
      <span dir="auto">${one.name}<small>${one.email}</small></span>
    </li>`;
  }

  private onInput(): void {
    this.chosen = null;
    this.search();
    this.dispatchEvent(new Event("typed"));
  }

  private readonly search = debounce(async () => {
    this.#search?.abort();
    const q = this.typed;
    if (q.length < LEAST_LETTERS || q.length > 100 || this.chosen) return this.hide();
    const search = (this.#search = new AbortController());
    try {
      const { people } = await api.users(this.entryId, q, search.signal);
      if (search.signal.aborted || this.typed !== q || this.chosen) return;
      this.found = people;
      this.picked = -1;
      this.said = editing("people.matches", { count: people.length });
    } catch {
      // Suggestions are a help; without them one types on.
      this.found = [];
    }
  }, TYPED_MS);

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter" && this.picked < 0) {
      // A form sends itself at Enter in its own fields; this one lies behind a shadow root.
      event.preventDefault();
      this.closest("form")?.requestSubmit();
      return;
    }
    const last = this.found.length - 1;
    if (last < 0) return;
    if (event.key === "ArrowDown") this.picked = this.picked >= last ? 0 : this.picked + 1;
    else if (event.key === "ArrowUp") this.picked = this.picked <= 0 ? last : this.picked - 1;
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Enter") this.take(this.found[this.picked]);
    else return;
    event.preventDefault();
    event.stopPropagation();
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    });
  }

  private take(one: PersonView | undefined): void {
    if (!one) return;
    this.chosen = one;
    this.input.value = `${one.name} (${one.email})`;
    this.hide();
    this.dispatchEvent(new Event("typed"));
  }

  private readonly hide = (): void => {
    this.#search?.abort();
    this.found = [];
    this.picked = -1;
  };
}
