/**
 * *Edit…*: everything that can be set about an entry, in sections. Others may edit at the same
 * time: what they change comes in while the window is open, and never over what is typed here.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { runQuietly, tell } from "../lib/asking";
import { faultsOf, fieldOf, spanText, type Faults } from "../lib/entry-checks";
import * as drafts from "../lib/entry-draft";
import type { Draft } from "../lib/entry-draft";
import { FIELDS, sectionsFor, type Field, type FieldName, type Section, type Value } from "../lib/entry-fields";
import { number } from "../lib/language";
import { moment, fromLocalInput } from "../lib/timing";
import { modeName } from "../lib/words";
import type { Command, EntryView, Problem, StageMode } from "../lib/protocol";
import { common } from "../messages/common";
import { editing } from "../messages/editing";
import type { ConfirmDialog } from "./confirm-dialog";
import "./confirm-dialog";
import "./entry-collaborators";
import type { EntryField, FieldEvent } from "./entry-field";
import "./entry-field";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-settings.css?inline";

/** Dispatches `saved` when something was. */
@customElement("entry-settings")
export class EntrySettings extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entry!: EntryView;
  /** Who looks at this, to be warned before they shut themselves out. */
  @property({ attribute: false }) accountId: string | null = null;
  @state() private draft: Draft | null = null;
  @state() private faults: Faults = new Map();
  @state() private problem: Problem | null = null;
  @state() private isBusy = false;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("confirm-dialog") private confirm!: ConfirmDialog;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("beforeunload", this.holdUp);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // While saving, what comes in may be from before or after; the next look tells.
    const may = this.draft && !this.isBusy && this.entry.settings;
    if (changed.has("entry") && this.draft && may) this.draft = drafts.merge(this.draft, this.entry);
  }

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${editing("heading")} .mayClose=${this.mayClose} @closed=${this.onClosed}>
        ${this.draft ? this.renderBody(this.draft) : nothing}
      </modal-dialog>
      <confirm-dialog></confirm-dialog>`;
  }

  async open(): Promise<void> {
    this.problem = null;
    this.faults = new Map();
    this.draft = drafts.begin(this.entry);
    addEventListener("beforeunload", this.holdUp);
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderBody(draft: Draft): TemplateResult {
    const sections = sectionsFor(this.entry.kind, drafts.shown(draft));
    const mayShare = this.entry.rights.includes("manage_collaborators");
    const names = [...sections.map((section) => section.name), ...(mayShare ? (["people"] as const) : [])];
    return html`<nav aria-label=${editing("sections")}>
        ${names.map(
          (name) => html`<button type="button" class="button small" @click=${() => this.jump(name)}>${editing(`section.${name}`)}</button>`,
        )}
      </nav>
      ${this.entry.settings ? nothing : html`<p class="problem" role="alert">${editing("gone")}</p>`}
      <form id="form" novalidate @submit=${this.submit} @field=${this.onField}>
        ${sections.map((section) => this.renderSection(section, draft))}
      </form>
      ${mayShare
        ? html`<section>
            <h3 id="section-people" tabindex="-1">${editing("section.people")}</h3>
            <entry-collaborators .entryId=${this.entry.entry_id} .accountId=${this.accountId}
              .kind=${this.entry.kind} @saved=${() => this.dispatchEvent(new Event("saved"))}></entry-collaborators>
          </section>`
        : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      <span slot="foot" class="state grow ${this.faults.size > 0 ? "bad" : ""}" role="status">${this.stateText(draft)}</span>
      <button slot="foot" type="button" class="button" @click=${() => this.dialog.leave()}>${common("cancel")}</button>
      <button slot="foot" type="submit" form="form" class="button primary" aria-disabled=${this.isBusy || !this.entry.settings}
        >${common("save")}</button>`;
  }

  private stateText(draft: Draft): string {
    if (this.isBusy) return editing("state.busy");
    if (this.faults.size > 0) return editing("state.faults", { count: this.faults.size });
    const count = drafts.changed(draft).length;
    return count > 0 ? editing("state.dirty", { count }) : editing("state.clean");
  }

  private renderSection({ name, fields }: Section, draft: Draft): TemplateResult {
    return html`<section>
      <h3 id=${`section-${name}`} tabindex="-1">${editing(`section.${name}`)}</h3>
      <div class="fields">${fields.map((field) => this.renderField(field, draft))}</div>
    </section>`;
  }

  private renderField(field: Field, draft: Draft): TemplateResult {
    const { name } = field;
    const isClash = draft.clashes.has(name);
    return html`<entry-field class="of-${field.kind}" data-field=${name} .field=${field} .value=${drafts.shown(draft)[name] ?? null}
      label=${editing(name)} why=${whyText(name)} fault=${this.faults.get(name) ?? ""}
      placeholder=${name === "captions" ? editing("captions.example") : name === "content_url" ? "https://" : ""}
      .options=${optionsOf(field)} ?isClash=${isClash}
      note=${isClash ? clashText(field, draft.base[name] ?? null) : draft.news.has(name) ? editing("changed") : ""}
      @adopt=${() => this.adopt(name)}></entry-field>`;
  }

  private jump(name: Section["name"] | "people"): void {
    const heading = this.renderRoot.querySelector<HTMLElement>(`#section-${name}`);
    heading?.scrollIntoView({ block: "start" });
    heading?.focus({ preventScroll: true });
  }

  private onField(event: FieldEvent): void {
    if (!this.draft) return;
    this.draft = drafts.edit(this.draft, event.name, event.value);
    // What was at fault is looked at with every letter; what is being typed is left in peace.
    if (this.faults.size > 0) this.faults = faultsOf(drafts.shown(this.draft), [...this.faults.keys()]);
  }

  private adopt(name: FieldName): void {
    if (this.draft) this.draft = drafts.adopt(this.draft, name);
    this.renderRoot.querySelector<EntryField>(`[data-field=${name}]`)?.focus();
  }

  private readonly mayClose = (): boolean | Promise<boolean> => {
    if (this.isBusy) return false;
    const count = this.draft ? drafts.changed(this.draft).length : 0;
    if (count === 0) return true;
    return this.confirm.ask({
      heading: editing("discard"), text: editing("discard.text", { count }), action: editing("drop"),
    });
  };

  /** The browser asks in its own words before it leaves the page. */
  private readonly holdUp = (event: BeforeUnloadEvent): void => {
    if (this.draft && drafts.changed(this.draft).length > 0) event.preventDefault();
  };

  private onClosed(event: Event): void {
    if (event.target !== this.dialog) return;
    this.draft = null;
    removeEventListener("beforeunload", this.holdUp);
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.isBusy || !this.draft || !this.entry.settings) return;
    this.problem = null;
    let draft = this.withoutHidden(this.draft);
    this.faults = faultsOf(drafts.shown(draft), this.doubtful(draft));
    if (this.faults.size > 0) return this.focusFault();
    this.isBusy = true;
    const facts = drafts.factsCommand(draft);
    const settings = drafts.settingsCommand(draft, this.entry.settings);
    const wasChanged = Boolean(facts ?? settings);
    for (const command of [facts, settings]) {
      if (!command) continue;
      if (!(await this.carried(command))) break;
      draft = drafts.saved(draft, drafts.changed(draft).filter((name) => drafts.isFact(name) === (command === facts)));
    }
    this.isBusy = false;
    this.draft = draft;
    if (wasChanged) this.dispatchEvent(new Event("saved"));
    if (this.problem || this.faults.size > 0) return this.focusFault();
    this.dialog.close();
    if (wasChanged) tell(this, { text: editing("saved") });
  }

  private async carried(command: Command): Promise<boolean> {
    const answer = await runQuietly(this, command);
    if (answer.isDone) return true;
    const name = fieldOf(answer.problem);
    if (name) this.faults = new Map([[name, editing("fault.refused")]]);
    else this.problem = answer.problem;
    return false;
  }

  /** What is not shown any more is not meant any more. */
  private withoutHidden(draft: Draft): Draft {
    const visible = new Set(sectionsFor(this.entry.kind, drafts.shown(draft)).flatMap(({ fields }) => fields.map((one) => one.name)));
    return drafts.changed(draft).filter((name) => !visible.has(name)).reduce(drafts.adopt, draft);
  }

  /** An end may be wrong because of a new start. */
  private doubtful(draft: Draft): FieldName[] {
    const names = new Set(drafts.changed(draft));
    if (names.has("starts_at")) names.add("ends_at");
    return [...FIELDS.keys()].filter((name) => names.has(name));
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const first = [...FIELDS.keys()].find((name) => this.faults.has(name));
    if (first) this.renderRoot.querySelector<EntryField>(`[data-field=${first}]`)?.focus();
  }
}

