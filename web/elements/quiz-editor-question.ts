/** One question in the editor: a line that opens into a form. Dispatches `question`. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import {
  addChoice, asKind, faultsOf, KINDS, MAX_ACCEPTED, MAX_CHOICES, removeChoice, setRight,
} from "../lib/quiz-editing";
import { choicesOf, inWords, letter, listed } from "../lib/quiz-words";
import { quiz } from "../messages/quiz";
import type { Question, QuestionKind } from "../lib/protocol";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-editor-question.css?inline";

/** The question is to be this one. */
export class QuestionEvent extends Event {
  constructor(readonly question: Question) {
    super("question");
  }
}

type Wish = "opened" | "closed" | "up" | "down" | "duplicate" | "remove" | "dragged" | "dropped";

@customElement("quiz-editor-question")
export class QuizEditorQuestion extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) question!: Question;
  @property({ type: Number }) number = 1;
  @property({ type: Number }) total = 1;
  @property({ type: Boolean }) isOpen = false;
  @property({ type: Boolean }) showsFaults = false;
  @query("#text") private text!: HTMLTextAreaElement | null;
  @query(".open") private head!: HTMLElement | null;

  async focusText(): Promise<void> {
    await this.updateComplete;
    this.text?.focus();
  }

  async focusHead(): Promise<void> {
    await this.updateComplete;
    this.head?.focus();
  }

  protected override render(): TemplateResult {
    const { question, number } = this;
    const faults = this.showsFaults ? faultsOf(question) : [];
    return html`<article class=${faults.length > 0 ? "faulty" : ""} aria-label=${quiz("edit.question", { number })}
      @keydown=${this.onKey}>
      <header>
        <span class="grip" draggable="true" title=${quiz("edit.drag")} aria-hidden="true"
          @dragstart=${this.drag} @dragend=${() => this.wish("dropped")}>${icon("grip")}</span>
        <button type="button" class="open" aria-expanded=${this.isOpen ? "true" : "false"}
          @click=${() => this.wish(this.isOpen ? "closed" : "opened")}>
          <span class="hidden-visually">${quiz("edit.open", { number })}</span>
          <span class="number" aria-hidden="true">${number}</span>
          <span class="title">
            <b dir="auto">${question.text.trim() || quiz("edit.untitled")}</b>
            <span class="hint" dir="auto">${this.summary}</span>
          </span>
        </button>
        ${this.renderButton("up", "edit.up", number === 1)} ${this.renderButton("down", "edit.down", number === this.total)}
        ${this.renderButton("copy", "edit.duplicate", false)} ${this.renderButton("trash", "edit.delete", false)}
      </header>
      ${faults.length > 0
        ? html`<ul class="problem" role="list">${faults.map((fault) => html`<li>${quiz(fault)}</li>`)}</ul>`
        : nothing}
      ${this.isOpen ? this.renderForm(question) : nothing}
    </article>`;
  }

  /** What it asks for, and what is right, so that a folded question can be checked. */
  private get summary(): string {
    const { question } = this;
    const worth = question.points ? quiz("points", { count: question.points }) : quiz("no_points");
    const right = question.kind === "text"
      ? listed(question.accepted.filter((one) => one.trim()), "disjunction")
      : inWords(question, question.right);
    return [quiz(`kind.${question.kind}`), worth, right].filter(Boolean).join(" · ");
  }

  private renderButton(
    sign: "up" | "down" | "copy" | "trash",
    label: "edit.up" | "edit.down" | "edit.duplicate" | "edit.delete",
    isOff: boolean,
  ): TemplateResult {
    const wish: Wish = sign === "copy" ? "duplicate" : sign === "trash" ? "remove" : sign;
    const name = quiz(label, { number: this.number });
    return html`<button type="button" class="button quiet icon small ${sign}" aria-label=${name} title=${name}
      aria-disabled=${isOff ? "true" : "false"} @click=${() => !isOff && this.wish(wish)}>${icon(sign)}</button>`;
  }

  private renderForm(question: Question): TemplateResult {
    return html`<div class="form">
      <div class="field">
        <label for="text">${quiz("edit.text")}</label>
        <textarea class="input" id="text" rows="2" maxlength="1000" dir="auto" .value=${question.text}
          @input=${(event: Event) => this.change({ text: valueOf(event) })}></textarea>
      </div>
      <div class="pair">
        <div class="field">
          <label for="kind">${quiz("kind")}</label>
          <select class="input" id="kind"
            @change=${(event: Event) => this.tell(asKind(question, valueOf(event) as QuestionKind))}>
            ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === question.kind}>${quiz(`kind.${kind}`)}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="points">${quiz("edit.points")}</label>
          <input class="input" id="points" type="number" inputmode="numeric" min="0" max="100" step="1"
            aria-describedby="points-hint" .value=${Number.isNaN(question.points) ? "" : String(question.points)}
            @input=${(event: Event) => this.change({ points: numberOf(event) })} />
          <p class="hint" id="points-hint">${quiz("edit.points.hint")}</p>
        </div>
      </div>
      ${this.renderAnswers(question)}
      <div class="field">
        <label for="explanation">${quiz("edit.optional", { label: quiz("edit.explanation") })}</label>
        <textarea class="input" id="explanation" rows="2" maxlength="1000" dir="auto" aria-describedby="explanation-hint"
          .value=${question.explanation} @input=${(event: Event) => this.change({ explanation: valueOf(event) })}></textarea>
        <p class="hint" id="explanation-hint">${quiz("edit.explanation.hint")}</p>
      </div>
      <div class="line end">
        <button type="button" class="button" @click=${this.close}>${quiz("edit.close")}</button>
      </div>
    </div>`;
  }

  private renderAnswers(question: Question): TemplateResult {
    switch (question.kind) {
      case "text":
        return this.renderAccepted(question);
      case "true_false":
        return html`<fieldset class="answers">
          <legend class="label">${quiz("edit.statement")}</legend>
          ${choicesOf(question).map((one) => html`<label class="check">
            <input type="radio" name="right" .checked=${question.right.includes(one.id)}
              @change=${() => this.tell(setRight(question, one.id, true))} />
            <span>${one.text}</span>
          </label>`)}
        </fieldset>`;
      default:
        return this.renderChoices(question);
    }
  }

  private renderChoices(question: Question): TemplateResult {
    const isSingle = question.kind === "single";
    return html`<fieldset class="answers">
      <legend class="label">${quiz("edit.choices")}</legend>
      ${question.points ? html`<p class="hint">${quiz(isSingle ? "edit.choices.one" : "edit.choices.some")}</p>` : nothing}
      ${question.choices.map((one, place) => html`<div class="answer">
        <label class="mark"><input type=${isSingle ? "radio" : "checkbox"} name="right" aria-label=${quiz("edit.right", { letter: letter(place) })}
          .checked=${question.right.includes(one.id)}
          @change=${(event: Event) => this.tell(setRight(question, one.id, (event.target as HTMLInputElement).checked))} /></label>
        <input class="input" data-choice=${place} maxlength="300" dir="auto" autocomplete="off"
          aria-label=${quiz("edit.choice", { letter: letter(place) })} placeholder=${quiz("edit.choice", { letter: letter(place) })}
          .value=${one.text} @keydown=${(event: KeyboardEvent) => this.onEnter(event, "choice", place)}
          @input=${(event: Event) => this.change({ choices: question.choices.with(place, { ...one, text: valueOf(event) }) })} />
        <button type="button" class="button quiet icon small" ?disabled=${question.choices.length <= 2}
          aria-label=${quiz("edit.remove_choice", { letter: letter(place) })}
          @click=${() => this.tell(removeChoice(question, one.id))}>${icon("close")}</button>
      </div>`)}
      ${question.choices.length < MAX_CHOICES
        ? html`<button type="button" class="button small" @click=${() => this.addLine("choice")}>${icon("plus")}${quiz("edit.add_choice")}</button>`
        : nothing}
    </fieldset>`;
  }

  private renderAccepted(question: Question): TemplateResult {
    return html`<fieldset class="answers">
      <legend class="label">${quiz("edit.accepted")}</legend>
      <p class="hint">${quiz("edit.accepted.hint")}</p>
      ${question.accepted.map((text, place) => html`<div class="answer">
        <input class="input" data-accepted=${place} maxlength="300" dir="auto" autocomplete="off"
          aria-label=${quiz("edit.accepted.one", { number: place + 1 })} .value=${text}
          @keydown=${(event: KeyboardEvent) => this.onEnter(event, "accepted", place)}
          @input=${(event: Event) => this.change({ accepted: question.accepted.with(place, valueOf(event)) })} />
        <button type="button" class="button quiet icon small" aria-label=${quiz("edit.remove_accepted", { number: place + 1 })}
          @click=${() => this.change({ accepted: question.accepted.toSpliced(place, 1) })}>${icon("close")}</button>
      </div>`)}
      ${question.accepted.length < MAX_ACCEPTED
        ? html`<button type="button" class="button small" @click=${() => this.addLine("accepted")}>${icon("plus")}${quiz("edit.add_accepted")}</button>`
        : nothing}
    </fieldset>`;
  }

  // --- what is done ---

  private wish(wish: Wish): void {
    this.dispatchEvent(new Event(wish));
  }

  private tell(question: Question): void {
    this.dispatchEvent(new QuestionEvent(question));
  }

  private change(changed: Partial<Question>): void {
    this.tell({ ...this.question, ...changed });
  }

  private readonly close = (): void => {
    this.wish("closed");
    void this.focusHead();
  };

  private drag(event: DragEvent): void {
    event.dataTransfer?.setData("text/plain", this.question.text);
    event.dataTransfer?.setDragImage(this, 0, 0);
    this.wish("dragged");
  }

  /** Alt with an arrow moves the question, wherever in it the focus is. */
  private onKey(event: KeyboardEvent): void {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    this.wish(event.key === "ArrowUp" ? "up" : "down");
  }

  /** Enter goes on to the next line, and makes one after the last. */
  private onEnter(event: KeyboardEvent, line: "choice" | "accepted", place: number): void {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (this.lineAt(line, place + 1)) this.lineAt(line, place + 1)?.focus();
    else this.addLine(line);
  }

  private async addLine(line: "choice" | "accepted"): Promise<void> {
    const { question } = this;
    const count = line === "choice" ? question.choices.length : question.accepted.length;
    if (count >= (line === "choice" ? MAX_CHOICES : MAX_ACCEPTED)) return;
    if (line === "choice") this.tell(addChoice(question));
    else this.change({ accepted: [...question.accepted, ""] });
    // The editor gives the question back, changed, in an update of its own.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await this.updateComplete;
    this.lineAt(line, count)?.focus();
  }

  private lineAt(line: "choice" | "accepted", place: number): HTMLInputElement | null {
    return this.renderRoot.querySelector(`[data-${line}="${place}"]`);
  }
}

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value;

const numberOf = (event: Event): number => {
  const { value } = event.target as HTMLInputElement;
  return value === "" ? Number.NaN : Number(value);
};
