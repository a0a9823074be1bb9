/** The top of a room: what it is, how it stands, and the ways to start, leave and end it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { run } from "../lib/asking";
import { clock } from "../lib/timing";
import type { SelfView, SessionView } from "../lib/protocol";
import { room } from "../messages/room";
import "./confirm-dialog";
import type { ConfirmDialog } from "./confirm-dialog";
import { icon } from "./icons";
import "./session-badge";
import "./page-switch";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./room-header.css?inline";

const TICK_MS = 1_000;

@customElement("room-header")
export class RoomHeader extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) session!: SessionView;
  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) clockOffset = 0;
  @state() private now = Date.now();
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      if (this.session.host_absent_ends_at) this.now = Date.now();
    }, TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const { session, you } = this;
    const hasBegun = session.state === "open" || session.state === "ended";
    return html`
      <div class="about">
        <h1 title=${session.entry_name}>${session.entry_name}</h1>
        <session-badge .state=${session.state} .startsAt=${session.starts_at}></session-badge>
        ${session.is_locked ? html`<span class="badge warn">${icon("lock")}${room("locked")}</span>` : nothing}
        ${session.is_hard_muted ? html`<span class="badge">${icon("micOff")}${room("everyone_muted")}</span>` : nothing}
      </div>
      <div class="ends">
        <page-switch></page-switch>
        ${!hasBegun && you.rights.includes("start_session")
          ? html`<button type="button" class="button primary" @click=${() => run(this, { type: "start_session" })}>
              ${room("start")}
            </button>`
          : nothing}
        <button type="button" class="button" @click=${() => run(this, { type: "leave" })}>
          ${icon("leave")}${room("leave")}
        </button>
        ${hasBegun && you.rights.includes("end_session")
          ? html`<button type="button" class="button danger" @click=${this.end}>${room("end")}</button>`
          : nothing}
      </div>
      ${this.renderAbsent()}
      <confirm-dialog></confirm-dialog>
    `;
  }

  private renderAbsent(): TemplateResult | typeof nothing {
    const ends = this.session.host_absent_ends_at;
    if (!ends) return nothing;
    return html`<p class="absent">
      ${room("absent", { clock: clock(ends - (this.now + this.clockOffset)) })}
    </p>`;
  }

  private async end(): Promise<void> {
    const isMeant = await this.confirm.ask({
      heading: room("end.heading"),
      text: room("end.text"),
      action: room("end.action"),
    });
    if (isMeant) void run(this, { type: "end_session" });
  }
}
