/**
 * Type or paste several addresses: known users are found while typing, each address becomes a
 * chip. A chip that is no address says why, and goes back into the field to be corrected.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { addressKey, isPlausible, parseAddresses, splitName, type Typed } from "../lib/addresses";
import { debounce } from "../lib/debounce";
import { faultText } from "../lib/invite-words";
import { bad, checked, MOST_PEOPLE, person, type Person } from "../lib/invitees";
import { initials, tint } from "../lib/words";
import { invite } from "../messages/invite";
import type { PersonView } from "../lib/protocol";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./people-field.css?inline";

const TYPED_MS = 180;
const LEAST_LETTERS = 2;
const FAULTS_SHOWN = 4;
const SEVERAL = /[,;\n\r<]/u;

export class PeopleEvent extends Event {
  constructor(readonly people: readonly Person[]) {
    super("people");
  }
}

/** Dispatches `people` when they change, and `go` for Enter with nothing left to add. */
@customElement("people-field")
export class PeopleField extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) people: readonly Person[] = [];
  @state() private found: readonly PersonView[] = [];
  @state() private picked = -1;
  @state() private said = "";
  @query(".entry") private entry!: HTMLInputElement;
  #search: AbortController | null = null;

  /** What is typed and no chip yet. */
  get draft(): string {
    return this.entry?.value.trim() ?? "";
  }

  protected override render(): TemplateResult {
    const faults = bad(this.people);
    return html`<div class="field">
      <label for="email">${invite("email")}</label>
      <div class="box" @pointerdown=${this.onBox}>
        ${this.people.length > 0
          ? html`<ul role="list" aria-label=${invite("people.label")}>
              ${repeat(this.people, (one) => one.key, (one) => this.renderChip(one))}
            </ul>`
          : nothing}
        <input class="entry" id="email" type="text" inputmode="email" maxlength="20000" autocomplete="off"
          autocapitalize="none" spellcheck="false" role="combobox" aria-autocomplete="list"
          aria-controls="found" aria-expanded=${this.found.length > 0}
          aria-activedescendant=${this.picked >= 0 ? `found-${this.picked}` : nothing}
          aria-invalid=${faults.length > 0} aria-describedby="how faults"
          placeholder=${this.people.length === 0 ? invite("people.placeholder") : ""}
          @input=${this.typed} @keydown=${this.onKey} @paste=${this.onPaste} @blur=${this.onBlur} />
      </div>
      ${this.renderFound()}
      <div class="below">
        <span class="hint" id="how">${invite("people.how")}</span>
        ${this.people.length > 1
          ? html`<span class="hint">${invite("people.count", { count: this.people.length, most: MOST_PEOPLE })}</span>`
          : nothing}
      </div>
      <ul class="faults" id="faults">
        ${faults.slice(0, FAULTS_SHOWN).map(
          (one) => html`<li><strong>${one.email}</strong> – ${faultText(one)}</li>`,
        )}
        ${faults.length > FAULTS_SHOWN
          ? html`<li>${invite("people.more_faults", { count: faults.length - FAULTS_SHOWN })}</li>`
          : nothing}
      </ul>
      <span class="hidden-visually" role="status">${this.said}</span>
    </div>`;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.entry.focus());
  }

  /** Make chips of what is typed. */
  commit(): void {
    const text = this.draft;
    this.hide();
    if (!text) return;
    this.entry.value = "";
    this.add(parseAddresses(text));
  }

  private renderChip(one: Person): TemplateResult {
    const name = `${one.first} ${one.last}`.trim();
    const words = name || one.email;
    return html`<li class="chip ${one.fault ? "bad" : ""}" data-email=${one.email}>
      <button type="button" class="words" title=${one.fault ? faultText(one) : one.email}
        aria-label=${invite(one.fault ? "people.edit.bad" : "people.edit", { who: words })}
        @click=${() => this.edit(one)}>
        ${one.fault ? icon("warning") : nothing}<span>${words}</span>
      </button>
      ${one.isInvited ? html`<span class="again">${invite("people.again")}</span>` : nothing}
      <button type="button" class="drop" aria-label=${invite("people.remove", { who: words })}
        @click=${() => this.drop(one)}>${icon("close")}</button>
    </li>`;
  }

  private renderFound(): TemplateResult {
    return html`<ul class="found" id="found" role="listbox" aria-label=${invite("people.known")}
      ?hidden=${this.found.length === 0}>
      ${this.found.map(
        (one, index) => html`<li role="option" id=${`found-${index}`} aria-selected=${index === this.picked}
          @pointerdown=${(event: Event) => {
            event.preventDefault();
            this.take(one);
          }}>
          <span class="avatar tint-${tint(one.email)}" aria-hidden="true">${initials(one.name)}</span>
          <span>${one.name}<small>${one.email}</small></span>
        </li>`,
      )}
    </ul>`;
  }

  private readonly search = debounce(async () => {
    this.#search?.abort();
    const q = this.draft;
    if (q.length < LEAST_LETTERS || q.length > 100) return this.hide();
    const search = (this.#search = new AbortController());
    try {
      const { people } = await api.users(this.entryId, q, search.signal);
      if (search.signal.aborted || this.draft !== q) return;
      const here = new Set(this.people.map((one) => addressKey(one.email)));
      this.found = people.filter((one) => !here.has(addressKey(one.email)));
      this.picked = -1;
      this.said = this.found.length > 0 ? invite("people.matches", { count: this.found.length }) : "";
    } catch {
      // Suggestions are a help; without them one types on.
      this.found = [];
    }
  }, TYPED_MS);

  private typed(): void {
    // Some keyboards give no keys for separators, only the text that came of them.
    if (/[,;\s]$/u.test(this.entry.value) && isPlausible(this.draft.replace(/[,;]+$/u, ""))) this.commit();
    else this.search();
    this.tell(this.people);
  }

  private onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!SEVERAL.test(text.trim())) return;
    event.preventDefault();
    const before = this.draft;
    this.entry.value = "";
    this.hide();
    this.add([...parseAddresses(before), ...parseAddresses(text)]);
  }

  private onBlur(event: FocusEvent): void {
    this.hide();
    // Into the list of those found: the press decides what becomes of what is typed.
    if (event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget)) return;
    this.commit();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing || this.onListKey(event)) return;
    if ((event.key === "," || event.key === ";") && this.draft) {
      event.preventDefault();
      this.commit();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.draft) this.commit();
      else this.dispatchEvent(new Event("go", { bubbles: true, composed: true }));
    } else if (event.key === "Backspace" && !event.repeat && this.entry.value === "") {
      const last = this.people.at(-1);
      if (last) this.drop(last);
    }
  }

  /** Say whether a key was for the list of those found. */
  private onListKey(event: KeyboardEvent): boolean {
    const last = this.found.length - 1;
    if (last < 0) return false;
    if (event.key === "ArrowDown") this.picked = this.picked >= last ? 0 : this.picked + 1;
    else if (event.key === "ArrowUp") this.picked = this.picked <= 0 ? last : this.picked - 1;
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Enter" && this.picked >= 0) this.take(this.found[this.picked]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    });
    return true;
  }

  private readonly hide = (): void => {
    this.#search?.abort();
    this.found = [];
    this.picked = -1;
  };

  private take(one: PersonView | undefined): void {
    if (!one) return;
    this.entry.value = "";
    this.hide();
    this.add([{ email: one.email, ...splitName(one.name) }]);
    this.entry.focus();
  }

  private add(typed: readonly Typed[]): void {
    this.said = invite("people.added", { count: typed.length });
    this.tell(checked([...this.people, ...typed.map((one) => person(one))]));
  }

  private drop(one: Person): void {
    this.said = invite("people.removed", { who: one.email });
    this.tell(checked(this.people.filter((other) => other.key !== one.key)));
    this.entry.focus();
  }

  private edit(one: Person): void {
    this.commit();
    this.tell(checked(this.people.filter((other) => other.key !== one.key)));
    this.entry.value = one.email;
    this.entry.focus();
    this.tell(this.people);
  }

  private tell(people: readonly Person[]): void {
    this.people = people;
    this.dispatchEvent(new PeopleEvent(people));
  }

  private onBox(event: Event): void {
    if (event.composedPath()[0] !== event.currentTarget) return;
    event.preventDefault();
    this.entry.focus();
  }
}
