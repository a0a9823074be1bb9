/** The page of a session: gates, the room with its Participants tab, and every way out of it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { nameThePage } from "../lib/page";
import type { SelfView, View } from "../lib/protocol";
import { cardOf } from "../lib/refusals";
import { common } from "../messages/common";
import { room } from "../messages/room";
import "./confirm-dialog";
import type { ConfirmDialog } from "./confirm-dialog";
import "./own-controls";
import "./page-switch";
import "./participants-list";
import type { ParticipantsList } from "./participants-list";
import "./room-dialogs";
import type { RoomDialogs } from "./room-dialogs";
import "./room-end";
import "./room-gate";
import "./room-header";
import { RoomSession } from "./room-session";
import "./room-stage";
import "./stage-offer";
import "./toast-list";
import type { ToastList } from "./toast-list";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./room-page.css?inline";

@customElement("room-page")
export class RoomPage extends UsherElement {
  static override styles = sheets(own);

  @query("toast-list") private toasts!: ToastList;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("room-dialogs") private dialogs!: RoomDialogs | null;
  @query("own-controls") private controls!: HTMLElement | null;
  @query("participants-list") private list!: ParticipantsList | null;

  readonly #session = new RoomSession(this, decodeURIComponent(location.pathname.split("/")[2] ?? ""), {
    toasts: () => this.toasts,
    confirm: () => this.confirm,
    dialogs: () => this.dialogs,
    list: () => this.list,
  });

  /** What floats keeps above one's own controls, which take one line or two. */
  readonly #foot = new ResizeObserver(([entry]) => {
    const size = entry?.borderBoxSize[0]?.blockSize;
    if (size) this.style.setProperty("--foot", `${size}px`);
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#foot.disconnect();
  }

  protected override render(): TemplateResult {
    return html`${this.renderPlace()}
      <toast-list></toast-list>
      <confirm-dialog></confirm-dialog>`;
  }

  protected override updated(): void {
    if (this.controls) this.#foot.observe(this.controls);
    const { you, problem } = this.#session.visit;
    if (!you) {
      if (problem) nameThePage(cardOf(problem).heading);
      return;
    }
    const title = common("page_title", { name: you.entry_name });
    const count = you.rights.includes("admit") ? (this.#session.visit.view?.counts.waiting ?? 0) : 0;
    document.title = count > 0 ? room("attention.title", { count, title }) : title;
  }

  private renderPlace(): TemplateResult {
    const { visit } = this.#session;
    const { you, view, problem, hasLeft } = visit;
    if (problem || hasLeft) {
      return html`${corner()}<main id="main" class="alone"><room-end .visit=${visit} .problem=${problem}></room-end></main>`;
    }
    if (you?.gate) {
      return html`${this.renderLost()}${corner()}<main id="main" class="alone">
        <room-gate .you=${you} .clockOffset=${visit.clockOffset}></room-gate>
      </main>`;
    }
    if (you && view) return this.renderInside(you, view);
    return html`${this.renderLost()}${corner()}<main id="main" class="alone">
      <p class="loading" role="status">${room("entering")}</p>
    </main>`;
  }

  private renderInside(you: SelfView, view: View): TemplateResult {
    const { visit, offeredBy, pending } = this.#session;
    return html`
      ${this.renderLost()}
      <room-header role="banner" .session=${view.session} .you=${you} .clockOffset=${visit.clockOffset}></room-header>
      <main id="main" class="inside">
        <div class="left">
          <room-stage .view=${view} .selfId=${you.participant_id}></room-stage>
          <own-controls .isPending=${pending.has(you.participant_id)} .you=${you} .session=${view.session}></own-controls>
        </div>
        <participants-list role="region" aria-label=${room("participants")} .view=${view} .you=${you} .pending=${pending}></participants-list>
      </main>
      <stage-offer .isOffered=${you.stage === "offered"} .by=${offeredBy}></stage-offer>
      <room-dialogs .view=${view} .you=${you}></room-dialogs>
    `;
  }

  private renderLost(): TemplateResult {
    const { visit } = this.#session;
    return html`<div role="status">
      ${visit.status === "lost"
        ? html`<div class="lost">${room("reconnecting")}
            <button type="button" class="button small" @click=${visit.retryNow}>${room("try_now")}</button>
          </div>`
        : visit.isStale
          ? html`<div class="lost">${room("stale")}</div>`
          : nothing}
    </div>`;
  }
}

/** Outside of the room, too, one chooses one's language and colours; it leads nowhere else. */
function corner(): TemplateResult {
  return html`<div class="corner" role="banner"><page-switch></page-switch></div>`;
}
