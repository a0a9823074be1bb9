/** One attempt: who, how they came, how it went; opens into the answers. Dispatches `opened`. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { cameBy, inWords } from "../lib/quiz-words";
import { moment } from "../lib/timing";
import { initials, tint } from "../lib/words";
import { common } from "../messages/common";
import { quiz } from "../messages/quiz";
import type { AttemptView, MarkedAnswer, Question } from "../lib/protocol";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-attempt.css?inline";

@customElement("quiz-attempt")
export class QuizAttempt extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) attempt!: AttemptView;
  /** Those that were answered; null while they are on their way. */
  @property({ attribute: false }) questions: readonly Question[] | null = null;
  @state() private isOpen = false;

  protected override render(): TemplateResult {
    const { attempt } = this;
    const name = attempt.name || quiz("erased");
    const details = [attempt.email, attempt.tries > 1 ? quiz("try_of", { number: attempt.try_number, total: attempt.tries }) : ""];
    return html`<article aria-label=${name}>
      <div class="row">
        <span class="avatar tint-${tint(attempt.email || name)}" aria-hidden="true">${initials(name)}</span>
        <div class="who">
          <p class="name" dir="auto">${name}</p>
          <p class="hint">${details.filter(Boolean).join(" · ")}</p>
        </div>
        <p class="came"><span class="badge">${cameBy(attempt)}</span></p>
        <p class="score">
          <b>${quiz("score", { score: attempt.score, max: attempt.max_score })}</b>
          ${typeof attempt.is_passed === "boolean"
            ? html`<span class="badge ${attempt.is_passed ? "good" : "warn"}">${quiz(attempt.is_passed ? "passed" : "not_passed")}</span>`
            : nothing}
        </p>
        <p class="when soft">${moment(attempt.submitted_at)}</p>
        <button type="button" class="button quiet small" aria-expanded=${this.isOpen ? "true" : "false"}
          aria-label=${quiz("details.show", { name })} @click=${this.toggle}>
          ${quiz("column.details")}<span class="turns ${this.isOpen ? "open" : ""}">${icon("down")}</span>
        </button>
      </div>
      ${this.isOpen ? this.renderAnswers() : nothing}
    </article>`;
  }

  private renderAnswers(): TemplateResult {
    const { questions } = this;
    if (!questions) return html`<p class="loading" role="status">${common("loading")}</p>`;
    const answers = new Map(this.attempt.answers.map((one) => [one.question_id, one]));
    return html`<ol role="list">${questions.map((one) => this.renderAnswer(one, answers.get(one.id)))}</ol>`;
  }

  private renderAnswer(question: Question, answer: MarkedAnswer | undefined): TemplateResult {
    const words = question.kind === "text" ? answer?.text : inWords(question, answer?.choices ?? []);
    const isRight = answer?.is_right;
    return html`<li>
      <p class="asked" dir="auto">${question.text}</p>
      <p class="given" dir="auto">${words || quiz("no_answer")}</p>
      ${typeof isRight === "boolean"
        ? html`<p class="mark ${isRight ? "right" : "wrong"}">${icon(isRight ? "check" : "close")}${quiz(isRight ? "mark.right" : "mark.wrong")}</p>`
        : nothing}
    </li>`;
  }

  private toggle(): void {
    this.isOpen = !this.isOpen;
    if (this.isOpen) this.dispatchEvent(new Event("opened"));
  }
}
