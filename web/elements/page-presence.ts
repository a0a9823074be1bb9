/**
 * Being on the page of a video, document or quiz: whoever has it open is in its session, and
 * those who manage it see who that is.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { PAGE, pagesOf, rowsOf, windowOf } from "../lib/presence-pages";
import { OUR_WORDS } from "../lib/refusals";
import { RoomSocket } from "../lib/socket";
import { sameWindow } from "../lib/windows";
import { initials, labels, tint } from "../lib/words";
import type { Counts, Row, View } from "../lib/protocol";
import { entry } from "../messages/entry";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./page-presence.css?inline";

const NOBODY: Counts = { all: 0, raised_hands: 0, on_stage: 0, viewers: 0 };

@customElement("page-presence")
export class PagePresence extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) sessionId = "";
  @property({ attribute: false }) isSignedIn = false;
  @state() private view: View | null = null;
  @state() private isStaff = false;
  @state() private page = 0;
  #shown: Row[] = [];
  #socket: RoomSocket | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.join();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#socket?.close();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.view || !this.isStaff) return nothing;
    const { counts } = this.view;
    const rows = rowsOf(this.view, this.page);
    // Until a page has come, that before it stays.
    this.#shown = rows ?? this.#shown;
    return html`<details>
      <summary>${entry("presence", { count: counts.all })}</summary>
      <ul role="list" aria-busy=${rows === null}>${this.#shown.map((row) => this.renderRow(row))}</ul>
      ${pagesOf(counts) > 1 ? this.renderPager(counts) : nothing}
    </details>`;
  }

  private renderPager(counts: Counts): TemplateResult {
    const first = this.page * PAGE + 1;
    const last = Math.min(counts.all, first + PAGE - 1);
    const isLast = this.page >= pagesOf(counts) - 1;
    return html`<nav class="line" aria-label=${entry("presence.pages")}>
      <button type="button" class="button small" aria-disabled=${this.page === 0} @click=${() => this.turn(-1)}>
        ${entry("presence.previous")}
      </button>
      <button type="button" class="button small" aria-disabled=${isLast} @click=${() => this.turn(1)}>
        ${entry("presence.next")}
      </button>
      <p class="hint" role="status">${entry("presence.range", { first, last, all: counts.all })}</p>
    </nav>`;
  }

  private renderRow(row: Row): TemplateResult {
    const details = [...labels(row), row.email].filter(Boolean).join(" · ");
    return html`<li data-participant=${row.id}>
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(row.name)}</span>
      <div class="grow">
        <p class="name">${row.name}</p>
        ${details ? html`<p class="hint">${details}</p>` : nothing}
      </div>
    </li>`;
  }

  private turn(by: number): void {
    const counts = this.view?.counts ?? NOBODY;
    const page = Math.min(Math.max(0, this.page + by), pagesOf(counts) - 1);
    if (page === this.page) return;
    this.page = page;
    this.watch(counts);
  }

  /** Who comes and goes moves what lies on a page, and may empty the last. */
  private watch(counts: Counts): void {
    this.page = Math.min(this.page, pagesOf(counts) - 1);
    const wanted = windowOf(this.page, counts);
    if (this.#socket && !sameWindow(wanted, this.#socket.window)) this.#socket.watch(wanted);
  }

  private async join(): Promise<void> {
    let sessionId = this.sessionId;
    if (this.isSignedIn) {
      try {
        sessionId = (await api.enter(this.entryId)).session_id;
      } catch {
        // Who comes by a link has been let in already; without either, the page works all the same.
      }
    }
    if (!this.isConnected) return;
    this.#socket = new RoomSocket(api.socketUrl(sessionId), {
      window: windowOf(0, NOBODY),
      words: OUR_WORDS,
      probe: () => api.whyNot(sessionId),
      changed: () => {
        this.view = this.#socket?.view ?? null;
        if (this.view) this.watch(this.view.counts);
        this.isStaff = this.#socket?.you?.rights?.includes("see_staff") ?? false;
      },
    });
    this.#socket.open();
  }
}
