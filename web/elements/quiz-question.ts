/** One question to answer. Dispatches `answer` with what was chosen or written, `done` on Enter. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { choicesOf } from "../lib/quiz-words";
import { quiz } from "../messages/quiz";
import type { Choice, Given, TakerQuestion } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-question.css?inline";

/** What somebody did with a question: chose, ticked, or wrote. */
export class AnswerEvent extends Event {
  constructor(
    readonly question: TakerQuestion,
    readonly value: string,
  ) {
    super("answer");
  }
}

@customElement("quiz-question")
export class QuizQuestion extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) question!: TakerQuestion;
  @property({ attribute: false }) given: Given | null = null;
  @property({ type: Number }) number = 1;
  @property({ type: Number }) total = 1;
  @query("h2") private heading!: HTMLElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("keydown", this.onKey);
  }

  /** Fields in here belong to no form, so Enter has to be passed on. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.dispatchEvent(new Event("done"));
  };

  /** Let whoever listens hear at which question they are now. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.heading.focus();
  }

  protected override render(): TemplateResult {
    const { question } = this;
    return html`
      <h2 tabindex="-1">
        ${quiz("question_of", { number: this.number, total: this.total })}
        <span class="worth">${question.points ? quiz("points", { count: question.points }) : nothing}</span>
      </h2>
      ${question.kind === "text" ? this.renderText() : this.renderChoices()}
    `;
  }

  private renderText(): TemplateResult {
    const { question } = this;
    return html`<div class="text">
      <label class="asked" for="text" dir="auto">${question.text}</label>
      <input class="input" id="text" type="text" maxlength="300" autocomplete="off" dir="auto"
        placeholder=${quiz("your_answer")} .value=${this.given?.text ?? ""}
        @input=${(event: Event) => this.tell((event.target as HTMLInputElement).value)} />
    </div>`;
  }

  private renderChoices(): TemplateResult {
    const { question } = this;
    return html`<fieldset>
      <legend class="asked" dir="auto">${question.text}</legend>
      ${question.kind === "true_false" ? nothing : html`<p class="hint">${this.hint}</p>`}
      ${choicesOf(question).map((choice) => this.renderChoice(choice))}
    </fieldset>`;
  }

  private get hint(): string {
    if (this.question.kind === "single") return quiz("choose_one");
    return quiz(this.question.points ? "choose_some" : "choose_some.free");
  }

  private renderChoice(choice: Choice): TemplateResult {
    const isChosen = this.given?.choices?.includes(choice.id) ?? false;
    return html`<label class="choice">
      <input type=${this.question.kind === "multiple" ? "checkbox" : "radio"} name=${this.question.id}
        value=${choice.id} .checked=${isChosen} @change=${() => this.tell(choice.id)} />
      <span dir="auto">${choice.text}</span>
    </label>`;
  }

  private tell(value: string): void {
    this.dispatchEvent(new AnswerEvent(this.question, value));
  }
}
