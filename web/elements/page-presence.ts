/**
 * Being on the page of a video, document or quiz: whoever has it open is in its session, and
 * those who manage it see who that is.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { RoomSocket } from "../lib/socket";
import { initials, labels, tint } from "../lib/words";
import type { Row, View, Window } from "../lib/protocol";
import { entry } from "../messages/entry";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./page-presence.css?inline";

const WINDOW: Window = {
  groups: {
    raised_hands: { first: 0, count: 50 },
    on_stage: { first: 0, count: 50 },
    viewers: { first: 0, count: 50 },
  },
  search: "",
};

@customElement("page-presence")
export class PagePresence extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) sessionId = "";
  @property({ attribute: false }) isSignedIn = false;
  @state() private view: View | null = null;
  @state() private isStaff = false;
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
    const { counts, groups } = this.view;
    const rows = [groups.raised_hands, groups.on_stage, groups.viewers].flatMap((group) => group?.rows ?? []);
    return html`<details>
      <summary>${entry("presence", { count: counts.all })}</summary>
      <ul role="list">${rows.map((row) => this.renderRow(row))}</ul>
      ${counts.all > rows.length ? html`<p class="hint">${entry("presence.more", { count: counts.all - rows.length })}</p>` : nothing}
    </details>`;
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
      window: WINDOW,
      probe: () => api.whyNot(sessionId),
      changed: () => {
        this.view = this.#socket?.view ?? null;
        this.isStaff = this.#socket?.you?.rights?.includes("see_staff") ?? false;
      },
    });
    this.#socket.open();
  }
}
