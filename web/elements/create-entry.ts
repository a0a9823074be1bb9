/** *Create*: what kind of thing it is, in plain words, and the little that has to be known of it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { faultsOf, fieldOf, type Faults } from "../lib/entry-checks";
import { FIELDS, type Field, type FieldName, type Values } from "../lib/entry-fields";
import { isLive } from "../lib/ranks";
import { newId } from "../lib/socket";
import { fromLocalInput } from "../lib/timing";
import { kindName } from "../lib/words";
import type { EntryKind, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { editing } from "../messages/editing";
import type { ConfirmDialog } from "./confirm-dialog";
import "./confirm-dialog";
import type { EntryField, FieldEvent } from "./entry-field";
import "./entry-field";
import { icon } from "./icons";
import { KIND_ICONS } from "./kind-icons";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./create-entry.css?inline";

const LIVE: readonly EntryKind[] = ["live_event", "room", "channel_room", "gallery_room"];
const LASTING: readonly EntryKind[] = ["video", "document", "quiz"];

@customElement("create-entry")
export class CreateEntry extends UsherElement {
  static override styles = sheets(own);

  @state() private isOpen = false;
  @state() private isBusy = false;
  @state() private kind: EntryKind = "live_event";
  @state() private values: Values = {};
  @state() private faults: Faults = new Map();
  @state() private problem: Problem | null = null;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  /** Sent with every try: pressing twice, or again after a lost answer, makes one entry. */
  #commandId = "";
  #sent = "";

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${editing("create.title")} .mayClose=${this.mayClose}
        @closed=${() => (this.isOpen = false)}>
        ${this.isOpen ? this.renderForm() : nothing}
      </modal-dialog>
      <confirm-dialog></confirm-dialog>`;
  }

  async open(): Promise<void> {
    this.kind = "live_event";
    this.values = {};
    this.faults = new Map();
    this.problem = null;
    this.isBusy = false;
    this.#sent = "";
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
    this.renderRoot.querySelector<HTMLElement>("input[type=radio]:checked")?.focus();
  }

  private renderForm(): TemplateResult {
    return html`<form class="stack" id="form" novalidate @submit=${this.submit} @field=${this.onField}>
        <fieldset class="field">
          <legend>${editing("create.kind")}</legend>
          <p class="label group" aria-hidden="true">${editing("create.live")}</p>
          <div class="cards">${LIVE.map((kind) => this.renderKind(kind))}</div>
          <p class="label group" aria-hidden="true">${editing("create.stays")}</p>
          <div class="cards three">${LASTING.map((kind) => this.renderKind(kind))}</div>
        </fieldset>
        ${this.renderField("name", "")}
        ${this.renderField("description", "")}
        ${isLive(this.kind) ? this.renderTime() : this.renderAddress()}
        ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      </form>
      <button slot="foot" type="button" class="button" @click=${() => this.dialog.leave()}>${common("cancel")}</button>
      <button slot="foot" type="submit" form="form" class="button primary" aria-disabled=${this.isBusy}
        @click=${this.onGo}>${editing(this.isBusy ? "create.busy" : "create.go")}</button>`;
  }

  private renderKind(kind: EntryKind): TemplateResult {
    return html`<label class="kind">
      <input type="radio" name="kind" value=${kind} .checked=${this.kind === kind}
        aria-labelledby=${`kind-${kind}`} aria-describedby=${`about-${kind}`} @change=${() => (this.kind = kind)} />
      <span class="mark" aria-hidden="true">${icon(KIND_ICONS[kind])}</span>
      <span class="label" id=${`kind-${kind}`}>${kindName(kind)}</span>
      <span class="hint" id=${`about-${kind}`}>${editing(`kind.${kind}`)}</span>
    </label>`;
  }

  private renderTime(): TemplateResult {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return html`<div class="field">
      <div class="pair">${this.renderField("starts_at", "")}${this.renderField("ends_at", "")}</div>
      <p class="hint">${editing("create.time")} ${editing("zone", { zone })}</p>
    </div>`;
  }

  private renderAddress(): TemplateResult {
    return this.renderField("content_url", editing(this.kind === "quiz" ? "create.later.quiz" : "create.later"));
  }

  private renderField(name: FieldName & ("name" | "description" | "content_url" | "starts_at" | "ends_at"), why: string): TemplateResult {
    const label = name === "name" ? editing("name") : editing("create.optional", { label: editing(name) });
    return html`<entry-field data-field=${name} .field=${fieldNamed(name)} .value=${this.values[name] ?? ""}
      label=${label} why=${why} fault=${this.faults.get(name) ?? ""}
      placeholder=${name === "content_url" ? "https://" : ""}></entry-field>`;
  }

  private onField(event: FieldEvent): void {
    this.values = { ...this.values, [event.name]: event.value };
    // What was at fault is looked at with every letter; what is being typed is left in peace.
    const still = [...this.faults.keys()];
    if (still.length > 0) this.faults = faultsOf(this.values, still);
  }

  /** What is asked of this kind of entry. */
  private get names(): FieldName[] {
    return ["name", "description", ...(isLive(this.kind) ? (["starts_at", "ends_at"] as const) : (["content_url"] as const))];
  }

  private readonly mayClose = (): boolean | Promise<boolean> => {
    if (this.isBusy) return false;
    if (!Object.values(this.values).some(Boolean)) return true;
    return this.confirm.ask({
      heading: editing("create.drop"), text: editing("create.drop.text"), action: editing("drop"),
    });
  };

  private onGo(event: Event): void {
    if (this.isBusy) event.preventDefault();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.isBusy) return;
    this.problem = null;
    this.faults = faultsOf(this.values, this.names);
    if (this.faults.size > 0) return this.focusFault();
    const text = (name: FieldName): string => String(this.values[name] ?? "").trim();
    const body = {
      kind: this.kind,
      name: text("name"),
      description: text("description"),
      ...(isLive(this.kind)
        ? { starts_at: fromLocalInput(text("starts_at")), ends_at: fromLocalInput(text("ends_at")) }
        : { content_url: text("content_url") }),
    };
    const sent = JSON.stringify(body);
    if (sent !== this.#sent) this.#commandId = newId();
    this.#sent = sent;
    this.isBusy = true;
    try {
      const done = await api.createEntry(body, this.#commandId);
      location.assign(`/e/${String(done.result?.entry_id)}`);
    } catch (error) {
      this.refused(api.problemOf(error));
    }
  }

  private refused(problem: Problem): void {
    this.isBusy = false;
    const name = fieldOf(problem);
    if (!name || !this.names.includes(name)) {
      this.problem = problem;
      return;
    }
    this.faults = new Map([[name, faultsOf(this.values, [name]).get(name) ?? editing("fault.refused")]]);
    void this.focusFault();
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const first = this.names.find((name) => this.faults.has(name));
    this.renderRoot.querySelector<EntryField>(`[data-field=${first}]`)?.focus();
  }
}

function fieldNamed(name: FieldName): Field {
  return FIELDS.get(name) ?? { name, kind: "line" };
}
