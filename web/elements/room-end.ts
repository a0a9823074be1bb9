/** Every way out of a room, each with a next step. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { overHttp } from "../lib/asking";
import type { Visit } from "../lib/visit";
import { endText } from "../lib/words";
import type { Problem } from "../lib/protocol";
import "./problem-card";
import { icon } from "./icons";
import { sheets } from "./sheets";
import look from "./problem-card.css?inline";
import { UsherElement } from "./usher-element";

/** After these, coming in by the same page can work again. */
const COMES_BACK: ReadonlySet<string> = new Set(["taken_over", "version_unsupported", "internal"]);

@customElement("room-end")
export class RoomEnd extends UsherElement {
  static override styles = sheets(look);

  @property({ attribute: false }) visit!: Visit;
  /** Null for somebody who left on purpose. */
  @property({ attribute: false }) problem: Problem | null = null;
  @state() private failure = "";

  protected override render(): TemplateResult {
    const { problem } = this;
    return problem ? this.renderProblem(problem) : this.renderLeft();
  }

  private renderLeft(): TemplateResult {
    return html`<div class="card">
      <div class="mark calm">${icon("leave")}</div>
      <h1>You left</h1>
      <p>${this.visit.you?.entry_name ?? ""}</p>
      <div class="next">
        <button type="button" class="button primary" @click=${() => location.reload()}>Come back in</button>
        ${this.pageLink()}
      </div>
    </div>`;
  }

  private renderProblem(problem: Problem): TemplateResult {
    const { view, you } = this.visit;
    const hasEnded = problem.code === "session_ended";
    const reason = problem.end_reason ?? view?.session.end_reason;
    const mayStart = hasEnded && you?.rights?.includes("start_session");
    return html`<problem-card .problem=${problem} more=${this.failure || (hasEnded && reason ? endText(reason) : "")}>
      ${mayStart
        ? html`<button type="button" class="button primary" @click=${this.startAnew}>Start new session</button>`
        : nothing}
      ${hasEnded && you?.rights?.includes("export")
        ? html`<a class="button" href=${api.attendancePage(this.visit.entryId, view?.session.session_id)}>See attendance</a>`
        : nothing}
      ${COMES_BACK.has(problem.code) || problem.again
        ? html`<button type="button" class="button primary" @click=${() => location.reload()}>Come back in</button>`
        : nothing}
      ${problem.code === "other_device" || problem.code === "ticket_invalid"
        ? html`<p>Open the link that you were given once more.</p>`
        : nothing}
      ${this.pageLink()}
    </problem-card>`;
  }

  private pageLink(): TemplateResult {
    return html`<a class="button" href="/e/${this.visit.entryId}">Go to the media page</a>`;
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
