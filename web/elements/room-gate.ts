/** The gates after a link: countdown and waiting room. Each moves on by itself. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { run } from "../lib/asking";
import { clock, momentInFull } from "../lib/timing";
import { waitText } from "../lib/words";
import type { SelfView } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./room-gate.css?inline";

const TICK_MS = 1_000;
const DAY_MS = 86_400_000;

@customElement("room-gate")
export class RoomGate extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) clockOffset = 0;
  @state() private now = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => (this.now = Date.now()), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const { you } = this;
    return html`<div class="card" data-gate=${you.gate ?? ""}>
      <p class="soft">${you.entry_name}</p>
      ${you.gate === "countdown" ? this.renderCountdown() : this.renderWaiting()}
      <p class="hint">You are here as ${you.name}. This page moves on by itself.</p>
      <button type="button" class="button quiet small" @click=${() => run(this, { type: "leave" })}>Leave</button>
    </div>`;
  }

  private renderCountdown(): TemplateResult {
    const starts = this.you.starts_at;
    const left = starts ? starts - (this.now + this.clockOffset) : 0;
    if (!starts || left <= 0) {
      return html`<h1 role="status">Waiting for the host to start</h1>
        ${pulse()}
        ${starts ? html`<p class="soft">It was to start ${momentInFull(starts)}.</p>` : nothing}`;
    }
    return html`<h1>Starts in</h1>
      <p class="clock ${left >= DAY_MS ? "long" : ""}" role="timer">${clock(left)}</p>
      <p class="soft">${momentInFull(starts)}</p>`;
  }

  private renderWaiting(): TemplateResult {
    const { wait_reason, waiting_message } = this.you;
    return html`<h1 role="status">You are in the waiting room</h1>
      ${pulse()}
      <p class="soft">
        ${wait_reason ? waitText(wait_reason) : nothing} A host or moderator will let you in.
      </p>
      <div role="status">
        ${waiting_message ? html`<blockquote>${waiting_message}</blockquote>` : nothing}
      </div>`;
  }
}

const pulse = (): TemplateResult =>
  html`<div class="pulse" aria-hidden="true"><span></span><span></span><span></span></div>`;
