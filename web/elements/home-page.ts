/** The home page: the entries as cards, which of them are live, and the way to new ones. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../lib/page";
import * as api from "../lib/api";
import {
  EVERYTHING, found, isNarrowed, kindsOf, queryOf, searchOf, SORTS, standingOf, type EntryQuery, type Standing,
} from "../lib/entries";
import { language } from "../lib/language";
import { openWindow } from "../lib/opening";
import { fromNow, moment } from "../lib/timing";
import { kindName, partName, people, stateName } from "../lib/words";
import type { EntrySummary, Me, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { home } from "../messages/home";
import type { CreateEntry } from "./create-entry";
import { icon } from "./icons";
import { KIND_ICONS } from "./kind-icons";
import "./problem-card";
import "./sign-in-link";
import "./site-header";
import { sheets } from "./sheets";
import "./toast-list";
import type { ToastList } from "./toast-list";
import { UsherElement } from "./usher-element";
import type { NoteEvent } from "../lib/asking";
import page from "./page.css?inline";
import own from "./home-page.css?inline";

/** How often the list is looked at again while the page is on screen; long lists more rarely. */
const REFRESH_MS = 10_000;
const LONG_REFRESH_MS = 60_000;
/** So many are loaded unasked: more than anybody looks through, and few enough to search at once. */
const LOADED = 1_000;

const LOOK: Record<Standing, string> = {
  live: "good", coming: "accent", due: "warn", idle: "", over: "", draft: "warn", shown: "",
};

