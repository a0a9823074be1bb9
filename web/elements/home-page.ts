/** The home page: the entries, and which of them are live. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../lib/page";
import * as api from "../lib/api";
import { isLive } from "../lib/ranks";
import { moment } from "../lib/timing";
import { kindName, partName, people } from "../lib/words";
import type { EntryKind, EntrySummary, Me, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { home } from "../messages/home";
import { icon, type IconName } from "./icons";
import "./problem-card";
import "./site-header";
import "./session-badge";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./home-page.css?inline";

/** How often the list is looked at again while the page is on screen. */
const REFRESH_MS = 10_000;

const MARKS: Record<EntryKind, IconName> = {
  video: "play",
  document: "file",
  quiz: "quiz",
  live_event: "stage",
  room: "people",
  channel_room: "people",
  gallery_room: "people",
};

@customElement("home-page")
export class HomePage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private entries: readonly EntrySummary[] | null = null;
  @state() private hasMore = false;
  @state() private problem: Problem | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.#timer = setInterval(() => {
      if (document.visibilityState === "visible" && !this.hasGrown()) void this.load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const stranger = this.problem?.code === "not_signed_in" ? this.problem : null;
    return html`
      <site-header .me=${this.me}></site-header>
      <main id="main" class=${stranger ? "narrow" : ""}>
        ${stranger ? this.renderStranger(stranger) : this.renderEntries()}
      </main>
    `;
  }

  private renderStranger(problem: Problem): TemplateResult {
    return html`<problem-card .problem=${problem}
      more=${home("stranger")}></problem-card>`;
  }

  private renderEntries(): TemplateResult {
    return html`<div class="head"><h1>${home("entries")}</h1></div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.renderList()}`;
  }

  private renderList(): TemplateResult {
    if (!this.entries) {
      return this.problem ? html`` : html`<p class="loading" role="status">${common("loading")}</p>`;
    }
    if (this.entries.length === 0) {
      return html`<div class="card empty">
        <p>${home("none")}</p>
      </div>`;
    }
    return html`
      <ul class="card list" role="list">${this.entries.map((entry) => this.renderEntry(entry))}</ul>
      ${this.hasMore
        ? html`<div class="more"><button type="button" class="button" @click=${this.loadMore}>${home("see_more")}</button></div>`
        : nothing}
    `;
  }

  private renderEntry(entry: EntrySummary): TemplateResult {
    const isOpen = isLive(entry.kind) && entry.session_state === "open";
    const waits = entry.starts_at && entry.session_state === "scheduled";
    return html`<li data-entry=${entry.entry_id}>
      <span class="mark">${icon(MARKS[entry.kind])}</span>
      <div class="grow">
        <a class="name" href="/e/${entry.entry_id}">${entry.name}</a>
        <div class="line facts">
          <span>${kindName(entry.kind)}</span>
          ${isLive(entry.kind)
            ? html`<session-badge .state=${entry.session_state} .startsAt=${entry.starts_at}></session-badge>`
            : nothing}
          ${waits ? html`<span>${moment(entry.starts_at ?? 0)}</span>` : nothing}
          ${entry.people > 0 ? html`<span>${people(entry.people)}</span>` : nothing}
          ${entry.part ? html`<span>${partName(entry.part)}</span>` : nothing}
        </div>
      </div>
      ${isOpen
        ? html`<button type="button" class="button primary" aria-label=${home("enter.entry", { name: entry.name })}
            @click=${() => this.enter(entry.entry_id)}>${home("enter")}</button>`
        : nothing}
    </li>`;
  }

  private hasGrown(): boolean {
    return (this.entries?.length ?? 0) > api.ENTRIES_A_PAGE;
  }

  private async load(): Promise<void> {
    try {
      const [me, entries] = await Promise.all([api.me(), api.entries("")]);
      this.me = me;
      this.entries = entries;
      this.hasMore = entries.length === api.ENTRIES_A_PAGE;
      this.problem = null;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private async loadMore(): Promise<void> {
    const known = this.entries ?? [];
    try {
      const more = await api.entries(known.at(-1)?.entry_id ?? "");
      this.entries = [...known, ...more];
      this.hasMore = more.length === api.ENTRIES_A_PAGE;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private async enter(entryId: string): Promise<void> {
    try {
      location.assign((await api.enter(entryId)).next);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}
