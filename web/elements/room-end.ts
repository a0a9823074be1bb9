/** Every way out of a room, each with a next step. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { overHttp } from "../lib/asking";
import { nextStep } from "../lib/next-steps";
import type { Visit } from "../lib/visit";
import { endText } from "../lib/words";
import type { Problem } from "../lib/protocol";
import { doors } from "../messages/doors";
import "./problem-card";
import { icon } from "./icons";
import { Line } from "./line";
import { sheets } from "./sheets";
import look from "./problem-card.css?inline";
import { UsherElement } from "./usher-element";

@customElement("room-end")
export class RoomEnd extends UsherElement {
  static override styles = sheets(look);

  @property({ attribute: false }) visit!: Visit;
  /** Null for somebody who left on purpose. */
  @property({ attribute: false }) problem: Problem | null = null;
  @state() private failure = "";
  @state() private isComing = false;
  readonly #line = new Line(this);

  protected override render(): TemplateResult {
    const { problem } = this;
    return problem ? this.renderProblem(problem) : this.renderLeft();
  }

  private renderLeft(): TemplateResult {
    return html`<div class="card">
      <div class="mark calm">${icon("leave")}</div>
      <h1>${doors("end.left")}</h1>
      <p>${this.visit.you?.entry_name ?? ""}</p>
      <div class="next">
        ${this.comeBack(doors("end.come_back"))}
        ${this.pageLink()}
      </div>
      ${this.renderOffline()}
    </div>`;
  }

  private renderProblem(problem: Problem): TemplateResult {
    const { view, you } = this.visit;
    const hasEnded = problem.code === "session_ended";
    const reason = problem.end_reason ?? view?.session.end_reason;
    const step = nextStep(problem.code);
    const mayStart = hasEnded && you?.rights?.includes("start_session");
    return html`<problem-card .problem=${problem} more=${this.failure || (hasEnded && reason ? endText(reason) : "")}>
      ${mayStart
        ? html`<button type="button" class="button primary" @click=${this.startAnew}>${doors("end.start")}</button>`
        : nothing}
      ${hasEnded && you?.rights?.includes("export")
        ? html`<a class="button" href=${api.attendancePage(this.visit.entryId, view?.session.session_id)}>${doors("end.attendance")}</a>`
        : nothing}
      ${step === "again" || problem.again
        ? this.comeBack(doors("end.come_back"))
        : nothing}
      ${step === "reload" ? this.comeBack(doors("end.reload")) : nothing}
      ${step === "link" && problem.code !== "ticket_invalid"
        ? html`<p>${doors("end.open_link")}</p>` // The one left out says so itself.
        : nothing}
      ${this.pageLink()}
      ${this.renderOffline()}
    </problem-card>`;
  }

  private comeBack(label: string): TemplateResult {
    return html`<button type="button" class="button primary" aria-busy=${this.isComing}
      ?disabled=${this.isComing} @click=${this.reload}>${label}</button>`;
  }

  private renderOffline(): TemplateResult {
    return html`<div class="wide" role="status">
      ${this.isComing && this.#line.isDead ? html`<p class="offline">${doors("end.offline")}</p>` : nothing}
    </div>`;
  }

  private reload(): void {
    this.isComing = true;
    void this.#line.reload();
  }

  private pageLink(): TemplateResult {
    return html`<a class="button" href="/e/${this.visit.entryId}">${doors("end.page")}</a>`;
  }

  private async startAnew(): Promise<void> {
    const { entryId } = this.visit;
    const answer = await overHttp(entryId, { type: "start_session" });
    if (!answer.isDone) {
      this.failure = answer.problem.sentence;
      return;
    }
    try {
      location.assign((await api.enter(entryId)).next);
    } catch (error) {
      this.failure = api.problemOf(error).sentence;
    }
  }
}
