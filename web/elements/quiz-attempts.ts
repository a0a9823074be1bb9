/** Who took the quiz, how they came, and how it went. Dispatches `counted` with how many there are. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { problemOf } from "../lib/api";
import { debounce } from "../lib/debounce";
import * as api from "../lib/quiz-api";
import type { AttemptFilter, AttemptSort } from "../lib/quiz-api";
import { common } from "../messages/common";
import { quiz as say } from "../messages/quiz";
import type { AttemptView, Origin, Problem, Question, QuizSheet, QuizSummary } from "../lib/protocol";
import { icon } from "./icons";
import "./quiz-attempt";
import "./quiz-numbers";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./quiz-attempts.css?inline";

const REFRESH_MS = 10_000;
const TYPING_MS = 250;
const EVERYTHING: AttemptFilter = { origin: "", link: "", q: "" };
const ORIGINS: readonly Origin[] = ["guest_link", "invitation", "account"];

const SORTS = [
  ["-number", "sort.newest"], ["number", "sort.oldest"], ["name", "sort.name"],
  ["-score", "sort.best"], ["score", "sort.worst"],
] as const satisfies readonly (readonly [AttemptSort, string])[];

@customElement("quiz-attempts")
export class QuizAttempts extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  @property({ attribute: false }) sheet!: QuizSheet;
  @state() private summary: QuizSummary | null = null;
  @state() private rows: readonly AttemptView[] = [];
  @state() private hasMore = false;
  @state() private filter = EVERYTHING;
  @state() private sort: AttemptSort = "-number";
  @state() private problem: Problem | null = null;
  @state() private asked = new Map<number, readonly Question[]>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Only the answer to the newest question counts. */
  #looks = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
    this.#timer = setInterval(() => {
      if (document.visibilityState === "visible") void this.look(this.rows.length);
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("sheet")) this.asked = new Map([[this.sheet.version, this.sheet.quiz.questions]]);
  }

  protected override render(): TemplateResult {
    const { summary, problem } = this;
    if (!summary) {
      return problem
        ? html`<p class="problem" role="alert">${problem.sentence}</p>`
        : html`<p class="loading" role="status">${common("loading")}</p>`;
    }
    if (summary.total === 0) {
      return html`<div class="empty">
        <h2>${say("attempts.none")}</h2>
        <p class="soft">${say("attempts.none.text")}</p>
      </div>`;
    }
    return html`
      ${this.renderTools(summary)}
      ${problem ? html`<p class="problem" role="alert">${problem.sentence}</p>` : nothing}
      ${summary.attempts === 0
        ? html`<div class="empty">
            <p>${say("attempts.no_match")}</p>
            <button type="button" class="button" @click=${() => this.narrow(EVERYTHING)}>${say("attempts.clear")}</button>
          </div>`
        : this.renderFound(summary)}
    `;
  }

  private renderTools(summary: QuizSummary): TemplateResult {
    const { filter } = this;
    const way = filter.link ? `link:${filter.link}` : filter.origin;
    return html`<div class="tools">
      <label class="field grow">
        <span class="label">${common("search")}</span>
        <input class="input" type="search" placeholder=${say("attempts.search")} maxlength="100" .value=${filter.q}
          @input=${(event: Event) => this.type((event.target as HTMLInputElement).value)} />
      </label>
      <label class="field">
        <span class="label">${say("attempts.came")}</span>
        <select class="input" @change=${(event: Event) => this.chooseWay((event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${way === ""}>${say("attempts.came.all")}</option>
          ${ORIGINS.filter((one) => summary.origins[one]).map((one) => option(one, say(`came.${one}`), summary.origins[one] ?? 0, way))}
          ${(summary.links ?? []).map((one) => option(`link:${one.id}`, say("came.link", { link: one.name }), one.attempts, way))}
        </select>
      </label>
      <label class="field">
        <span class="label">${say("attempts.sort")}</span>
        <select class="input" @change=${(event: Event) => this.reorder((event.target as HTMLSelectElement).value as AttemptSort)}>
          ${SORTS.map(([sort, name]) => html`<option value=${sort} ?selected=${sort === this.sort}>${say(name)}</option>`)}
        </select>
      </label>
      <a class="button" download href=${api.attemptsCsv(this.entryId, filter, this.sort)}>${icon("download")}${say("attempts.csv")}</a>
    </div>`;
  }

  private renderFound(summary: QuizSummary): TemplateResult {
    const found = summary.attempts === summary.total
      ? say("attempts.found", { count: summary.total })
      : say("attempts.of", { count: summary.attempts, total: summary.total });
    return html`
      <quiz-numbers .summary=${summary} .questions=${this.sheet.quiz.questions} .isEdited=${this.sheet.version > 1}></quiz-numbers>
      <section aria-labelledby="found">
        <h2 id="found" aria-live="polite">${found}</h2>
        <ol role="list" class="rows">
          ${repeat(this.rows, (one) => one.number, (one) => html`<li>
            <quiz-attempt .attempt=${one} .questions=${this.asked.get(one.version) ?? null}
              @opened=${() => this.ask(one.version)}></quiz-attempt>
          </li>`)}
        </ol>
        ${this.hasMore
          ? html`<button type="button" class="button more" @click=${this.more}>${say("attempts.more")}</button>`
          : nothing}
      </section>
    `;
  }

  // --- what is asked for ---

  private readonly type = (text: string): void => {
    this.filter = { ...this.filter, q: text };
    this.lookSoon();
  };

  private readonly lookSoon = debounce(() => this.look(), TYPING_MS);

  private chooseWay(way: string): void {
    const isLink = way.startsWith("link:");
    const origin = isLink ? "" : (way as Origin | "");
    this.narrow({ ...this.filter, origin, link: isLink ? way.slice("link:".length) : "" });
  }

  private narrow(filter: AttemptFilter): void {
    this.filter = filter;
    void this.look();
  }

  private reorder(sort: AttemptSort): void {
    this.sort = sort;
    void this.look();
  }

  /** Look anew. @param atLeast so many rows are on screen, and stay there. */
  private async look(atLeast = 0): Promise<void> {
    const look = (this.#looks += 1);
    const { filter, sort, entryId } = this;
    try {
      const [summary, first] = await Promise.all([
        api.summary(entryId, filter), api.attempts(entryId, filter, sort, 0),
      ]);
      let rows = first;
      while (rows.length < atLeast && rows.length % api.ATTEMPTS_A_PAGE === 0 && rows.length > 0) {
        rows = rows.concat(await api.attempts(entryId, filter, sort, rows.at(-1)?.number ?? 0));
      }
      if (look !== this.#looks) return;
      this.summary = summary;
      this.rows = rows;
      this.hasMore = rows.length < summary.attempts;
      this.problem = null;
      this.dispatchEvent(new CustomEvent("counted", { detail: summary.total }));
    } catch (error) {
      // Before anybody has handed in there is no quiz yet, perhaps.
      const problem = problemOf(error);
      if (look !== this.#looks) return;
      if (problem.code === "not_found") this.summary = NOTHING;
      else this.problem = problem;
    }
  }

  private readonly more = (): Promise<void> => this.look(this.rows.length + 1);

  private async ask(version: number): Promise<void> {
    if (this.asked.has(version)) return;
    try {
      const { quiz } = await api.sheet(this.entryId, version);
      this.asked = new Map(this.asked).set(version, quiz.questions);
    } catch (error) {
      this.problem = problemOf(error);
    }
  }
}

const NOTHING: QuizSummary = {
  total: 0, attempts: 0, takers: 0, scores: [], origins: {}, questions: [],
} as unknown as QuizSummary;

const option = (value: string, way: string, count: number, chosen: string): TemplateResult =>
  html`<option value=${value} ?selected=${value === chosen}>${say("came.option", { way, count })}</option>`;
