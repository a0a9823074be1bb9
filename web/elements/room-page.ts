/** The page of a session: gates, the room with its Participants tab, and every way out of it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { nameThePage } from "../lib/page";
import type { SelfView, View } from "../lib/protocol";
import { cardOf } from "../lib/refusals";
import { common } from "../messages/common";
import { room } from "../messages/room";
import { brand } from "./brand";
import "./confirm-dialog";
import type { ConfirmDialog } from "./confirm-dialog";
import "./own-controls";
import "./page-switch";
import type { SaidEvent } from "./list-news";
import type { ListScroll } from "./list-scroll";
import "./participants-list";
import type { ParticipantsList } from "./participants-list";
import "./room-dialogs";
import type { RoomDialogs } from "./room-dialogs";
import "./room-end";
import "./room-gate";
import "./room-header";
import { RoomSession } from "./room-session";
import { RoomSides } from "./room-sides";
import "./room-stage";
import "./stage-offer";
import "./toast-list";
import type { ToastList } from "./toast-list";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import top from "./brand.css?inline";
import own from "./room-page.css?inline";

@customElement("room-page")
export class RoomPage extends UsherElement {
  static override styles = sheets(top, own);

  @query("toast-list") private toasts!: ToastList;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("room-dialogs") private dialogs!: RoomDialogs | null;
  @query("own-controls") private controls!: HTMLElement | null;
  @query("participants-list") private list!: ParticipantsList | null;

  readonly #session = new RoomSession(this, decodeURIComponent(location.pathname.split("/")[2] ?? ""), {
    toasts: () => this.toasts,
    dialogs: () => this.dialogs,
    list: () => this.list,
    ask: (question) => this.confirm.ask(question),
  });

  get scrolling(): ListScroll | null {
    return this.list?.scrolling ?? null;
  }

  readonly #sides = new RoomSides(this);
  /** What is read aloud of a list that is not shown. */
  @state() private said = "";

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
    const sides = this.#sides;
    return html`
      ${this.renderLost()}
      <room-header role="banner" .session=${view.session} .you=${you} .clockOffset=${visit.clockOffset}></room-header>
      <main id="main" class="inside">
        ${sides.renderTabs(view, you)}
        <div class="left">
          <room-stage id="side-stage" ?hidden=${sides.isHidden("stage")} role=${sides.alone ? "tabpanel" : nothing}
            aria-labelledby=${sides.alone ? "tab-stage" : nothing} tabindex=${sides.alone ? 0 : nothing}
            .view=${view} .selfId=${you.participant_id} .mayInvite=${you.rights.includes("manage_stage")}></room-stage>
          <own-controls .isPending=${pending.has(you.participant_id)} .you=${you} .session=${view.session}></own-controls>
        </div>
        <participants-list id="side-participants" ?hidden=${sides.isHidden("participants")} role=${sides.alone ? "tabpanel" : "region"}
          aria-label=${room("participants")} .view=${view} .you=${you} .pending=${pending}
          @usher-forward=${this.showList} @usher-said=${this.say}></participants-list>
        <span class="hidden-visually" role="status">${sides.isHidden("participants") ? this.said : ""}</span>
      </main>
      <stage-offer .isOffered=${you.stage === "offered"} .by=${offeredBy}></stage-offer>
      <room-dialogs .view=${view} .you=${you}></room-dialogs>
    `;
  }

  /** At once, so that what the list does next finds it on screen. */
  private showList(): void {
    if (this.list) this.list.hidden = false;
    void this.#sides.show("participants");
  }

  private say(event: SaidEvent): void {
    this.said = event.text;
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
  return html`<div class="corner" role="banner"><div class="bar">
    <span class="brand">${brand()}</span><span class="grow"></span><page-switch></page-switch>
  </div></div>`;
}