@customElement("home-page")
export class HomePage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private entries: readonly EntrySummary[] | null = null;
  /** Behind which entry the list goes on; empty when all are here. */
  @state() private next = "";
  @state() private asked: EntryQuery = queryOf(location.search);
  @state() private problem: Problem | null = null;
  @query("#find") private field!: HTMLInputElement | null;
  @query("create-entry") private creator!: CreateEntry;
  @query("toast-list") private toasts!: ToastList;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Pages that were asked for by hand. */
  #wanted = LOADED;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("usher-note", this.note as unknown as EventListener);
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    const stranger = this.problem?.code === "not_signed_in" ? this.problem : null;
    return html`
      <site-header .me=${this.me}></site-header>
      <main id="main" class=${stranger ? "narrow" : ""}>
        ${stranger ? this.renderStranger(stranger) : this.renderEntries()}
      </main>
      <create-entry></create-entry>
      <toast-list></toast-list>
    `;
  }

  private renderStranger(problem: Problem): TemplateResult {
    return html`<problem-card .problem=${problem}
      more=${home("stranger")}><sign-in-link></sign-in-link></problem-card>`;
  }

  private renderEntries(): TemplateResult {
    const isEmpty = this.entries?.length === 0;
    return html`<div class="head">
        <h1 class="grow">${home("entries")}</h1>
        ${this.me?.is_operator && !isEmpty ? this.renderCreate() : nothing}
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.entries ? (isEmpty ? this.renderNone() : this.renderFound(this.entries)) : this.renderLoading()}`;
  }

  private renderCreate(): TemplateResult {
    return html`<button type="button" class="button primary" @click=${this.create}>
      ${icon("plus")}${home("create")}
    </button>`;
  }

  private renderLoading(): TemplateResult | typeof nothing {
    return this.problem ? nothing : html`<p class="loading" role="status">${common("loading")}</p>`;
  }

  /** Whoever may make entries is led to the first; the others learn how entries come here. */
  private renderNone(): TemplateResult {
    const mayCreate = this.me?.is_operator;
    return html`<div class="card empty">
      <span class="mark">${icon("stage")}</span>
      <h2>${home("none")}</h2>
      <p>${home(mayCreate ? "none.host" : "none.others")}</p>
      ${mayCreate ? this.renderCreate() : nothing}
    </div>`;
  }

  private renderFound(entries: readonly EntrySummary[]): TemplateResult {
    const now = Date.now();
    const shown = found(entries, this.asked, now, language());
    return html`
      ${this.renderTools(entries)}
      <p class="count hint" role="status">${this.counted(entries.length, shown.length)}</p>
      ${shown.length > 0
        ? html`<ul class="list" role="list">
            ${repeat(shown, (entry) => entry.entry_id, (entry) => this.renderEntry(entry, now))}
          </ul>`
        : html`<div class="card empty">
            <p>${home("none.found")}</p>
            <button type="button" class="button" @click=${this.clear}>${home("clear")}</button>
          </div>`}
      ${this.next
        ? html`<div class="more">
            <p class="hint">${home("partial", { count: entries.length })}</p>
            <button type="button" class="button" @click=${this.loadMore}>${home("see_more")}</button>
          </div>`
        : nothing}
    `;
  }

  private counted(all: number, shown: number): string {
    return isNarrowed(this.asked) ? home("count.found", { count: shown, all }) : home("count", { count: all });
  }

  private renderTools(entries: readonly EntrySummary[]): TemplateResult {
    const { asked } = this;
    return html`<div class="tools" role="search">
      <div class="find">
        ${icon("search")}
        <input class="input" id="find" type="search" maxlength="100" aria-label=${home("find")}
          placeholder=${home("find")} .value=${asked.q} @input=${this.typed} />
      </div>
      <select class="input" aria-label=${home("kind")}
        @change=${(event: Event) => this.ask({ kind: valueOf(event) as EntryQuery["kind"] })}>
        <option value="" ?selected=${!asked.kind}>${home("kind.all")}</option>
        ${kindsOf(entries).map(
          ([kind, count]) => html`<option value=${kind} ?selected=${kind === asked.kind}>
            ${home("kind.count", { kind: kindName(kind), count })}
          </option>`,
        )}
      </select>
      <select class="input" aria-label=${home("sort")}
        @change=${(event: Event) => this.ask({ sort: valueOf(event) as EntryQuery["sort"] })}>
        ${SORTS.map((sort) => html`<option value=${sort} ?selected=${sort === asked.sort}>${home(`sort.${sort}`)}</option>`)}
      </select>
    </div>`;
  }

  private renderEntry(entry: EntrySummary, now: number): TemplateResult {
    const standing = standingOf(entry, now);
    return html`<li class="card entry ${standing}" data-entry=${entry.entry_id}>
      <div class="top">
        <span class="mark" aria-hidden="true">${icon(KIND_ICONS[entry.kind])}</span>
        <span class="kind grow">${kindName(entry.kind)}</span>
        ${standing === "shown" ? nothing : html`<span class="badge ${LOOK[standing]}">${badge(standing)}</span>`}
      </div>
      <a class="name" href="/e/${entry.entry_id}" dir="auto">${entry.name}</a>
      <div class="foot">
        <div class="facts grow">
          <p>${factOf(entry, standing, now)}</p>
          <p class="faint">
            ${[entry.part && entry.part !== "owner" ? partName(entry.part) : "", home("used", { when: fromNow(entry.used_at, now) })]
              .filter(Boolean).join(" · ")}
          </p>
        </div>
        ${standing === "live"
          ? html`<button type="button" class="button primary small" aria-label=${home("enter.entry", { name: entry.name })}
              @click=${() => this.enter(entry.entry_id)}>${home("enter")}</button>`
          : nothing}
      </div>
    </li>`;
  }

  private typed(): void {
    this.ask({ q: this.field?.value ?? "" });
  }

  private ask(change: Partial<EntryQuery>): void {
    this.asked = { ...this.asked, ...change };
    history.replaceState(null, "", location.pathname + searchOf(this.asked));
  }

  private clear(): void {
    this.ask({ ...EVERYTHING, sort: this.asked.sort });
    this.field?.focus();
  }

  private readonly create = (): void =>
    void openWindow(this, () => import("./create-entry"), () => this.creator.open());

  private readonly note = (event: NoteEvent): void => this.toasts.show(event.note);

  /** Look now, and again after a while. */
  private async look(): Promise<void> {
    if (document.visibilityState === "visible") await this.load();
    const isLong = this.next !== "" || (this.entries?.length ?? 0) > LOADED / 4;
    clearTimeout(this.#timer);
    if (this.isConnected) this.#timer = setTimeout(() => void this.look(), isLong ? LONG_REFRESH_MS : REFRESH_MS);
  }

  private async load(): Promise<void> {
    try {
      const [me, first] = await Promise.all([api.me(), api.entries()]);
      this.me = me;
      let { page: entries, next } = first;
      // What is here already is shown while the rest comes; a list on screen is not cut short.
      if (!this.entries) this.entries = entries;
      while (next && entries.length < this.#wanted) {
        const more = await api.entries(next);
        entries = [...entries, ...more.page];
        next = more.next;
        if (this.entries.length < entries.length) this.entries = entries;
      }
      this.entries = entries;
      this.next = next;
      this.problem = null;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private async loadMore(): Promise<void> {
    this.#wanted += LOADED;
    await this.load();
  }

  private async enter(entryId: string): Promise<void> {
    try {
      location.assign((await api.enter(entryId)).next);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}

const valueOf = (event: Event): string => (event.target as HTMLSelectElement).value;

function badge(standing: Standing): TemplateResult | string {
  switch (standing) {
    case "live":
      return html`<span class="dot"></span>${stateName("open")}`;
    case "coming":
      return stateName("scheduled");
    case "over":
      return stateName("ended");
    case "draft":
      return home("draft");
    default:
      return stateName("early");
  }
}

/** The one thing to know of an entry now. */
function factOf(entry: EntrySummary, standing: Standing, now: number): string {
  const when = moment(entry.starts_at ?? 0);
  if (standing === "coming") return home("starts", { when, away: fromNow(entry.starts_at ?? 0, now) });
  if (entry.people > 0) return home(standing === "shown" ? "here" : "inside", { people: people(entry.people) });
  switch (standing) {
    case "live":
      return home("inside.none");
    case "due":
      return home("due", { when });
    case "draft":
      return home(entry.kind === "quiz" ? "draft.quiz" : "draft.why");
    case "idle":
      return home("idle");
    default:
      return "";
  }
}

