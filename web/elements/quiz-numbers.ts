/** Attempts in numbers: how many, how good, how the scores spread, and question by question. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { number } from "../lib/language";
import { isRight } from "../lib/quiz-marking";
import { choicesOf } from "../lib/quiz-words";
import { quiz } from "../messages/quiz";
import type { Question, QuestionSummary, QuizSummary } from "../lib/protocol";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-numbers.css?inline";

@customElement("quiz-numbers")
export class QuizNumbers extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) summary!: QuizSummary;
  @property({ attribute: false }) questions: readonly Question[] = [];
  /** There were other questions before these. */
  @property({ type: Boolean }) isEdited = false;

  protected override render(): TemplateResult {
    const { summary } = this;
    return html`
      <dl>
        ${fact(quiz("attempts.number"), number(summary.attempts))}
        ${fact(quiz("attempts.people"), number(summary.takers))}
        ${typeof summary.mean_percent === "number"
          ? fact(quiz("attempts.mean"), quiz("score.percent", { percent: summary.mean_percent }))
          : nothing}
        ${typeof summary.passed === "number"
          ? fact(quiz("attempts.passed"), quiz("attempts.passed.of", { passed: summary.passed, takers: summary.takers }))
          : nothing}
        ${typeof summary.mean_percent === "number" ? this.renderSpread() : nothing}
      </dl>
      <details>
        <summary>${quiz("by_question")}</summary>
        ${this.isEdited ? html`<p class="hint">${quiz("by_question.older")}</p>` : nothing}
        <ol role="list">${this.questions.map((one) => this.renderQuestion(one))}</ol>
      </details>
    `;
  }

  private renderSpread(): TemplateResult {
    const { scores } = this.summary;
    return html`<div class="spread">
      <dt>${quiz("attempts.scores")}</dt>
      <dd><ol class="bars" role="list">
        ${scores.map((count, step) => {
          const label = quiz("attempts.bar", { from: 10 * step, to: step === 9 ? 100 : 10 * step + 9, count });
          return html`<li title=${label}><span class="hidden-visually">${label}</span><span class="bar" data-share=${count / Math.max(...scores, 1)}></span></li>`;
        })}
      </ol></dd>
    </div>`;
  }

  private renderQuestion(question: Question): TemplateResult {
    const found = this.summary.questions.find((one) => one.question_id === question.id);
    if (!found || found.answers === 0) {
      return html`<li><p class="asked" dir="auto">${question.text}</p><p class="hint">${quiz("answered_by", { count: 0 })}</p></li>`;
    }
    const isMarked = question.right.length > 0 || question.accepted.length > 0;
    return html`<li>
      <p class="asked" dir="auto">${question.text}</p>
      <p class="hint">
        ${isMarked
          ? html`<b>${quiz("right_share", { percent: Math.round((100 * found.right) / found.answers) })}</b> ·
              ${quiz("right_of", { right: found.right, answers: found.answers })}`
          : quiz("answered_by", { count: found.answers })}
        ${found.blank ? html` · ${quiz("blank", { count: found.blank })}` : nothing}
      </p>
      ${question.kind === "text" ? this.renderTexts(question, found) : this.renderChoices(question, found)}
    </li>`;
  }

  private renderChoices(question: Question, found: QuestionSummary): TemplateResult {
    return html`<ul role="list">${choicesOf(question).map((one) => {
      const isGood = question.right.includes(one.id);
      const words = isGood ? quiz("right_choice", { answer: one.text }) : one.text;
      return share(words, found.chosen[one.id] ?? 0, found.answers, isGood);
    })}</ul>`;
  }

  private renderTexts(question: Question, found: QuestionSummary): TemplateResult {
    if (found.texts.length === 0) return html`<p class="soft">${quiz("texts.none")}</p>`;
    return html`<ul role="list">${found.texts.map(({ text, count }) => {
      const isGood = isRight(question, { question_id: question.id, text }) ?? false;
      return share(isGood ? quiz("right_choice", { answer: text }) : text, count, found.answers, isGood);
    })}</ul>`;
  }

  /** The policy of our pages allows no style in markup. */
  protected override updated(_changed: PropertyValues<this>): void {
    for (const bar of this.renderRoot.querySelectorAll<HTMLElement>("[data-share]")) {
      bar.style.setProperty("--share", bar.dataset["share"] ?? "0");
    }
  }
}

const fact = (name: string, value: string): TemplateResult =>
  html`<div><dt>${name}</dt><dd class="value">${value}</dd></div>`;

function share(text: string, count: number, of: number, isGood: boolean): TemplateResult {
  return html`<li class="share ${isGood ? "right" : ""}">
    <span class="words">${isGood ? icon("check") : nothing}<span dir="auto">${text}</span></span>
    <span class="count">${number(count)}</span>
    <span class="bar" data-share=${count / Math.max(of, 1)}></span>
  </li>`;
}
