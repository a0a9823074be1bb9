/** What the media page is about: the content for those let in, or the way into the room. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { isLive } from "../lib/ranks";
import { momentInFull } from "../lib/timing";
import type { EntryView, Problem } from "../lib/protocol";
import "./page-presence";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-content.css?inline";

/** Files that a browser plays itself; any other address is a player to embed. */
const PLAYABLE = /\.(mp4|m4v|webm|ogv|mov)$/iu;

@customElement("entry-content")
export class EntryContent extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entry!: EntryView;
  @property({ type: Boolean }) isSignedIn = false;
  @state() private problem: Problem | null = null;

  protected override render(): TemplateResult {
    const { entry } = this;
    if (isLive(entry.kind)) return this.renderLive();
    if (!entry.may_open) {
      return html`<div class="card">
        <p>${this.isSignedIn
          ? "This is shown to people who were invited. Ask its owner for an invitation or a guest link."
          : "This is shown to people who were invited. Open the link that you were given, or sign in."}</p>
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
      ${waits ? html`<p class="when">Starts ${momentInFull(entry.starts_at ?? 0)}</p>` : nothing}
      ${isEnded ? html`<p class="when">This session has ended</p>` : nothing}
      ${entry.may_enter && !isEnded
        ? html`<button type="button" class="button primary" @click=${this.enter}>Enter the room</button>`
        : nothing}
      ${!entry.may_enter
        ? html`<p>${this.isSignedIn
            ? "You need an invitation or a guest link to come in. Ask the host for one."
            : "Open the link that you were given to come in, or sign in."}</p>`
        : nothing}
      ${isEnded && entry.rights.includes("start_session")
        ? html`<p>Use “Start new session” in the menu above to open it again.</p>`
        : nothing}
    </div>`;
  }

  /** A quiz of our own, or else that of another site. What it is made of loads for quizzes alone. */
  private renderQuiz(): TemplateResult {
    void import("./entry-quiz");
    return html`<entry-quiz .entry=${this.entry}>${this.renderContent()}</entry-quiz>`;
  }

  private renderContent(): TemplateResult {
    const url = webAddress(this.entry.content_url);
    if (!url) return html`<div class="card"><p>Its owner has not put anything here yet.</p></div>`;
    const { kind, name } = this.entry;
    if (kind === "video" && PLAYABLE.test(url.pathname)) {
      return html`<div class="frame"><video controls preload="metadata" src=${url.href} aria-label=${name}></video></div>`;
    }
    return html`<div class="frame">
      <iframe class=${kind === "video" ? "video" : "page"} src=${url.href} title=${name}
        allow="fullscreen; picture-in-picture" referrerpolicy="no-referrer"></iframe>
    </div>`;
  }

  private async enter(): Promise<void> {
    try {
      location.assign((await api.enter(this.entry.entry_id)).next);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
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
