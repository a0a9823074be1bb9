/** Who has a lasting part in an entry: the list, changing a part, taking it away, adding somebody. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { addressKey } from "../lib/addresses";
import { runQuietly } from "../lib/asking";
import { initials, partName, tint } from "../lib/words";
import type { CollaboratorView, Command, Part, PersonView, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { editing } from "../messages/editing";
import type { ConfirmDialog } from "./confirm-dialog";
import "./confirm-dialog";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import type { UserField } from "./user-field";
import "./user-field";
import own from "./entry-collaborators.css?inline";

const REFRESH_MS = 5_000;
/** What can be given; there is one owner, who stays. */
const PARTS: readonly Part[] = ["co_owner", "co_editor", "co_publisher", "co_viewer"];

/** Dispatches `saved` when one's own part changed. */
@customElement("entry-collaborators")
export class EntryCollaborators extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) accountId: string | null = null;
  @state() private people: readonly CollaboratorView[] | null = null;
  /** Taken out while this is open, with the way back beside them. */
  @state() private removed: readonly CollaboratorView[] = [];
  /** Whose change is on its way. */
  @state() private pending = "";
  @state() private faults: ReadonlyMap<string, string> = new Map();
  @state() private problem: Problem | null = null;
  @state() private newPart: Part = "co_editor";
  @state() private fault = "";
  @state() private said = "";
  @query("user-field") private field!: UserField;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.#timer = setInterval(() => {
      if (document.visibilityState === "visible" && !this.pending) void this.load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`<div class="stack">
        <p class="hint">${editing("people.why")}</p>
        ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
        ${this.people ? this.renderPeople(this.people) : this.problem ? nothing : html`<p class="faint" role="status">${common("loading")}</p>`}
        ${this.renderAdd()}
        <p class="hidden-visually" role="status">${this.said}</p>
      </div>
      <confirm-dialog></confirm-dialog>`;
  }

  private renderPeople(people: readonly CollaboratorView[]): TemplateResult {
    const here = new Set(people.map((one) => one.account_id));
    const gone = this.removed.filter((one) => !here.has(one.account_id));
    return html`<ul role="list">
      ${repeat(people, (one) => one.account_id, (one) => this.renderPerson(one))}
      ${repeat(gone, (one) => one.account_id, (one) => this.renderRemoved(one))}
    </ul>`;
  }

  private renderPerson(one: CollaboratorView): TemplateResult {
    const fault = this.faults.get(one.account_id);
    const isPending = this.pending === one.account_id;
    const name = one.account_id === this.accountId ? editing("people.you", { name: one.name }) : one.name;
    return html`<li data-account=${one.account_id} aria-busy=${isPending}>
      <span class="avatar tint-${tint(one.account_id)}" aria-hidden="true">${initials(one.name)}</span>
      <div class="who grow">
        <p class="name" dir="auto">${name}</p>
        <p class="hint">${one.email}</p>
        ${fault ? html`<p class="fault" role="alert">${fault}</p>` : nothing}
      </div>
      ${one.part === "owner"
        ? html`<span class="badge" title=${editing("part.owner")}>${partName("owner")}</span>`
        : html`<div class="does">
            <select class="input" aria-label=${editing("people.part.of", { name: one.name })} aria-disabled=${isPending}
              title=${partText(one.part)} @change=${(event: Event) => this.change(one, event.target as HTMLSelectElement)}>
              ${PARTS.map((part) => html`<option value=${part} ?selected=${part === one.part} .selected=${part === one.part}>${partName(part)}</option>`)}
            </select>
            <button type="button" class="button quiet icon danger" aria-label=${editing("people.remove", { name: one.name })}
              title=${editing("people.remove", { name: one.name })} aria-disabled=${isPending}
              @click=${() => this.takeOut(one)}>${icon("trash")}</button>
          </div>`}
    </li>`;
  }

  private renderRemoved(one: CollaboratorView): TemplateResult {
    return html`<li class="gone" data-gone=${one.account_id}>
      <p class="grow soft">${editing("people.removed", { name: one.name })}</p>
      <button type="button" class="button small" aria-label=${editing("people.undo", { name: one.name })}
        @click=${() => this.bringBack(one)}>${common("undo")}</button>
    </li>`;
  }

  private renderAdd(): TemplateResult {
    return html`<form class="add" @submit=${this.add}>
      <h4>${editing("people.add")}</h4>
      <div class="pair">
        <user-field .entryId=${this.entryId} fault=${this.fault} @typed=${() => (this.fault = "")}></user-field>
        <div class="field">
          <label for="part">${editing("people.part")}</label>
          <select class="input" id="part" aria-describedby="part-why"
            @change=${(event: Event) => (this.newPart = (event.target as HTMLSelectElement).value as Part)}>
            ${PARTS.map((part) => html`<option value=${part} ?selected=${part === this.newPart}>${partName(part)}</option>`)}
          </select>
        </div>
        <button class="button" aria-disabled=${this.pending === "new"}>${editing("people.go")}</button>
      </div>
      <p class="hint" id="part-why">${partText(this.newPart)}</p>
    </form>`;
  }

  private async load(): Promise<void> {
    try {
      const people = await api.collaborators(this.entryId);
      if (!this.pending) this.people = people;
      this.problem = null;
    } catch (error) {
      // What is on screen is better than an apology for one look that failed.
      if (!this.people) this.problem = api.problemOf(error);
    }
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.pending) return;
    this.pending = "new";
    const person = await this.meant();
    this.pending = "";
    if (!person) return this.field.focus();
    const name = person.name;
    const done = await this.ask("new", given(person, this.newPart), (problem) => (this.fault = problem.sentence));
    if (!done) return this.field.focus();
    this.said = editing("people.added", { name, part: partName(this.newPart) });
    this.field.clear();
    this.field.focus();
  }

  /** Whom the field names: chosen from the list, or known by exactly this address. */
  private async meant(): Promise<PersonView | null> {
    const typed = this.field.typed;
    let found = this.field.chosen;
    if (!found && typed) {
      try {
        const { people } = await api.users(this.entryId, typed, new AbortController().signal);
        const exact = people.filter((one) => addressKey(one.email) === addressKey(typed));
        if (exact.length > 1) return this.refuse(editing("people.several"));
        found = exact[0] ?? null;
      } catch (error) {
        return this.refuse(api.problemOf(error).sentence);
      }
    }
    if (!found) return this.refuse(editing(typed ? "people.unknown" : "people.none"));
    const known = this.people?.some((one) => one.account_id === found.account_id);
    return known ? this.refuse(editing("people.here", { name: found.name })) : found;
  }

  private refuse(fault: string): null {
    this.fault = fault;
    return null;
  }

  private async change(one: CollaboratorView, select: HTMLSelectElement): Promise<void> {
    const part = select.value as Part;
    if (this.pending || part === one.part) return;
    if (one.account_id === this.accountId && part !== "co_owner" && !(await this.isMeant())) {
      select.value = one.part;
      return;
    }
    const done = await this.ask(one.account_id, given(one, part));
    if (done) this.said = editing("people.set", { name: one.name, part: partName(part) });
    else select.value = one.part;
    if (one.account_id === this.accountId) this.dispatchEvent(new Event("saved"));
  }

  private async takeOut(one: CollaboratorView): Promise<void> {
    if (this.pending) return;
    const isOneself = one.account_id === this.accountId;
    if (isOneself && !(await this.isMeant())) return;
    if (!(await this.ask(one.account_id, { type: "remove_collaborator", account_id: one.account_id }))) return;
    if (isOneself) return location.assign("/");
    this.removed = [...this.removed.filter((other) => other.account_id !== one.account_id), one];
    this.said = editing("people.removed", { name: one.name });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-gone="${CSS.escape(one.account_id)}"] button`)?.focus();
  }

  private async bringBack(one: CollaboratorView): Promise<void> {
    if (!(await this.ask(one.account_id, given(one, one.part)))) return;
    this.removed = this.removed.filter((other) => other.account_id !== one.account_id);
    this.said = editing("people.added", { name: one.name, part: partName(one.part) });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-account="${CSS.escape(one.account_id)}"] select`)?.focus();
  }

  /** What cannot be taken back by oneself is asked for twice. */
  private isMeant(): Promise<boolean> {
    return this.confirm.ask({
      heading: editing("people.self"), text: editing("people.self.text"), action: editing("people.self.go"),
    });
  }

  private async ask(accountId: string, command: Command, refused?: (problem: Problem) => void): Promise<boolean> {
    this.pending = accountId;
    const answer = await runQuietly(this, command);
    this.pending = "";
    const faults = new Map(this.faults);
    faults.delete(accountId);
    if (!answer.isDone && refused) refused(answer.problem);
    else if (!answer.isDone) faults.set(accountId, answer.problem.sentence);
    this.faults = faults;
    await this.load();
    return answer.isDone;
  }
}

const given = (person: PersonView | CollaboratorView, part: Part): Command => ({
  type: "set_collaborator", account_id: person.account_id, name: person.name, email: person.email, part,
});

/** What somebody with this part may do, in plain words. */
const partText = (part: Part): string => editing(`part.${part}`);
