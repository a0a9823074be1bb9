/** The gates after a link: countdown and waiting room. Each moves on by itself. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { calendarUrl } from "../lib/api";
import { run } from "../lib/asking";
import { clock, momentInFull } from "../lib/timing";
import { waitText } from "../lib/words";
import type { SelfView } from "../lib/protocol";
import { gate } from "../messages/gate";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./room-gate.css?inline";

const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

@customElement("room-gate")
export class RoomGate extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) clockOffset = 0;
  @state() private now = Date.now();
  /** What fills in the pages of calendars; loaded when somebody looks for it. */
  @state() private pages: typeof import("../lib/calendar") | null = null;
  #since = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#since = since(this.you.session_id);
    this.#timer = setInterval(() => (this.now = Date.now()), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const { you } = this;
    return html`<div class="card" data-gate=${you.gate ?? ""}>
      <p class="soft" dir="auto">${you.entry_name}</p>
      ${you.gate === "countdown" ? this.renderCountdown() : this.renderWaiting()}
      <p class="hint">${gate("you", { name: you.name })}</p>
      <button type="button" class="button quiet small" @click=${() => run(this, { type: "leave" })}>${gate("leave")}</button>
    </div>`;
  }

  private renderCountdown(): TemplateResult {
    const starts = this.you.starts_at;
    const left = starts ? starts - (this.now + this.clockOffset) : 0;
    if (!starts || left <= 0) {
      return html`<div role="status"><h1>${gate("late")}</h1></div>
        ${pulse()}
        ${starts ? html`<p class="soft">${gate("was_to_start", { when: momentInFull(starts) })}</p>` : nothing}`;
    }
    return html`<h1>${gate("starts_in")}</h1>
      <p class="clock ${left >= DAY_MS ? "long" : ""}" role="timer">${clock(left)}</p>
      <p class="soft">${momentInFull(starts)}</p>
      <span class="hidden-visually" role="status">${soon(left)}</span>
      ${this.renderCalendar(starts)}`;
  }

  private renderCalendar(starts_at: number): TemplateResult {
    const entryId = this.you.session_id.split(".")[0] ?? "";
    const file = calendarUrl(entryId);
    const url = new URL(`/e/${entryId}`, new URL(file, location.href)).href;
    const appointment = { name: this.you.entry_name, starts_at, ends_at: this.you.ends_at, url };
    const { pages } = this;
    return html`<details class="calendar" @toggle=${this.loadPages}>
      <summary class="button small">${gate("calendar")}</summary>
      <ul role="list">
        <li><a href=${file} download>${gate("calendar.file")}</a></li>
        ${pages
          ? html`<li><a href=${pages.googleUrl(appointment)} target="_blank" rel="noreferrer">${gate("calendar.google")}</a></li>
            <li><a href=${pages.outlookUrl(appointment)} target="_blank" rel="noreferrer">${gate("calendar.outlook")}</a></li>`
          : nothing}
      </ul>
    </details>`;
  }

  private readonly loadPages = async (): Promise<void> => {
    // Without a line there is the file alone, until it is opened again.
    this.pages ??= await import("../lib/calendar").catch(() => null);
  };

  private renderWaiting(): TemplateResult {
    const { wait_reason, waiting_message } = this.you;
    const minutes = Math.max(0, Math.floor((this.now - this.#since) / MINUTE_MS));
    return html`<div role="status"><h1>${gate("waiting")}</h1></div>
      ${pulse()}
      <p class="soft">
        ${wait_reason
          ? gate("waiting.why", { reason: waitText(wait_reason) })
          : gate("waiting.then")}
      </p>
      <p class="hint">${gate("waiting_for", { minutes })}</p>
      <div role="status">
        ${waiting_message
          ? html`<figure>
              <figcaption class="label">${gate("message")}</figcaption>
              <blockquote dir="auto">${waiting_message}</blockquote>
            </figure>`
          : nothing}
      </div>`;
  }
}

/** What is said aloud, and seldom: five minutes before, one minute before. */
function soon(left: number): string {
  const minutes = Math.ceil(left / MINUTE_MS);
  return minutes === 5 || minutes === 1 ? gate("soon", { minutes }) : "";
}

/** Since when this tab has been waiting, also after it was loaded again. */
function since(sessionId: string): number {
  const key = `usher.waiting.${sessionId}`;
  try {
    const kept = Number(sessionStorage.getItem(key)) || Date.now();
    sessionStorage.setItem(key, String(kept));
    return kept;
  } catch {
    return Date.now();
  }
}

const pulse = (): TemplateResult =>
  html`<div class="pulse" aria-hidden="true"><span></span><span></span><span></span></div>`;
