/** How a quiz is taken. Dispatches `settings` with each change. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { quiz } from "../messages/quiz";
import type { QuizSettings, ShowAfter } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

const SHOWN: readonly ShowAfter[] = ["nothing", "score", "answers_at_end", "answers"];
const MAX_TRIES = 100;

/** The settings are to be these. */
export class SettingsEvent extends Event {
  constructor(readonly settings: QuizSettings) {
    super("settings");
  }
}

@customElement("quiz-editor-settings")
export class QuizEditorSettings extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: block;
      }
      h2 {
        margin-block-end: var(--space-3);
        font-size: var(--type-lead);
      }
      .card {
        display: grid;
        gap: var(--space-4);
        padding: var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-large);
        background: var(--paper-raised);
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
        gap: var(--space-4);
      }
      fieldset {
        display: grid;
        gap: var(--space-2);
        min-inline-size: 0;
      }
      legend {
        margin-block-end: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) settings!: QuizSettings;

  protected override render(): TemplateResult {
    const { settings } = this;
    const tellsEarly = settings.show_after === "answers" && settings.attempts !== 1;
    return html`<section aria-labelledby="settings">
      <h2 id="settings">${quiz("settings")}</h2>
      <div class="card">
        <div class="pair">
          ${this.renderNumber("attempts", quiz("settings.attempts"), quiz("settings.attempts.hint"),
            quiz("settings.unlimited"), 1, MAX_TRIES)}
          ${this.renderNumber("pass_percent", quiz("settings.pass"), quiz("settings.pass.hint"),
            quiz("settings.no_pass"), 0, 100)}
        </div>
        <fieldset>
          <legend class="label">${quiz("settings.show")}</legend>
          ${SHOWN.map((one) => html`<label class="check">
            <input type="radio" name="show_after" value=${one} .checked=${settings.show_after === one}
              @change=${() => this.change({ show_after: one })} />
            <span>${quiz(`show.${one}`)}</span>
          </label>`)}
          ${tellsEarly ? html`<p class="hint" role="status">${quiz("show.answers.warning")}</p>` : nothing}
        </fieldset>
        ${this.renderSwitch("shuffle_questions")} ${this.renderSwitch("shuffle_choices")}
      </div>
    </section>`;
  }

  private renderNumber(
    name: "attempts" | "pass_percent", label: string, hint: string, none: string, min: number, max: number,
  ): TemplateResult {
    const value = this.settings[name];
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input class="input" id=${name} type="number" inputmode="numeric" min=${min} max=${max}
        placeholder=${none} aria-describedby="${name}-hint" .value=${typeof value === "number" ? String(value) : ""}
        @change=${(event: Event) => this.changeNumber(name, event.target as HTMLInputElement, min, max)} />
      <p class="hint" id="${name}-hint">${hint}</p>
    </div>`;
  }

  private renderSwitch(name: "shuffle_questions" | "shuffle_choices"): TemplateResult {
    return html`<label class="check">
      <input type="checkbox" .checked=${this.settings[name]}
        @change=${(event: Event) => this.change({ [name]: (event.target as HTMLInputElement).checked })} />
      <span>${quiz(`settings.${name}`)}</span>
    </label>`;
  }

  /** What cannot be is made what can be next to it, and shown as that. */
  private changeNumber(name: "attempts" | "pass_percent", input: HTMLInputElement, min: number, max: number): void {
    const typed = input.value === "" ? null : Math.round(Number(input.value));
    const value = typed === null || Number.isNaN(typed) ? null : Math.max(min, Math.min(max, typed));
    input.value = value === null ? "" : String(value);
    this.change({ [name]: value });
  }

  private change(changed: Partial<QuizSettings>): void {
    this.dispatchEvent(new SettingsEvent({ ...this.settings, ...changed }));
  }
}
