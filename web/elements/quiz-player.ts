/**
 * Taking a quiz: one question after another, a look over all answers, the result.
 *
 * What is answered is kept on the device until the server has it, so neither a reload nor a lost
 * line costs anything. With `preview` set nothing is kept or handed in.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { Refused, problemOf } from "../lib/api";
import * as api from "../lib/quiz-api";
import { draftOf, dropDraft, keepDraft } from "../lib/quiz-drafts";
import { handInUntilAnswered } from "../lib/quiz-hand-in";
import { asTaken, tried } from "../lib/quiz-marking";
import {
  carriedOver, chooseOne, isAnswered, points, toggle, toHandIn, unanswered, write, type Answers,
  type Draft,
} from "../lib/quiz-taking";
import { common } from "../messages/common";
import { quiz as say } from "../messages/quiz";
import type { OwnAttempts, Problem, Quiz, TakerQuestion, TakerQuiz } from "../lib/protocol";
import { icon } from "./icons";
import "./quiz-question";
import type { AnswerEvent, QuizQuestion } from "./quiz-question";
import "./quiz-result";
import type { QuizResult } from "./quiz-result";
import "./quiz-review";
import type { ChangeAnswerEvent, QuizReview } from "./quiz-review";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-player.css?inline";

type Step = "start" | "asking" | "result";

const NO_ATTEMPTS: OwnAttempts = { attempts: [] };

@customElement("quiz-player")
export class QuizPlayer extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  /** A quiz to try, as an editor has it at the moment. */
  @property({ attribute: false }) preview: Quiz | null = null;
  @state() private quiz: TakerQuiz | null = null;
  @state() private mine: OwnAttempts = NO_ATTEMPTS;
  @state() private draft: Draft | null = null;
  @state() private step: Step = "start";
  @state() private problem: Problem | null = null;
  @state() private note = "";
  @state() private isSending = false;
  @state() private isWaiting = false;
  @query("quiz-question, quiz-review, quiz-result") private shown!: QuizQuestion | QuizReview | QuizResult | null;

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.preview) void this.load();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("preview") && this.preview) {
      this.quiz = asTaken(this.preview, 0);
      this.restart();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { quiz, problem } = this;
    if (!quiz) {
      if (!problem) return html`<p class="loading" role="status">${common("loading")}</p>`;
      return html`<div class="card start">
        <p class="problem" role="alert">${problem.sentence}</p>
        <button type="button" class="button" @click=${this.load}>${common("try_again")}</button>
      </div>`;
    }
    return html`
      ${this.preview ? html`<p class="hint preview">${say("preview.note")}</p>` : nothing}
      ${this.renderStep(quiz)}
    `;
  }

  private renderStep(quiz: TakerQuiz): TemplateResult {
    if (this.step === "result" && this.mine.newest) return this.renderResult(quiz);
    if (this.step === "asking" && this.draft) return this.renderAsking(quiz, this.draft);
    return this.renderStart(quiz);
  }

  private renderStart(quiz: TakerQuiz): TemplateResult {
    const worth = points(quiz.questions);
    const facts = [
      say("questions", { count: quiz.questions.length }),
      worth ? say("points", { count: worth }) : "",
      typeof quiz.left === "number" ? say("attempts_left", { left: quiz.left }) : say("attempts_free"),
      typeof quiz.pass_percent === "number" && worth ? say("to_pass", { percent: quiz.pass_percent }) : "",
    ].filter(Boolean);
    return html`<div class="card start">
      <ul class="facts" role="list">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
      ${this.draft ? html`<p class="soft">${say("continue.hint")}</p>` : nothing}
      ${this.note ? html`<p class="note" role="status">${this.note}</p>` : nothing}
      <div class="line">
        ${quiz.left === 0 ? nothing : html`<button type="button" class="button primary large" @click=${this.begin}>
          ${this.startLabel}
        </button>`}
        ${this.mine.newest
          ? html`<button type="button" class="button large" @click=${() => this.go("result")}>${say("your_result")}</button>`
          : nothing}
      </div>
    </div>`;
  }

  private get startLabel(): string {
    if (this.draft) return say("continue");
    return say(this.mine.attempts.length > 0 ? "start.again" : "start");
  }

  private renderAsking(quiz: TakerQuiz, draft: Draft): TemplateResult {
    const { questions } = quiz;
    const answered = questions.length - unanswered(questions, draft.answers);
    const question = questions[draft.at];
    return html`<form class="card asking" @submit=${this.next}>
      <progress max=${questions.length} .value=${answered}
        aria-label=${say("progress", { answered, total: questions.length })}></progress>
      ${this.note ? html`<p class="note" role="status">${this.note}</p>` : nothing}
      ${question
        ? html`<quiz-question .question=${question} .given=${draft.answers[question.id] ?? null}
            .number=${draft.at + 1} .total=${questions.length} @answer=${this.answer}
            @done=${this.next}></quiz-question>`
        : html`<quiz-review .questions=${questions} .answers=${draft.answers}
            @change-answer=${(event: ChangeAnswerEvent) => this.jump(event.place)}></quiz-review>`}
      ${this.isWaiting ? html`<p class="waiting" role="status">${say("handing_in.waiting")}</p>` : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      <div class="foot">
        <button type="button" class="button large" ?disabled=${this.isSending} @click=${this.back}>
          <span class="flips">${icon("back")}</span>${say("previous")}
        </button>
        ${this.preview ? nothing : html`<span class="hint">${say("kept")}</span>`}
        <button class="button primary large" ?disabled=${this.isSending}>${this.nextLabel(quiz, draft)}</button>
      </div>
      ${questions.length > 1 && question ? this.renderPlaces(questions, draft) : nothing}
    </form>`;
  }

  private nextLabel(quiz: TakerQuiz, draft: Draft): string {
    if (draft.at < quiz.questions.length - 1) return say("next");
    if (draft.at < quiz.questions.length) return say("to_review");
    return say(this.isSending ? "handing_in" : "hand_in");
  }

  private renderPlaces(questions: readonly TakerQuestion[], draft: Draft): TemplateResult {
    return html`<nav aria-label=${say("go_to.label")}>
      <ol class="places" role="list">
        ${questions.map((one, place) => {
          const has = isAnswered(draft.answers[one.id]);
          return html`<li>
            <button type="button" class="place ${has ? "answered" : ""}"
              aria-current=${place === draft.at ? "step" : nothing}
              aria-label=${say("go_to", { number: place + 1, state: has ? "answered" : "open" })}
              @click=${() => this.jump(place)}>${place + 1}</button>
          </li>`;
        })}
      </ol>
    </nav>`;
  }

  private renderResult(quiz: TakerQuiz): TemplateResult {
    const { newest, attempts } = this.mine;
    const isMoreLater = !this.preview && quiz.show_after === "answers_at_end" && (quiz.left ?? 0) > 0;
    return html`<div class="card">
      ${this.note ? html`<p class="note" role="status">${this.note}</p>` : nothing}
      <quiz-result .result=${newest} .attempts=${attempts} .isMoreLater=${isMoreLater}>
        <div class="line again">
          ${this.preview
            ? html`<button type="button" class="button" @click=${this.restart}>${say("preview.again")}</button>`
            : this.renderAgain(quiz)}
        </div>
      </quiz-result>
    </div>`;
  }

  private renderAgain(quiz: TakerQuiz): TemplateResult {
    const left = quiz.left;
    return html`
      ${left === 0 ? nothing : html`<button type="button" class="button" @click=${this.begin}>${this.startLabel}</button>`}
      <span class="soft">${typeof left === "number" ? say("attempts_left", { left }) : nothing}</span>
    `;
  }

  // --- moving about ---

  private async go(step: Step): Promise<void> {
    this.step = step;
    this.problem = null;
    await this.updateComplete;
    await this.shown?.focusHeading();
  }

  private readonly begin = (): void => {
    const quiz = this.quiz;
    if (!quiz) return;
    this.note = "";
    this.draft ??= { version: quiz.version, questions: quiz.questions, answers: {}, at: 0 };
    void this.go("asking");
  };

  private readonly restart = (): void => {
    this.draft = null;
    this.mine = NO_ATTEMPTS;
    this.note = "";
    this.step = "start";
  };

  private jump(at: number): void {
    this.keep({ at });
    this.note = "";
    void this.go("asking");
  }

  private readonly back = (): void => {
    const at = this.draft?.at ?? 0;
    if (at > 0) this.jump(at - 1);
    else void this.go("start");
  };

  private readonly next = (event: Event): void => {
    event.preventDefault();
    const { draft, quiz } = this;
    if (!draft || !quiz || this.isSending) return;
    if (draft.at < quiz.questions.length) this.jump(draft.at + 1);
    else void this.handIn();
  };

  private readonly answer = (event: AnswerEvent): void => {
    const { question, value } = event;
    const change = { text: write, multiple: toggle, single: chooseOne, true_false: chooseOne };
    this.keep({ answers: change[question.kind](this.answers, question.id, value) });
  };

  private get answers(): Answers {
    return this.draft?.answers ?? {};
  }

  private keep(changed: Partial<Draft>): void {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...changed };
    if (!this.preview) keepDraft(this.draftName, this.draft);
  }

  private get draftName(): string {
    return `${this.entryId}.${this.quiz?.taker ?? ""}`;
  }

  // --- with the server ---

  private readonly load = async (): Promise<void> => {
    this.problem = null;
    try {
      const [quiz, mine] = await Promise.all([api.quiz(this.entryId), api.ownAttempts(this.entryId)]);
      this.quiz = quiz;
      this.mine = mine;
    } catch (error) {
      this.problem = problemOf(error);
      return;
    }
    this.draft = draftOf<Draft>(this.draftName);
    if (this.draft?.commandId) await this.handIn();
    else if (this.draft && this.draft.version !== this.quiz.version) this.carryOver(this.draft, this.quiz);
    else if (this.quiz.left === 0 && this.mine.newest) this.step = "result";
  };

  private carryOver(draft: Draft, quiz: TakerQuiz): void {
    const { draft: carried, lost } = carriedOver(draft, quiz);
    this.draft = carried;
    this.note = say("changed", { lost });
    keepDraft(this.draftName, carried);
  }

  private async handIn(): Promise<void> {
    const { draft, preview } = this;
    if (!draft) return;
    if (preview) {
      const result = tried(preview, draft.answers, Date.now());
      this.mine = { attempts: [result.attempt], newest: result };
      this.draft = null;
      return this.go("result");
    }
    const commandId = draft.commandId ?? crypto.randomUUID();
    this.step = "asking";
    this.note = "";
    this.problem = null;
    this.keep({ commandId, at: draft.questions.length });
    this.isSending = true;
    const answers = toHandIn(draft.questions, draft.answers);
    const no = await handInUntilAnswered({
      send: () => api.handIn(this.entryId, draft.version, answers, commandId),
      waits: () => (this.isWaiting = true),
      isOver: () => !this.isConnected,
    });
    this.isSending = false;
    this.isWaiting = false;
    if (no !== undefined) await this.settled(no);
  }

  private async settled(no: Problem | null): Promise<void> {
    if (no && no.code !== "conflict" && no.code !== "not_allowed") {
      this.problem = no;
      this.unsend();
      return;
    }
    const draft = this.draft;
    try {
      const [quiz, mine] = await Promise.all([api.quiz(this.entryId), api.ownAttempts(this.entryId)]);
      this.quiz = quiz;
      this.mine = mine;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // What was handed in stays under its id: handing in again has no second effect.
      this.problem = no ?? error.problem;
      if (no) this.unsend();
      return;
    }
    if (no?.code === "conflict" && draft) {
      this.carryOver({ ...draft, at: this.quiz.questions.length }, this.quiz);
      return this.go("asking");
    }
    this.note = say(no ? "not_handed_in" : "handed_in");
    this.draft = null;
    dropDraft(this.draftName);
    await this.go(this.mine.newest ? "result" : "start");
  }

  /** Let the answers be changed again: they were refused, and are not on their way any more. */
  private unsend(): void {
    const draft = this.draft;
    if (!draft) return;
    const { commandId: _, ...rest } = draft;
    this.draft = rest;
    keepDraft(this.draftName, rest);
  }
}
