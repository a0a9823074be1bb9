/** A look over all answers before they are handed in. Dispatches `change-answer`. */

import { css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { isAnswered, unanswered, type Answers } from "../lib/quiz-taking";
import { inWords } from "../lib/quiz-words";
import { quiz } from "../messages/quiz";
import type { TakerQuestion } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

/** Somebody wants to answer a question again. */
export class ChangeAnswerEvent extends Event {
  constructor(readonly place: number) {
    super("change-answer");
  }
}

@customElement("quiz-review")
export class QuizReview extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      h2 {
        border-radius: var(--radius-small);
        font-size: var(--type-title);
      }
      ol {
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding-block: var(--space-3);
        border-block-start: 1px solid var(--line);
      }
      .grow {
        display: grid;
        justify-items: start;
        gap: var(--space-1);
        overflow-wrap: anywhere;
      }
      .asked {
        color: var(--ink-soft);
      }
      .given {
        font-weight: var(--weight-medium);
      }
    `,
  ];

  @property({ attribute: false }) questions: readonly TakerQuestion[] = [];
  @property({ attribute: false }) answers: Answers = {};
  @query("h2") private heading!: HTMLElement;

  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.heading.focus();
  }

  protected override render(): TemplateResult {
    const missing = unanswered(this.questions, this.answers);
    return html`
      <h2 tabindex="-1">${quiz("review")}</h2>
      <p class="soft">${missing ? quiz("review.missing", { count: missing }) : quiz("review.all")}</p>
      <ol role="list">${this.questions.map((one, place) => this.renderRow(one, place))}</ol>
    `;
  }

  private renderRow(question: TakerQuestion, place: number): TemplateResult {
    const given = this.answers[question.id];
    const words = question.kind === "text" ? given?.text : inWords(question, given?.choices ?? []);
    return html`<li>
      <div class="grow">
        <p class="asked" dir="auto">${question.text}</p>
        ${isAnswered(given)
          ? html`<p class="given" dir="auto">${words}</p>`
          : html`<p class="badge warn">${quiz("no_answer")}</p>`}
      </div>
      <button type="button" class="button small" aria-label=${quiz("change.label", { number: place + 1 })}
        @click=${() => this.dispatchEvent(new ChangeAnswerEvent(place))}>${quiz("change")}</button>
    </li>`;
  }
}
