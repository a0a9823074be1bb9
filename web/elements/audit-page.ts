/** Who did what to whom, and when; the newest first, with a check that nothing was changed. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../lib/page";
import * as api from "../lib/api";
import * as log from "../lib/audit";
import { audit } from "../messages/audit";
import { common } from "../messages/common";
import { momentInFull } from "../lib/timing";
import type { AuditCheck, AuditLine, AuditPage as Lines, Me, Problem } from "../lib/protocol";
import { icon } from "./icons";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./audit-page.css?inline";

@customElement("audit-page")
export class AuditPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private found: Lines | null = null;
  @state() private lines: readonly AuditLine[] = [];
  @state() private checked: AuditCheck | null = null;
  @state() private problem: Problem | null = null;
  /** What failed beside what is on screen. */
  @state() private late: Problem | null = null;
  @state() private isBusy = false;
  /** How many lines came with the last press; null before any. */
  @state() private came: number | null = null;
  readonly #entryId = decodeURIComponent(location.pathname.split("/")[2] ?? "");

  override connectedCallback(): void {
    super.connectedCallback();
    void api.me().then((me) => (this.me = me), () => undefined);
    void this.begin();
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem ? "narrow" : ""}>${this.renderMain()}</main>`;
  }

  private renderMain(): TemplateResult {
    const back = `/e/${encodeURIComponent(this.#entryId)}`;
    if (this.problem) {
      return html`<problem-card .problem=${this.problem}>
        <a class="button" href=${back}>${common("back")}</a>
      </problem-card>`;
    }
    const { found } = this;
    if (!found) return html`<p class="loading" role="status">${common("loading")}</p>`;
    return html`<div class="head">
        <div class="grow">
          <a class="back" href=${back}>${icon("back")}${found.entry_name}</a>
          <h1>${audit("title")}</h1>
          <p class="hint">${audit("text")} ${found.is_whole ? nothing : audit("only_session")}</p>
        </div>
        <div class="field" role="group" aria-labelledby="download">
          <span class="label" id="download">${audit("download")}</span>
          <div class="line">${(["csv", "json"] as const).map((form) => html`<a class="button" download
            href=${log.exportUrl(this.#entryId, form)}
            aria-label=${audit(`download.${form}.label`)}>${icon("file")}${audit(`download.${form}`)}</a>`)}</div>
        </div>
      </div>
      ${found.is_whole ? this.renderCheck() : nothing}
      <p class="status bad" role="alert">${this.late ? this.late.sentence : nothing}</p>
      ${this.lines.length ? this.renderLines(this.lines) : html`<p class="card empty">${audit("nobody")}</p>`}
      ${found.next
        ? html`<button type="button" class="button" aria-disabled=${this.isBusy} @click=${this.onOlder}>${audit("older")}</button>`
        : nothing}
      <p class="status" id="came" role="status">${
        this.came === null ? nothing : audit("older.shown", { count: this.came })}</p>`;
  }

  private renderCheck(): TemplateResult {
    const { checked } = this;
    return html`<div class="check">
      <button type="button" class="button" aria-disabled=${this.isBusy} @click=${this.onCheck}>${audit("check")}</button>
      <p class="status ${checked && !checked.is_intact ? "bad" : ""}" role="status">${checked
        ? checked.is_intact
          ? audit("check.intact", { number: checked.last })
          : audit("check.broken", { number: checked.broken_at ?? 0 })
        : nothing}</p>
    </div>`;
  }

  private renderLines(lines: readonly AuditLine[]): TemplateResult {
    return html`<div class="card lines"><table>
      <caption class="hidden-visually">${audit("title")}</caption>
      <thead><tr>${(["at", "by", "action", "about"] as const).map((column) =>
        html`<th scope="col">${audit(`column.${column}`)}</th>`)}</tr></thead>
      <tbody>${lines.map((line) => this.renderLine(line))}</tbody>
    </table></div>`;
  }

  private renderLine(line: AuditLine): TemplateResult {
    const detail = log.detail(line);
    return html`<tr data-action=${line.action}>
      <td class="at">${momentInFull(line.at)}</td>
      <td data-label=${audit("column.by")}><bdi>${log.byName(line.by)}</bdi>${line.by.email ? html`<div class="hint"><bdi>${line.by.email}</bdi></div>` : nothing}</td>
      <td data-label=${audit("column.action")}>${audit(`action.${line.action}`)}${detail ? html`<div class="hint"><bdi>${detail}</bdi></div>` : nothing}</td>
      <td data-label=${audit("column.about")}><bdi>${log.aboutNames(line)}</bdi></td>
    </tr>`;
  }

  private async begin(): Promise<void> {
    try {
      const found = await log.lines(this.#entryId);
      this.found = found;
      this.lines = found.lines;
      document.title = common("page_title", { name: audit("page_title", { name: found.entry_name }) });
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private readonly onOlder = (): Promise<void> => this.busy(async () => {
    this.came = null;
    const before = this.lines.length;
    const more = await log.lines(this.#entryId, this.found?.next ?? undefined);
    this.found = more;
    this.lines = [...this.lines, ...more.lines];
    this.came = more.lines.length;
    await this.updateComplete;
    // Read on where the new lines begin; the button goes away with the oldest.
    const first = this.renderRoot.querySelectorAll<HTMLElement>("tbody tr")[before];
    const place = first ?? this.renderRoot.querySelector<HTMLElement>("#came");
    if (place) place.tabIndex = -1;
    place?.focus();
  });

  private readonly onCheck = (): Promise<void> => this.busy(async () => {
    this.checked = null;
    this.checked = await log.check(this.#entryId);
  });

  private async busy(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.late = null;
    try {
      await work();
    } catch (error) {
      this.late = api.problemOf(error);
    } finally {
      this.isBusy = false;
    }
  }
}
