/**
 * Writing a quiz. Nothing is sent before *Save quiz*; until then it is kept on the device.
 * Dispatches `saved`.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { runQuietly, tell } from "../lib/asking";
import * as api from "../lib/quiz-api";
import { draftOf, dropDraft, keepDraft } from "../lib/quiz-drafts";
import {
  faultsOf, freshId, isSameQuiz, KINDS, MAX_QUESTIONS, moved, NEW_SETTINGS, newQuestion, tidied,
} from "../lib/quiz-editing";
import { common } from "../messages/common";
import { quiz as say } from "../messages/quiz";
import type { Problem, Question, QuestionKind, Quiz, QuizSheet } from "../lib/protocol";
import { icon } from "./icons";
import "./quiz-editor-question";
import type { QuestionEvent, QuizEditorQuestion } from "./quiz-editor-question";
import "./quiz-editor-settings";
import type { SettingsEvent } from "./quiz-editor-settings";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-editor.css?inline";

interface EditorDraft {
  revision: number;
  quiz: Quiz;
}

const EMPTY: Quiz = { questions: [], settings: NEW_SETTINGS };

@customElement("quiz-editor")
export class QuizEditor extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  /** As the server had it last. */
  @property({ attribute: false }) sheet!: QuizSheet;
  /** Takers see a quiz of another site until there is one here. */
  @property({ type: Boolean }) isElsewhere = false;
  /** What stands in the editor now. */
  @state() current: Quiz = EMPTY;
  @state() private open = "";
  @state() private dragged = "";
  @state() private problem: Problem | null = null;
  @state() private showsFaults = false;
  @state() private isBusy = false;
  @query(".announced") private announced!: HTMLElement;
  #base: QuizSheet | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("beforeunload", this.warn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("beforeunload", this.warn);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("sheet") || this.#base?.revision === this.sheet.revision) return;
    // What was typed while a save was under way stays.
    if (this.#base && this.isChanged && !isSameQuiz(this.current, this.sheet.quiz)) return;
    const isFirst = this.#base === null;
    this.take(this.sheet);
    if (isFirst) this.restore();
  }

  private take(sheet: QuizSheet): void {
    this.#base = sheet;
    this.current = sheet.quiz;
    this.problem = null;
    this.showsFaults = false;
  }

  private restore(): void {
    const draft = draftOf<EditorDraft>(this.draftName);
    if (!draft || draft.revision !== this.sheet.revision || isSameQuiz(draft.quiz, this.sheet.quiz)) return;
    this.current = draft.quiz;
    const discard = (): void => {
      dropDraft(this.draftName);
      this.take(this.#base ?? this.sheet);
    };
    tell(this, { text: say("edit.restored"), action: { label: say("edit.discard"), run: discard } });
  }

  private get draftName(): string {
    return `${this.entryId}.editor`;
  }

  private get isChanged(): boolean {
    return !isSameQuiz(this.current, this.#base?.quiz ?? EMPTY);
  }

  protected override render(): TemplateResult {
    const { questions, settings } = this.current;
    const isNew = (this.#base?.quiz.questions.length ?? 0) === 0;
    return html`
      ${isNew && this.isElsewhere ? html`<p class="note">${say("none.elsewhere")}</p>` : nothing}
      ${isNew && !this.isElsewhere ? html`<p class="note">${say("none.editor")}</p>` : nothing}
      <section aria-labelledby="questions">
        <h2 id="questions">${say("edit")}</h2>
        <ol role="list">${repeat(questions, (one) => one.id, (one, place) => this.renderQuestion(one, place))}</ol>
        ${this.renderAdd(questions.length)}
      </section>
      <quiz-editor-settings .settings=${settings}
        @settings=${(event: SettingsEvent) => this.change({ settings: event.settings })}></quiz-editor-settings>
      ${this.renderFoot(questions)}
      <p class="announced hidden-visually" role="status"></p>
    `;
  }

  private renderQuestion(question: Question, place: number): TemplateResult {
    return html`<li class=${question.id === this.dragged ? "dragged" : ""}
      @dragover=${(event: DragEvent) => this.dragOver(event, place)} @drop=${this.drop}>
      <quiz-editor-question .question=${question} .number=${place + 1} .total=${this.current.questions.length}
        .isOpen=${this.open === question.id} .showsFaults=${this.showsFaults}
        @question=${(event: QuestionEvent) => this.put(place, event.question)}
        @opened=${() => (this.open = question.id)} @closed=${() => (this.open = "")}
        @up=${() => this.move(place, place - 1)} @down=${() => this.move(place, place + 1)}
        @duplicate=${() => this.duplicate(place)} @remove=${() => this.removeAt(place)}
        @dragged=${() => (this.dragged = question.id)} @dropped=${() => (this.dragged = "")}
      ></quiz-editor-question>
    </li>`;
  }

  private renderAdd(count: number): TemplateResult {
    if (count >= MAX_QUESTIONS) return html`<p class="hint">${say("edit.full", { count: MAX_QUESTIONS })}</p>`;
    return html`<div class="add" role="group" aria-label=${say("edit.add")}>
      <p class="label">${say("edit.add")}</p>
      ${KINDS.map((kind) => html`<button type="button" class="button" data-kind=${kind}
        @click=${() => this.add(kind)}>${icon("plus")}${say(`kind.${kind}`)}</button>`)}
    </div>`;
  }

  private renderFoot(questions: readonly Question[]): TemplateResult {
    const faulty = this.showsFaults ? questions.filter((one) => faultsOf(one).length > 0).length : 0;
    const isRetaken = Boolean(this.#base?.is_taken) &&
      JSON.stringify(tidied(this.current).questions) !== JSON.stringify(tidied(this.#base?.quiz ?? EMPTY).questions);
    return html`<div class="foot">
      ${isRetaken ? html`<p class="note">${say("edit.taken")}</p>` : nothing}
      ${faulty ? html`<p class="problem" role="alert">${say("edit.faults", { count: faulty })}</p>` : nothing}
      ${this.problem ? this.renderProblem(this.problem) : nothing}
      <div class="line end">
        <span class="hint grow">${this.isChanged ? say("edit.unsaved") : this.#base?.revision ? say("edit.all_saved") : nothing}</span>
        <button type="button" class="button primary" ?disabled=${this.isBusy || !this.isChanged}
          @click=${() => this.save()}>${say(this.isBusy ? "edit.saving" : "edit.save")}</button>
      </div>
    </div>`;
  }

  private renderProblem(problem: Problem): TemplateResult {
    if (problem.code !== "conflict") return html`<p class="problem" role="alert">${problem.sentence}</p>`;
    return html`<div class="problem" role="alert">
      <p>${say("edit.conflict")}</p>
      <div class="line">
        <button type="button" class="button small" @click=${this.takeTheirs}>${say("edit.take_theirs")}</button>
        <button type="button" class="button small" @click=${this.keepMine}>${say("edit.keep_mine")}</button>
      </div>
    </div>`;
  }

  // --- changes ---

  private change(changed: Partial<Quiz>): void {
    this.current = { ...this.current, ...changed };
    const revision = this.#base?.revision ?? 0;
    if (this.isChanged) keepDraft<EditorDraft>(this.draftName, { revision, quiz: this.current });
    else dropDraft(this.draftName);
  }

  private put(place: number, question: Question): void {
    this.change({ questions: this.current.questions.with(place, question) });
  }

  private insert(place: number, question: Question): void {
    this.change({ questions: this.current.questions.toSpliced(place, 0, question) });
  }

  private add(kind: QuestionKind): void {
    const question = newQuestion(kind);
    this.insert(this.current.questions.length, question);
    void this.unfold(question.id);
  }

  private duplicate(place: number): void {
    const original = this.current.questions[place];
    if (!original || this.current.questions.length >= MAX_QUESTIONS) return;
    const copy = { ...original, id: freshId() };
    this.insert(place + 1, copy);
    void this.unfold(copy.id);
  }

  private removeAt(place: number): void {
    const removed = this.current.questions[place];
    if (!removed) return;
    this.change({ questions: this.current.questions.toSpliced(place, 1) });
    tell(this, {
      text: say("edit.deleted", { number: place + 1 }),
      action: { label: common("undo"), run: () => this.insert(Math.min(place, this.current.questions.length), removed) },
    });
    void this.focusAt(Math.min(place, this.current.questions.length - 1));
  }

  private move(from: number, to: number): void {
    const { questions } = this.current;
    if (to < 0 || to >= questions.length) return;
    const holder = this.elementOf(questions[from]?.id ?? "");
    const focused = holder?.shadowRoot?.activeElement as HTMLElement | null | undefined;
    this.change({ questions: moved(questions, from, to) });
    // A node that is moved loses the focus.
    void this.updateComplete.then(() => focused?.focus());
    this.announced.textContent = say("edit.moved", { number: to + 1, total: questions.length });
  }

  private dragOver(event: DragEvent, place: number): void {
    const from = this.current.questions.findIndex((one) => one.id === this.dragged);
    if (from < 0) return;
    event.preventDefault();
    if (from !== place) this.move(from, place);
  }

  private readonly drop = (event: DragEvent): void => {
    event.preventDefault();
    this.dragged = "";
  };

  private async unfold(id: string): Promise<void> {
    this.open = id;
    await this.updateComplete;
    await this.elementOf(id)?.focusText();
  }

  private async focusAt(place: number): Promise<void> {
    await this.updateComplete;
    const question = this.current.questions[place];
    if (question) await this.elementOf(question.id)?.focusHead();
    else this.renderRoot.querySelector<HTMLElement>(".add button")?.focus();
  }

  private elementOf(id: string): QuizEditorQuestion | undefined {
    return [...this.renderRoot.querySelectorAll<QuizEditorQuestion>("quiz-editor-question")].find((one) => one.question.id === id);
  }

  // --- saving ---

  private readonly save = async (): Promise<void> => {
    const faulty = this.current.questions.find((one) => faultsOf(one).length > 0);
    this.showsFaults = true;
    if (faulty) return this.unfold(faulty.id);
    const quiz = tidied(this.current);
    this.isBusy = true;
    const answer = await runQuietly(this, { type: "set_quiz", quiz, based_on: this.#base?.revision ?? 0 });
    this.isBusy = false;
    if (!answer.isDone) {
      this.problem = answer.problem;
      return;
    }
    const { revision, version } = answer.result as { revision: number; version: number };
    const isTaken = Boolean(this.#base?.is_taken) && version === this.#base?.version;
    this.#base = { quiz, revision, version, is_taken: isTaken };
    this.problem = null;
    this.showsFaults = false;
    dropDraft(this.draftName);
    // What was typed meanwhile is not saved yet, and stays.
    this.change({});
    tell(this, { text: say("edit.saved") });
    this.dispatchEvent(new Event("saved"));
  };

  private readonly takeTheirs = async (): Promise<void> => {
    dropDraft(this.draftName);
    this.take(await api.sheet(this.entryId));
  };

  private readonly keepMine = async (): Promise<void> => {
    this.#base = { ...(await api.sheet(this.entryId)) };
    this.problem = null;
    await this.save();
  };

  private readonly warn = (event: BeforeUnloadEvent): void => {
    if (this.isChanged) event.preventDefault();
  };
}
