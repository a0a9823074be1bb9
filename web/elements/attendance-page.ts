/** Who was in a session: totals, people over time, each person's stays; live while it runs. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import "../lib/page";
import * as api from "../lib/api";
import * as records from "../lib/attendance-api";
import { attendance } from "../messages/attendance";
import { common } from "../messages/common";
import { duration, layersOf, timeIn, wayKey, type Layer } from "../lib/attendance";
import { EVERYBODY, type PeopleQuery } from "../lib/attendance-api";
import { moment } from "../lib/timing";
import { number } from "../lib/language";
import type {
  AttendancePage as People, AttendanceSummary, Me, Problem, SittingsView, SittingView,
} from "../lib/protocol";
import "./attendance-people";
import type { AttendancePeople, QueryEvent } from "./attendance-people";
import type { AttendancePlot } from "./attendance-plot";
import "./attendance-plot";
import { tiles } from "./attendance-tiles";
import { icon } from "./icons";
import "./problem-card";
import "./session-badge";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./attendance-page.css?inline";

/** No sooner, however soon the server knows more. */
const REFRESH_MS = 4_000;
const RETRY_MS = 10_000;

@customElement("attendance-page")
export class AttendancePage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private sittings: SittingsView | null = null;
  @state() private sessionId = new URLSearchParams(location.search).get("session") ?? "";
  @state() private summary: AttendanceSummary | null = null;
  @state() private people: People | null = null;
  @state() private asked: PeopleQuery = EVERYBODY;
  @state() private problem: Problem | null = null;
  /** What is on screen is older than it should be. */
  @state() private isStale = false;
  @query("attendance-plot") private plot!: AttendancePlot | null;
  @query("attendance-people") private list!: AttendancePeople | null;
  readonly #entryId = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the loads: an answer to an older question is not shown. */
  #newest = 0;
  #readAt = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.onVisible);
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.onVisible);
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem ? "narrow" : ""}>${this.renderMain()}</main>`;
  }

  private renderMain(): TemplateResult {
    if (this.problem) {
      return html`<problem-card .problem=${this.problem}>
        <a class="button" href="/e/${encodeURIComponent(this.#entryId)}">${attendance("back", { name: this.sittings?.entry_name ?? "" })}</a>
      </problem-card>`;
    }
    if (!this.sittings || !this.summary) {
      return html`<p class="loading" role="status">${common("loading")}</p>`;
    }
    return html`${this.renderHead(this.sittings)}${this.renderRecord(this.summary)}`;
  }

  private renderHead(found: SittingsView): TemplateResult {
    return html`<div class="head">
        <div class="grow">
          <a class="back" href="/e/${encodeURIComponent(found.entry_id)}">${icon("back")}${found.entry_name}</a>
          <h1>${attendance("title")}</h1>
        </div>
        <div class="field">
          <label for="session">${attendance("session")}</label>
          <select id="session" class="input" @change=${this.choseSession}>
            ${found.sessions.map((one) => html`<option value=${one.session_id}
              ?selected=${one.session_id === this.sessionId}>${this.sittingName(one)}</option>`)}
          </select>
        </div>
        <div class="field downloads" role="group" aria-labelledby="download">
          <span class="label" id="download">${attendance("download")}</span>
          <div class="line">${(["csv", "json"] as const).map((form) => html`<a class="button" download
            href=${api.attendanceUrl(this.sessionId, form)}
            aria-label=${attendance(`download.${form}.label`)}>${icon("file")}${attendance(`download.${form}`)}</a>`)}
            <button type="button" class="button" aria-label=${attendance("download.png.label")}
              @click=${() => this.plot?.download(`attendance-${this.sessionId}.png`)}>${icon("file")}${attendance("download.png")}</button></div>
        </div>
      </div>`;
  }

  private sittingName(one: SittingView): string {
    const at = one.opened_at ?? one.ended_at;
    if (!at) return attendance("session.waiting");
    const when = moment(at);
    if (one.state !== "ended") return attendance("session.running", { when });
    return typeof one.people === "number"
      ? attendance("session.over", { when, people: one.people })
      : attendance("session.over_plain", { when });
  }

  private renderFacts(summary: AttendanceSummary): TemplateResult {
    const { until, ended_at: endedAt } = summary;
    const sitting = this.sittings?.sessions.find((one) => one.session_id === this.sessionId);
    const state = until ? sitting?.state ?? "open" : "ended";
    return html`<div class="line facts">
      ${endedAt ? nothing : html`<session-badge .state=${state}></session-badge>`}
      ${until && this.isStale
        ? html`<span class="late" role="status">${attendance("stale", { when: timeIn(until, until) })}</span>`
        : nothing}
      ${until && !this.isStale ? html`<span>${attendance("updated", { when: timeIn(until, until) })}</span>` : nothing}
      ${endedAt ? html`<span>${attendance("ended", { when: moment(endedAt) })}</span>` : nothing}
    </div>`;
  }

  private renderRecord(summary: AttendanceSummary): TemplateResult {
    const { moments } = summary.curve;
    const [first] = moments;
    const last = moments.at(-1);
    if (first === undefined || last === undefined) return this.renderNobody(summary);
    const layers = layersOf(summary);
    return html`${this.renderFacts(summary)}
      <section aria-label=${attendance("title")}>${tiles(summary)}</section>
      <section class="card over-time">
        <div>
          <h2>${attendance("plot")}</h2>
          <attendance-plot .curve=${summary.curve} .layers=${layers}></attendance-plot>
        </div>
        <div>
          <h2>${attendance("ways")}</h2>
          ${this.renderWays(layers)}
        </div>
      </section>
      <section class="card people">
        <h2>${attendance("people")}</h2>
        <attendance-people .page=${this.people} .query=${this.asked} .ways=${summary.ways}
          .all=${summary.totals.people} .from=${first} .to=${last}
          @query=${this.onQuery}></attendance-people>
      </section>
      <p class="hint whole">${attendance("download.text")}</p>
      ${this.renderRules(summary)}`;
  }

  private renderNobody(summary: AttendanceSummary): TemplateResult {
    return html`${this.renderFacts(summary)}
      <div class="card empty">
        <h2>${attendance(summary.until ? "nobody" : "nobody.over")}</h2>
        ${summary.until ? html`<p class="soft">${attendance("nobody.text")}</p>` : nothing}
      </div>`;
  }

  private renderWays(layers: readonly Layer[]): TemplateResult {
    return html`<table class="ways">
      <thead><tr>
        <th scope="col"><span class="hidden-visually">${attendance("ways")}</span></th>
        <th scope="col" class="number">${attendance("ways.people")}</th>
        <th scope="col" class="number">${attendance("ways.stay")}</th>
      </tr></thead>
      <tbody>${layers.map((layer, index) => html`<tr>
        <th scope="row">${this.renderWay(layer, index + 1)}</th>
        <td class="number">${number(layer.people)}</td>
        <td class="number">${duration(layer.averageMs)}</td>
      </tr>`)}</tbody>
    </table>`;
  }

  private renderWay(layer: Layer, series: number): TemplateResult {
    const face = html`<span class="swatch series-${series}"></span><span>${layer.label}</span>`;
    const { way } = layer;
    if (!way) return html`<span class="way">${face}</span>`;
    const { origin, linkName } = this.asked;
    const isOnly = origin !== "" && wayKey(way) === wayKey({ origin, link_name: linkName });
    return html`<button type="button" class="way" aria-pressed=${isOnly}
        aria-label=${attendance("ways.only", { way: layer.label })}
        @click=${() => this.list?.showWay(isOnly ? null : way)}>${face}</button>
      ${way.link_name ? html`<div class="hint">${attendance("way.guest_link")}</div>` : nothing}`;
  }

  private renderRules(summary: AttendanceSummary): TemplateResult {
    return html`<details class="rules">
      <summary>${attendance("rule")}</summary>
      <ul>
        <li>${attendance("rule.person")}</li>
        <li>${attendance("rule.reconnect", { seconds: summary.grace_s })}</li>
        <li>${attendance("rule.gate")}</li>
        <li>${attendance("rule.roles")}</li>
      </ul>
    </details>`;
  }

  private async begin(): Promise<void> {
    void api.me().then((me) => (this.me = me), () => undefined);
    try {
      const found = await records.sittings(this.#entryId);
      this.sittings = found;
      document.title = common("page_title", { name: attendance("page_title", { name: found.entry_name }) });
      const isKnown = found.sessions.some((one) => one.session_id === this.sessionId);
      if (!isKnown) this.sessionId = found.sessions[0]?.session_id ?? "";
    } catch (error) {
      this.problem = api.problemOf(error);
      return;
    }
    await this.load();
  }

  /** Get what is shown anew, and come back for more while the session goes on. */
  private async load(): Promise<void> {
    clearTimeout(this.#timer);
    const mine = ++this.#newest;
    const { asked } = this;
    try {
      const [summary, people] = await Promise.all([
        records.summary(this.sessionId), records.people(this.sessionId, asked),
      ]);
      if (mine !== this.#newest) return;
      const wasLive = Boolean(this.summary?.until);
      this.summary = summary;
      if (asked === this.asked) this.people = people;
      this.isStale = false;
      this.#readAt = Date.now();
      if (wasLive && !summary.until) void this.lookForSessions();
      this.wait(Math.max(REFRESH_MS, summary.refresh_s * 1_000));
    } catch (error) {
      if (mine !== this.#newest) return;
      const problem = api.problemOf(error);
      // What is on screen is better than an apology for one look that failed.
      if (!this.summary || !problem.again) this.problem = problem;
      else this.isStale = true;
      this.wait(RETRY_MS);
    }
  }

  private wait(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.summary?.until || this.problem) return;
    this.#timer = setTimeout(() => {
      if (document.visibilityState === "visible") void this.load();
    }, ms);
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState !== "visible" || !this.summary) return;
    void this.lookForSessions();
    if (this.summary.until && Date.now() - this.#readAt >= REFRESH_MS) void this.load();
  };

  /** A session may have ended or begun since. */
  private async lookForSessions(): Promise<void> {
    try {
      this.sittings = await records.sittings(this.#entryId);
    } catch {
      // The list that is shown is still good enough.
    }
  }

  private choseSession(event: Event): void {
    this.sessionId = (event.target as HTMLSelectElement).value;
    history.replaceState(null, "", api.attendancePage(this.#entryId, this.sessionId));
    this.asked = EVERYBODY;
    void this.load();
  }

  private readonly onQuery = async (event: QueryEvent): Promise<void> => {
    const query = event.query;
    this.asked = query;
    try {
      const people = await records.people(this.sessionId, query);
      if (query === this.asked) this.people = people;
    } catch {
      // The whole view says what is wrong, or that it is only late.
      void this.load();
    }
  };
}
