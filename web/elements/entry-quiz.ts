/**
 * The quiz of an entry: to take it, and for those who manage it to write it and to read the
 * attempts. Dispatches `found` with whether there is one; where there is none, what is slotted in
 * is shown: a quiz of another site.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { problemOf } from "../lib/api";
import * as api from "../lib/quiz-api";
import { common } from "../messages/common";
import { quiz as say } from "../messages/quiz";
import type { EntryView, Problem, Quiz, QuizSheet } from "../lib/protocol";
import "./quiz-player";
import type { QuizEditor } from "./quiz-editor";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-quiz.css?inline";

type Tab = "preview" | "edit" | "attempts";
type Has = "looking" | "none" | "quiz";

@customElement("entry-quiz")
export class EntryQuiz extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entry!: EntryView;
  @state() private has: Has = "looking";
  @state() private sheet: QuizSheet | null = null;
  @state() private tab: Tab = "preview";
  /** What the editor holds at the moment, saved or not. */
  @state() private tried: Quiz | null = null;
  @state() private attempts = 0;
  @state() private problem: Problem | null = null;
  @query("quiz-editor") private editor!: QuizEditor | null;
  #entryId = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    // The page reads the entry again now and then; only another one is news here.
    if (!changed.has("entry") || this.entry.entry_id === this.#entryId) return;
    this.#entryId = this.entry.entry_id;
    void this.load();
  }

  private get mayEdit(): boolean {
    return this.entry.rights.includes("edit_entry");
  }

  private get mayRead(): boolean {
    return this.mayEdit || this.entry.rights.includes("export");
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("has") || this.has === "looking") return;
    this.dispatchEvent(new CustomEvent("found", { detail: this.has === "quiz" }));
  }

  protected override render(): TemplateResult {
    if (this.problem) {
      return html`<p class="problem" role="alert">${this.problem.sentence}</p>
        <button type="button" class="button" @click=${this.load}>${common("try_again")}</button>`;
    }
    if (this.has === "looking") return html`<p class="loading" role="status">${common("loading")}</p>`;
    if (this.sheet) return this.renderManaged(this.sheet);
    return this.has === "quiz"
      ? html`<quiz-player entry-id=${this.entry.entry_id}></quiz-player>`
      : html`<slot></slot>`;
  }

  private renderManaged(sheet: QuizSheet): TemplateResult {
    const tabs: Tab[] = this.mayEdit ? ["preview", "edit", "attempts"] : ["preview", "attempts"];
    return html`
      <div class="tabs" role="tablist" aria-label=${say("views")} @keydown=${this.walk}>
        ${tabs.map((tab) => html`<button type="button" role="tab" id="tab-${tab}"
          aria-selected=${tab === this.tab ? "true" : "false"} aria-controls="panel"
          tabindex=${tab === this.tab ? 0 : -1} @click=${() => this.show(tab)}>${this.nameOf(tab)}</button>`)}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby="tab-${this.tab}">
        ${this.tab === "preview" ? this.renderPreview(sheet) : nothing}
        ${this.mayEdit
          ? html`<quiz-editor entry-id=${this.entry.entry_id} .sheet=${sheet} ?hidden=${this.tab !== "edit"}
              .isElsewhere=${Boolean(this.entry.content_url)} @saved=${this.load}></quiz-editor>`
          : nothing}
        ${this.tab === "attempts"
          ? html`<quiz-attempts entry-id=${this.entry.entry_id} .sheet=${sheet}
              @counted=${(event: CustomEvent<number>) => (this.attempts = event.detail)}></quiz-attempts>`
          : nothing}
      </div>
    `;
  }

  private renderPreview(sheet: QuizSheet): TemplateResult {
    const quiz = this.tried ?? sheet.quiz;
    if (quiz.questions.length > 0) return html`<quiz-player .preview=${quiz}></quiz-player>`;
    if (this.entry.content_url) return html`<slot></slot>`;
    return html`<p class="empty">${say("none.preview")}</p>`;
  }

  private nameOf(tab: Tab): string {
    if (tab === "attempts" && this.attempts) return say("view.attempts.count", { count: this.attempts });
    return say(`view.${tab}`);
  }

  private show(tab: Tab): void {
    if (tab === "preview") this.tried = this.editor?.current ?? null;
    this.tab = tab;
  }

  /** Arrows walk along the tabs, as everywhere. */
  private walk(event: KeyboardEvent): void {
    const tabs = [...this.renderRoot.querySelectorAll<HTMLElement>("[role=tab]")];
    const at = tabs.indexOf(event.target as HTMLElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const isReversed = getComputedStyle(this).direction === "rtl";
    let to: HTMLElement | undefined;
    if (step) to = tabs[(at + (isReversed ? -step : step) + tabs.length) % tabs.length];
    else if (event.key === "Home") to = tabs[0];
    else if (event.key === "End") to = tabs.at(-1);
    if (!to) return;
    event.preventDefault();
    to.click();
    to.focus();
  }

  private readonly load = async (): Promise<void> => {
    const isFirst = this.has === "looking";
    this.problem = null;
    try {
      if (this.mayRead) {
        const [sheet] = await Promise.all([
          api.sheet(this.entry.entry_id), import("./quiz-editor"), import("./quiz-attempts"),
        ]);
        this.sheet = sheet;
        this.has = sheet.quiz.questions.length > 0 ? "quiz" : "none";
        if (isFirst) await this.first();
      } else {
        await api.quiz(this.entry.entry_id);
        this.has = "quiz";
      }
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === "not_found") this.has = "none";
      else this.problem = problem;
    }
  };

  /** Begin where there is something to do: with writing, while there is no quiz. */
  private async first(): Promise<void> {
    if (this.has === "none" && this.mayEdit && !this.entry.content_url) this.tab = "edit";
    const { total } = await api.summary(this.entry.entry_id, { origin: "", link: "", q: "" }).catch(() => ({ total: 0 }));
    this.attempts = total;
  }
}
