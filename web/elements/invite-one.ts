/** Invite people by typing: their addresses, and what they are called. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { good, MOST_NAME_CHARS, type Person } from "../lib/invitees";
import { invite } from "../messages/invite";
import { PeopleEvent, type PeopleField } from "./people-field";
import "./people-field";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

/** More names than this are folded away until they are asked for. */
const NAMES_OPEN = 4;

/** Dispatches `people`, and `go`. */
@customElement("invite-one")
export class InviteOne extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) people: readonly Person[] = [];
  /** A name typed before there is an address. */
  @state() private early = { first: "", last: "" };
  @query("people-field") private field!: PeopleField;

  protected override render(): TemplateResult {
    const people = good(this.people);
    return html`<div class="stack">
      <people-field .entryId=${this.entryId} .people=${this.people} @people=${this.onPeople}></people-field>
      ${people.length > 1 ? this.renderNames(people) : this.renderName(people[0])}
    </div>`;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.field.focus());
  }

  /** Take in what is typed and no chip yet. */
  commit(): void {
    this.field.commit();
  }

  get draft(): string {
    return this.field?.draft ?? "";
  }

  private renderName(one: Person | undefined): TemplateResult {
    const { first, last } = one ?? this.early;
    return html`<div class="pair" @keydown=${this.onKey}>
      <div class="field">
        <label for="first">${invite("first_name")}</label>
        <input class="input" id="first" maxlength=${MOST_NAME_CHARS} autocomplete="off" .value=${first}
          @input=${(event: Event) => this.named(one, { first: valueOf(event) })} />
      </div>
      <div class="field">
        <label for="last">${invite("last_name")}</label>
        <input class="input" id="last" maxlength=${MOST_NAME_CHARS} autocomplete="off" .value=${last}
          @input=${(event: Event) => this.named(one, { last: valueOf(event) })} />
      </div>
    </div>`;
  }

  private renderNames(people: readonly Person[]): TemplateResult {
    return html`<details class="names" ?open=${people.length <= NAMES_OPEN}>
      <summary>${invite("names", { count: people.length })}</summary>
      <ul role="list" @keydown=${this.onKey}>
        ${repeat(people, (one) => one.key, (one) => html`<li>
          <span class="label">${one.email}
            ${one.isInvited ? html`<span class="badge">${invite("people.again")}</span>` : nothing}</span>
          <input class="input" maxlength=${MOST_NAME_CHARS} autocomplete="off" .value=${one.first}
            aria-label=${invite("first_name.of", { who: one.email })} placeholder=${invite("first_name")}
            @input=${(event: Event) => this.named(one, { first: valueOf(event) })} />
          <input class="input" maxlength=${MOST_NAME_CHARS} autocomplete="off" .value=${one.last}
            aria-label=${invite("last_name.of", { who: one.email })} placeholder=${invite("last_name")}
            @input=${(event: Event) => this.named(one, { last: valueOf(event) })} />
        </li>`)}
      </ul>
    </details>`;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.dispatchEvent(new Event("go", { bubbles: true, composed: true }));
  }

  private named(one: Person | undefined, change: { first?: string; last?: string }): void {
    if (!one) {
      this.early = { ...this.early, ...change };
      return;
    }
    this.tell(this.people.map((other) => (other.key === one.key ? { ...other, ...change } : other)));
  }

  private onPeople(event: PeopleEvent): void {
    event.stopPropagation();
    const { first, last } = this.early;
    const [one, ...others] = event.people;
    if (one && others.length === 0 && (first || last)) {
      this.early = { first: "", last: "" };
      this.tell([one.first || one.last ? one : { ...one, first, last }]);
    } else this.tell(event.people);
  }

  private tell(people: readonly Person[]): void {
    this.people = people;
    this.dispatchEvent(new PeopleEvent(people));
  }
}

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value;
