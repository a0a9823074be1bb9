/** Invite one person: typing an address searches known users and fills in the rest. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { debounce } from "../lib/debounce";
import type { EntryKind, InvitationType, PersonView } from "../lib/protocol";
import { choiceFields, inviteCommand, InviteEvent, readChoice } from "./invite-choice";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

const TYPED_MS = 180;
const LEAST_LETTERS = 2;

@customElement("invite-one")
export class InviteOne extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) types: readonly InvitationType[] = [];
  @property({ attribute: false }) kind: EntryKind = "room";
  @property({ attribute: false }) isBusy = false;
  @state() private found: readonly PersonView[] = [];
  @state() private picked = -1;
  @query("form") private form!: HTMLFormElement;
  @query("#email") private email!: HTMLInputElement;
  #search: AbortController | null = null;

  protected override render(): TemplateResult {
    return html`<form class="stack" @submit=${this.submit}>
      <div class="field who">
        <label for="email">E-mail</label>
        <input class="input" id="email" name="email" type="email" required maxlength="254"
          autocomplete="off" role="combobox" aria-autocomplete="list" aria-controls="found"
          aria-expanded=${this.found.length > 0}
          aria-activedescendant=${this.picked >= 0 ? `found-${this.picked}` : nothing}
          @input=${this.typed} @keydown=${this.onKey} @blur=${this.hide} />
        ${this.renderFound()}
        <span class="hidden-visually" role="status">
          ${this.found.length > 0 ? `${this.found.length} known users match` : ""}
        </span>
      </div>
      <div class="pair">
        <div class="field">
          <label for="first">First name</label>
          <input class="input" id="first" name="first" maxlength="120" autocomplete="off" />
        </div>
        <div class="field">
          <label for="last">Last name</label>
          <input class="input" id="last" name="last" maxlength="120" autocomplete="off" />
        </div>
      </div>
      ${choiceFields(this.types, this.kind)}
      <button class="button primary" ?disabled=${this.isBusy}>
        ${this.isBusy ? "One moment…" : "Generate invite link"}
      </button>
    </form>`;
  }

  /** The address is what people come here to type. */
  override focus(): void {
    void this.updateComplete.then(() => this.email.focus());
  }

  private renderFound(): TemplateResult | typeof nothing {
    if (this.found.length === 0) return nothing;
    return html`<ul class="found" id="found" role="listbox" aria-label="Known users">
      ${this.found.map(
        (person, index) => html`<li role="option" id=${`found-${index}`}
          aria-selected=${index === this.picked}
          @pointerdown=${(event: Event) => {
            event.preventDefault();
            this.take(person);
          }}>${person.name}<small>${person.email}</small></li>`,
      )}
    </ul>`;
  }

  private readonly search = debounce(async () => {
    this.#search?.abort();
    const q = this.email.value.trim();
    if (q.length < LEAST_LETTERS) return this.hide();
    const search = (this.#search = new AbortController());
    try {
      const { people } = await api.users(this.entryId, q, search.signal);
      if (search.signal.aborted) return;
      this.found = people;
      this.picked = -1;
    } catch {
      // Suggestions are a help; without them one types on.
      this.found = [];
    }
  }, TYPED_MS);

  private readonly typed = (): void => this.search();

  private readonly hide = (): void => {
    this.#search?.abort();
    this.found = [];
    this.picked = -1;
  };

  private onKey(event: KeyboardEvent): void {
    const last = this.found.length - 1;
    if (last < 0) return;
    if (event.key === "ArrowDown") this.picked = this.picked >= last ? 0 : this.picked + 1;
    else if (event.key === "ArrowUp") this.picked = this.picked <= 0 ? last : this.picked - 1;
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Enter" && this.picked >= 0) this.take(this.found[this.picked]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private take(person: PersonView | undefined): void {
    if (!person) return;
    const { first, last } = splitName(person.name);
    this.email.value = person.email;
    (this.form.elements.namedItem("first") as HTMLInputElement).value = first;
    (this.form.elements.namedItem("last") as HTMLInputElement).value = last;
    this.hide();
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    this.hide();
    const form = new FormData(this.form);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    const invitee = { email: text("email"), first_name: text("first"), last_name: text("last") };
    this.dispatchEvent(new InviteEvent(inviteCommand([invitee], readChoice(form))));
  }
}

/** A whole name as two fields: what stands before the last space, and what stands after it. */
export function splitName(name: string): { first: string; last: string } {
  const at = name.trim().lastIndexOf(" ");
  if (at < 0) return { first: name.trim(), last: "" };
  return { first: name.trim().slice(0, at).trim(), last: name.trim().slice(at + 1) };
}
