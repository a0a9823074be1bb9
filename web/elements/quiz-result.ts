/** The result of an attempt: as much of it as the taker may see. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { inWords, listed } from "../lib/quiz-words";
import { moment } from "../lib/timing";
import { quiz } from "../messages/quiz";
import type { OwnAnswer, OwnAttempt, OwnResult, TakerQuestion } from "../lib/protocol";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-result.css?inline";

@customElement("quiz-result")
export class QuizResult extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) result!: OwnResult;
  /** All attempts of the taker, oldest first. */
  @property({ attribute: false }) attempts: readonly OwnAttempt[] = [];
  /** Right answers are shown later, when no attempt is left. */
  @property({ type: Boolean }) isMoreLater = false;
  @query("h2") private heading!: HTMLElement;

  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.heading.focus();
  }

  protected override render(): TemplateResult {
    const { result } = this;
    const answers = new Map(result.answers.map((one) => [one.question_id, one]));
    return html`
      ${this.renderScore(result.attempt)}
      <slot></slot>
      ${this.attempts.length > 1 ? this.renderEarlier() : nothing}
      <section aria-labelledby="answers">
        <h3 id="answers">${quiz("answers")}</h3>
        ${this.isMoreLater ? html`<p class="soft">${quiz("answers.later")}</p>` : nothing}
        <ol role="list">
          ${result.questions.map((one) => this.renderAnswer(one, answers.get(one.id)))}
        </ol>
      </section>
    `;
  }

  private renderScore(attempt: OwnAttempt): TemplateResult {
    const { score, max_score: max } = attempt;
    if (typeof score !== "number" || typeof max !== "number" || max === 0) {
      return html`<div class="score">
        <h2 tabindex="-1">${quiz("result.thanks")}</h2>
        <p class="soft">${quiz("result.thanks.text", { when: moment(attempt.submitted_at) })}</p>
      </div>`;
    }
    const percent = Math.floor((100 * score) / max);
    return html`<div class="score">
      <h2 tabindex="-1">${quiz("result")}</h2>
      <p class="points">${quiz("score", { score, max })}</p>
      <progress max=${max} .value=${score} aria-hidden="true"></progress>
      <p class="line">
        <span>${quiz("score.percent", { percent })}</span>
        ${passed(attempt)}
      </p>
    </div>`;
  }

  private renderEarlier(): TemplateResult {
    return html`<section aria-labelledby="earlier">
      <h3 id="earlier">${quiz("earlier")}</h3>
      <ul class="earlier" role="list">
        ${this.attempts.map(
          (one) => html`<li>
            <span>${quiz("earlier.row", { number: one.number, when: moment(one.submitted_at) })}</span>
            ${typeof one.score === "number" && one.max_score
              ? html`<b>${quiz("score", { score: one.score, max: one.max_score })}</b>`
              : nothing}
            ${passed(one)}
          </li>`,
        )}
      </ul>
    </section>`;
  }

  private renderAnswer(question: TakerQuestion, answer: OwnAnswer | undefined): TemplateResult {
    const given = answer ? said(question, answer) : "";
    return html`<li class="answer">
      <p class="asked" dir="auto">${question.text}</p>
      <p dir="auto">${given ? quiz("answer.yours", { answer: given }) : quiz("no_answer")}</p>
      ${answer ? this.renderMark(question, answer) : nothing}
    </li>`;
  }

  private renderMark(question: TakerQuestion, answer: OwnAnswer): TemplateResult | typeof nothing {
    if (!answer.right) return nothing;
    const { is_right: isRight, explanation } = answer;
    return html`
      ${typeof isRight === "boolean"
        ? html`<p class="mark ${isRight ? "right" : "wrong"}">
            ${icon(isRight ? "check" : "close")}<b>${quiz(isRight ? "mark.right" : "mark.wrong")}</b>
            <span class="worth">${quiz("score", { score: answer.points ?? 0, max: question.points })}</span>
          </p>`
        : nothing}
      ${isRight === false ? html`<p dir="auto">${this.rightAnswer(question, answer)}</p>` : nothing}
      ${explanation ? html`<div class="explanation"><p dir="auto">${explanation}</p></div>` : nothing}
    `;
  }

  private rightAnswer(question: TakerQuestion, answer: OwnAnswer): string {
    if (question.kind === "text") {
      return quiz("answer.accepted", { answer: listed(answer.accepted ?? [], "disjunction") });
    }
    return quiz("answer.right", { answer: inWords(question, answer.right ?? []) });
  }
}

const said = (question: TakerQuestion, answer: OwnAnswer): string =>
  question.kind === "text" ? answer.text : inWords(question, answer.choices);

function passed(attempt: OwnAttempt): TemplateResult | typeof nothing {
  if (typeof attempt.is_passed !== "boolean") return nothing;
  return attempt.is_passed
    ? html`<span class="badge good">${quiz("passed")}</span>`
    : html`<span class="badge warn">${quiz("not_passed")}</span>`;
}

