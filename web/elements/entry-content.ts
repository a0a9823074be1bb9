/** What the media page is about: the content for those let in, or the way into the room. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import * as api from "../lib/api";
import { overHttp } from "../lib/asking";
import { hasDoorsOnPage, isLive } from "../lib/ranks";
import { momentInFull } from "../lib/timing";
import type { EntryView, Problem } from "../lib/protocol";
import { entry as words } from "../messages/entry";
import "./page-presence";
import { sheets } from "./sheets";
import "./video-player";
import { UsherElement } from "./usher-element";
import own from "./entry-content.css?inline";

/** Files that a browser plays itself; any other address is a player to embed. */
const PLAYABLE = /\.(mp4|m4v|webm|ogv|mov)$/iu;
/** What a page in a frame may do. One of our own origin must not reach out of it. */
const OWN_FRAME = "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox";
const FOREIGN_FRAME = `${OWN_FRAME} allow-same-origin allow-presentation`;
const PICTURE = /\.(avif|gif|jpe?g|png|svg|webp)$/iu;

@customElement("entry-content")
export class EntryContent extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entry!: EntryView;
  @property({ type: Boolean }) isSignedIn = false;
  @state() private problem: Problem | null = null;
  @state() private hasPictureFailed = false;
  @state() private isBusy = false;
  /** There is no quiz of our own, so the one at the entry's address is shown. */
  @state() private isElsewhere = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("entry");
    if (!before) return;
    if (before.content_url !== this.entry.content_url) this.hasPictureFailed = false;
    // From which host a page may read was said when it came; a document of another needs it anew.
    const host = documentHost(this.entry);
    if (host && host !== documentHost(before)) location.reload();
  }

  protected override render(): TemplateResult {
    const { entry } = this;
    if (isLive(entry.kind)) return this.renderLive();
    if (!entry.may_open) {
      return html`<div class="card">
        <p>${words(this.isSignedIn ? "content.closed" : "content.closed.stranger")}</p>
      </div>`;
    }
    return html`${entry.kind === "quiz" ? this.renderQuiz() : this.renderContent()}
      <page-presence .entryId=${entry.entry_id} .sessionId=${entry.session_id}
        .isSignedIn=${this.isSignedIn}></page-presence>`;
  }

  private renderLive(): TemplateResult {
    const { entry } = this;
    const isEnded = entry.session_state === "ended";
    const waits = entry.starts_at && (entry.session_state === "scheduled" || entry.session_state === "early");
    return html`<div class="card">
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${waits
        ? html`<p class="when">${words("live.starts", { when: momentInFull(entry.starts_at ?? 0) })}</p>
            <a class="button small" href=${api.calendarUrl(entry.entry_id)} download>${words("live.calendar")}</a>`
        : nothing}
      ${isEnded ? html`<p class="when">${words("live.ended")}</p>` : nothing}
      ${entry.may_enter ? this.renderWaysIn() : html`<p>${words(this.isSignedIn ? "live.closed" : "live.closed.stranger")}</p>`}
    </div>`;
  }

  /** Whoever may start it does so from here, and is inside; entering first is for preparing. */
  private renderWaysIn(): TemplateResult | typeof nothing {
    const { session_state, rights } = this.entry;
    const isEnded = session_state === "ended";
    const mayStart = session_state !== "open" && rights.includes("start_session");
    if (isEnded && !mayStart) return nothing;
    return html`<div class="line ways">
        ${mayStart
          ? html`<button type="button" class="button primary" aria-disabled=${this.isBusy} @click=${this.start}>
              ${words(isEnded ? "menu.start_new" : "menu.start")}
            </button>`
          : nothing}
        ${isEnded
          ? nothing
          : html`<button type="button" class="button ${mayStart ? "" : "primary"}" aria-disabled=${this.isBusy} @click=${this.enter}>
              ${words("live.enter")}
            </button>`}
      </div>
      ${mayStart ? html`<p>${words(isEnded ? "live.start_again" : "live.start_why")}</p>` : nothing}
      ${this.hasDoorsInside ? html`<p>${words("live.doors_inside")}</p>` : nothing}`;
  }

  /** Whoever looks for the doors here, as on other pages, is told where they are. */
  private get hasDoorsInside(): boolean {
    const { kind, rights } = this.entry;
    return !hasDoorsOnPage(kind) && (rights.includes("invite") || rights.includes("manage_guest_access"));
  }

  /** A quiz of our own, or else that of another site. What it is made of loads for quizzes alone. */
  private renderQuiz(): TemplateResult {
    void import("./entry-quiz");
    return html`<entry-quiz .entry=${this.entry} @found=${(event: CustomEvent<boolean>) => (this.isElsewhere = !event.detail)}>
      ${this.isElsewhere ? this.renderContent() : nothing}
    </entry-quiz>`;
  }

  private renderContent(): TemplateResult {
    const url = webAddress(this.entry.content_url);
    if (!url) {
      const isOwner = this.entry.rights.includes("edit_entry");
      return html`<div class="card"><p>${words(isOwner ? "content.none.owner" : "content.none")}</p></div>`;
    }
    const { kind, name } = this.entry;
    if (kind === "video" && PLAYABLE.test(url.pathname)) {
      const captions = this.entry.captions.filter((one) => webAddress(one.url) !== null);
      const key = `${url.href} ${captions.map((one) => one.url).join(" ")}`;
      return html`${keyed(key, html`<video-player .url=${url} name=${name} .captions=${captions}></video-player>`)}`;
    }
    if (kind === "document" && /\.pdf$/iu.test(url.pathname)) {
      void import("./pdf-viewer");
      return html`${keyed(url.href, html`<pdf-viewer src=${url.href} name=${name}></pdf-viewer>`)}`;
    }
    if (kind === "document" && PICTURE.test(url.pathname)) {
      return this.renderPicture(url, name);
    }
    return html`<div class="frame">
      <iframe class=${kind === "video" ? "video" : "page"} src=${url.href} title=${name}
        sandbox=${url.origin === location.origin ? OWN_FRAME : FOREIGN_FRAME}
        allow="fullscreen; picture-in-picture" referrerpolicy="no-referrer"></iframe>
    </div>`;
  }

  private renderPicture(url: URL, name: string): TemplateResult {
    if (!this.hasPictureFailed) {
      return html`<div class="frame"><img src=${url.href} alt=${name} @error=${() => (this.hasPictureFailed = true)} /></div>`;
    }
    return html`<div class="card">
      <p role="alert">${words("picture.failed", { host: url.hostname })}</p>
      <a class="button" href=${url.href} target="_blank" rel="noreferrer">${words("video.open")}</a>
    </div>`;
  }

  private async enter(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = null;
    try {
      location.assign((await api.enter(this.entry.entry_id)).next);
    } catch (error) {
      this.problem = api.problemOf(error);
      this.isBusy = false;
    }
  }

  /** Start, and go in: a session without anybody who leads it would end by itself. */
  private async start(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = null;
    const answer = await overHttp(this.entry.entry_id, { type: "start_session" });
    this.isBusy = false;
    if (answer.isDone) await this.enter();
    else this.problem = answer.problem;
    this.dispatchEvent(new Event("started"));
  }
}

/** An address on the web, or null: an entry's editor must not run scripts in its readers' pages. */
export function webAddress(text: string | null | undefined): URL | null {
  if (!text) return null;
  try {
    const url = new URL(text, location.origin);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

/** The host that a document is read from, when it is not ours and there is one to be shown. */
function documentHost(entry: EntryView): string {
  const url = entry.kind === "document" && entry.may_open ? webAddress(entry.content_url) : null;
  return url && url.origin !== location.origin ? url.origin : "";
}
