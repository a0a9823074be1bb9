/**
 * The Participants tab for a page of any site: a script tag, this element, three attributes.
 * Its public face is described in `module/participants-tab.d.ts`, and in docs/embed.md.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { run } from "../lib/asking";
import { enterWith } from "../lib/embedding";
import { insistOnLoading } from "../lib/insisting";
import { direction, pick, speak } from "../lib/language";
import { openWindow } from "../lib/opening";
import { NOBODY } from "../lib/pending";
import type { Problem, SelfView, View } from "../lib/protocol";
import { common } from "../messages/common";
import { room } from "../messages/room";
import type { ConfirmDialog, Question } from "./confirm-dialog";
import "./own-controls";
import "./participants-list";
import type { ParticipantsList } from "./participants-list";
import "./problem-card";
import "./room-dialogs";
import type { RoomDialogs } from "./room-dialogs";
import { RoomSession } from "./room-session";
import "./stage-offer";
import "./toast-list";
import type { ToastList } from "./toast-list";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import tokens from "../styles/tokens.css?inline";
import own from "./participants-tab.css?inline";

export type TabState = "entering" | "gate" | "inside" | "over";

export class TabStateEvent extends Event {
  constructor(readonly state: TabState, readonly code: string | null) {
    super("usher-state", { bubbles: true, composed: true });
  }
}

@customElement("participants-tab")
export class ParticipantsTab extends UsherElement {
  static override styles = sheets(tokens, own);

  @property() server = new URL(import.meta.url).origin;
  @property() token = "";
  /** Of this browser, where the token came out of a launch: our own pages have it. */
  @property({ attribute: false }) browserKey = "";
  @property() override lang = "";
  /** Gives a fresh token when one is needed. */
  @property({ attribute: false }) renew: (() => Promise<string>) | null = null;

  @state() private session: RoomSession | null = null;
  /** Why nobody could come in, before there was a session. */
  @state() private refusal: Problem | null = null;
  /** Most people come in at once: what is shown to those who wait comes when somebody does. */
  @state() private hasGate = false;
  @query("toast-list") private toasts!: ToastList | null;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("room-dialogs") private dialogs!: RoomDialogs | null;
  @query("participants-list") private list!: ParticipantsList | null;
  #told: TabState | null = null;
  #entering = 0;

  get state(): TabState {
    if (this.refusal) return "over";
    const visit = this.session?.visit;
    if (visit?.problem || visit?.hasLeft) return "over";
    if (visit?.you?.gate) return "gate";
    return visit?.you && visit.view ? "inside" : "entering";
  }

  override connectedCallback(): void {
    if (this.lang) void speak(pick([this.lang]));
    super.connectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("lang") && this.lang) void speak(pick([this.lang]));
    if (this.state === "gate" && !this.hasGate) void this.loadGate();
    if (changed.has("token") || changed.has("server")) void this.enter(this.token);
  }

  protected override render(): TemplateResult {
    return html`${this.renderPlace()}
      <toast-list></toast-list>
      <confirm-dialog></confirm-dialog>`;
  }

  protected override updated(): void {
    this.dir = direction();
    if (this.state === this.#told) return;
    this.#told = this.state;
    const code = this.refusal?.code ?? this.session?.visit.problem?.code ?? null;
    this.dispatchEvent(new TabStateEvent(this.state, code));
  }

  private renderPlace(): TemplateResult {
    const visit = this.session?.visit;
    if (this.state === "over") return this.renderEnd(this.refusal ?? visit?.problem ?? null);
    const { you, view } = visit ?? {};
    if (visit && you?.gate && this.hasGate) {
      return html`${this.renderLost()}<div class="alone">
        <room-gate .you=${you} .clockOffset=${visit.clockOffset}></room-gate>
      </div>`;
    }
    if (you && view && !you.gate) return this.renderInside(you, view);
    return html`${this.renderLost()}<div class="alone">
      <p class="loading" role="status">${room("entering")}</p>
    </div>`;
  }

  private renderInside(you: SelfView, view: View): TemplateResult {
    return html`
      ${this.renderLost()} ${this.renderStart(you, view)}
      <participants-list role="region" aria-label=${room("participants")} .view=${view} .you=${you}
        .pending=${this.session?.pending ?? NOBODY}></participants-list>
      <own-controls .isPending=${this.session?.pending.has(you.participant_id) ?? false} .you=${you} .session=${view.session}></own-controls>
      <stage-offer .isOffered=${you.stage === "offered"} .by=${this.session?.offeredBy ?? ""}></stage-offer>
      <room-dialogs .view=${view} .you=${you}></room-dialogs>
    `;
  }

  /** A page of another site has no header of ours, and nobody else may start it from there. */
  private renderStart({ rights }: SelfView, { session }: View): TemplateResult | typeof nothing {
    const isDue = session.state !== "open" && session.state !== "ended";
    if (!isDue || !rights.includes("start_session")) return nothing;
    return html`<div class="start">
      <button type="button" class="button primary" @click=${() => run(this, { type: "start_session" })}>${room("start")}</button>
    </div>`;
  }

  private renderLost(): TemplateResult {
    const visit = this.session?.visit;
    return html`<div role="status">
      ${visit?.status === "lost"
        ? html`<div class="lost">${room("reconnecting")}
            <button type="button" class="button small" @click=${visit.retryNow}>${room("try_now")}</button>
          </div>`
        : visit?.isStale
          ? html`<div class="lost">${room("stale")}</div>`
          : nothing}
    </div>`;
  }

  private renderEnd(problem: Problem | null): TemplateResult {
    const mayTry = Boolean(this.renew) || !problem || problem.again;
    const again = mayTry
      ? html`<button type="button" class="button primary" @click=${this.again}>
          ${problem ? common("try_again") : room("come_back")}
        </button>`
      : nothing;
    return html`<div class="alone">
      ${problem
        ? html`<problem-card .problem=${problem}>${again}</problem-card>`
        : html`<div class="stack"><p>${room("you_left")}</p>${again}</div>`}
    </div>`;
  }

  private readonly again = async (): Promise<void> => {
    try {
      await this.enter(this.renew ? await this.renew() : this.token);
    } catch {
      // The page that gives tokens has none now; what is on screen stays as it is.
    }
  };

  private async enter(token: string): Promise<void> {
    if (!token) return;
    const turn = ++this.#entering;
    this.drop();
    this.refusal = null;
    try {
      const sessionId = await enterWith(this.server.replace(/\/$/u, ""), token, this.browserKey);
      // Another token came meanwhile, or the element went.
      if (turn !== this.#entering) return;
      this.session = new RoomSession(this, sessionId, {
        toasts: () => this.toasts,
        dialogs: () => this.dialogs,
        list: () => this.list,
        ask: (question) => this.ask(question),
      });
    } catch (error) {
      if (turn === this.#entering) this.refusal = api.problemOf(error);
    }
  }

  private async ask(question: Question): Promise<boolean> {
    let isMeant = false;
    await openWindow(this, () => import("./confirm-dialog"), async () => {
      isMeant = await this.confirm.ask(question);
    });
    return isMeant;
  }

  private async loadGate(): Promise<void> {
    await insistOnLoading(() => import("./room-gate"));
    this.hasGate = true;
  }

  private drop(): void {
    if (!this.session) return;
    this.removeController(this.session);
    this.session.hostDisconnected();
    this.session = null;
  }
}