/** What a field is for, in one sentence. */
function whyText(name: FieldName): string {
  if (name === "starts_at") return editing("zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  return editing(`${name}.why`);
}

/** What the options of a choice are called. */
function optionsOf({ name, options = [] }: Field): Record<string, string> {
  return Object.fromEntries(options.map((option) => [option, optionText(name, option)]));
}

function optionText(name: FieldName, option: string): string {
  if (name === "stage_mode") return modeName(option as StageMode);
  const key = `${name}.${option}`;
  return editing.has(key) ? editing(key) : option;
}

/** What somebody else put here, as it reads in the field. */
function clashText(field: Field, value: Value): string {
  const text = valueText(field, value);
  return text ? editing("clash", { value: text }) : editing("clash.empty");
}

function valueText(field: Field, value: Value): string {
  switch (field.kind) {
    case "switch":
      return editing(value === true ? "value.on" : "value.off");
    case "choice":
      return optionText(field.name, String(value));
    case "count":
      return number(Number(value));
    case "span":
      return spanText(Number(value));
    case "moment": {
      const at = fromLocalInput(String(value ?? ""));
      return at === null ? "" : moment(at);
    }
    default:
      return shortened(String(value ?? ""));
  }
}

const SHORT = 80;
const shortened = (text: string): string => (text.length > SHORT ? `${text.slice(0, SHORT)}…` : text);
