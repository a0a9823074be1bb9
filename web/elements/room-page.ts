/** The page of a session: gates, the room with its Participants tab, and every way out of it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import "../lib/page";
import { Visit } from "../lib/visit";
import { noticeText } from "../lib/notices";
import { sameWindow } from "../lib/windows";
import type { Command, Notice, SelfView, View } from "../lib/protocol";
import type { CommandEvent, Note, NoteEvent } from "../lib/asking";
import "./confirm-dialog";
import type { ConfirmDialog } from "./confirm-dialog";
import { arrivals } from "./arrivals";
import type { ChooseEvent } from "./menu-button";
import "./own-controls";
import "./participants-list";
import { FIRST_WINDOW, type ParticipantsList, type WindowEvent } from "./participants-list";
import "./room-dialogs";
import type { RoomDialogs } from "./room-dialogs";
import "./room-end";
import "./room-gate";
import "./room-header";
import "./room-stage";
import "./stage-offer";
import "./toast-list";
import type { ToastList } from "./toast-list";
import { Telling } from "./telling";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./room-page.css?inline";

@customElement("room-page")
export class RoomPage extends UsherElement {
  static override styles = sheets(own);

  @state() private offeredBy = "";
  @query("toast-list") private toasts!: ToastList;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("room-dialogs") private dialogs!: RoomDialogs | null;
  @query("participants-list") private tab!: ParticipantsList | null;
  #window = FIRST_WINDOW;
  #waiting = 0;

  readonly #visit = new Visit(decodeURIComponent(location.pathname.split("/")[2] ?? ""), {
    window: FIRST_WINDOW,
    changed: () => this.changed(),
    noticed: (notice) => this.noticed(notice),
  });

  readonly #telling = new Telling({
    show: (note) => this.toasts.show(note),
    ask: (question) => this.confirm.ask(question),
    carry: (command) => void this.carry(command, false),
    view: () => this.#visit.view,
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("usher-command", this.onCommand as unknown as EventListener);
    this.addEventListener("usher-note", this.onNote as unknown as EventListener);
    this.addEventListener("usher-window", this.onWindow as unknown as EventListener);
    this.addEventListener("choose", this.onChoose as unknown as EventListener);
    window.addEventListener("online", this.#visit.retryNow);
    this.#visit.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("online", this.#visit.retryNow);
    this.#visit.close();
  }

  protected override render(): TemplateResult {
    return html`${this.renderPlace()}
      <toast-list></toast-list>
      <confirm-dialog></confirm-dialog>`;
  }

  private renderPlace(): TemplateResult {
    const { you, view, problem, hasLeft } = this.#visit;
    if (problem || hasLeft) {
      return html`<main id="main" class="alone"><room-end .visit=${this.#visit} .problem=${problem}></room-end></main>`;
    }
    if (you?.gate) {
      return html`${this.renderLost()}<main id="main" class="alone">
        <room-gate .you=${you} .clockOffset=${this.#visit.clockOffset}></room-gate>
      </main>`;
    }
    if (you && view) return this.renderInside(you, view);
    return html`${this.renderLost()}<main id="main" class="alone">
      <p class="loading" role="status">Entering the room…</p>
    </main>`;
  }

  private renderInside(you: SelfView, view: View): TemplateResult {
    return html`
      ${this.renderLost()}
      <room-header .session=${view.session} .you=${you} .clockOffset=${this.#visit.clockOffset}></room-header>
      <main id="main" class="inside">
        <div class="left">
          <room-stage .view=${view} .selfId=${you.participant_id}></room-stage>
          <own-controls .you=${you} .session=${view.session}></own-controls>
        </div>
        <participants-list role="region" aria-label="Participants" .view=${view} .you=${you}></participants-list>
      </main>
      <stage-offer .isOffered=${you.stage === "offered"} .by=${this.offeredBy}></stage-offer>
      <room-dialogs .view=${view} .you=${you}></room-dialogs>
    `;
  }

  private renderLost(): TemplateResult {
    const isLost = this.#visit.status === "lost";
    return html`<div role="status">
      ${isLost
        ? html`<div class="lost">Reconnecting…
            <button type="button" class="button small" @click=${this.#visit.retryNow}>Try now</button>
          </div>`
        : nothing}
    </div>`;
  }

  private changed(): void {
    const { view, you } = this.#visit;
    if (you) document.title = `${you.entry_name} – usher`;
    const note = arrivals(this.#waiting, view, you, () => void this.tab?.showWaiting(), (command) => void this.carry(command, false));
    this.#waiting = view?.counts.waiting ?? 0;
    if (note) this.toasts.show(note);
    if (this.#waiting === 0) this.toasts?.forget("waiting");
    this.requestUpdate();
  }

  private noticed(notice: Notice): void {
    if (notice.kind === "stage_offered") {
      this.offeredBy = notice.by ?? "";
      return;
    }
    const note: Note = { text: noticeText(notice) };
    if (notice.kind === "unmute_requested") {
      note.action = { label: "Unmute", run: () => void this.carry({ type: "set_microphone", is_on: true }, false) };
    }
    this.toasts.show(note);
  }

  private async carry(command: Command, isQuiet: boolean): ReturnType<Visit["carry"]> {
    // Named before it is done: somebody removed is in no list afterwards.
    const name = this.#telling.nameFor(command);
    const answer = await this.#visit.carry(command);
    // When the visit is over the page itself says so.
    if (!this.#visit.hasLeft && !this.#visit.problem) this.#telling.tell(command, answer, name, isQuiet);
    return answer;
  }

  private readonly onCommand = (event: CommandEvent): void => {
    event.stopPropagation();
    event.answer = this.carry(event.command, event.isQuiet);
  };

  private readonly onNote = (event: NoteEvent): void => this.toasts.show(event.note);

  private readonly onWindow = ({ window }: WindowEvent): void => {
    if (sameWindow(window, this.#window)) return;
    this.#window = window;
    this.#visit.watch(window);
  };

  private readonly onChoose = ({ item }: ChooseEvent): void => {
    if (item.command) void this.carry(item.command, false);
    else if (item.dialog) this.dialogs?.show(item.dialog);
  };
}
