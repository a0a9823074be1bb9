/** The way from a course of a learning platform into a room, or to the choice of one. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { takeFragment } from "../lib/fragment";
import { whenLoaded } from "../lib/language";
import { carry, freshKey, isFramed, keep, recall, sayClose, stepOf, type Step } from "../lib/lti";
import { nameThePage } from "../lib/page";
import { cardOf, refusalOf } from "../lib/refusals";
import type { ErrorCode, LtiEntered, Problem } from "../lib/protocol";
import { lti } from "../messages/lti";
import "./problem-card";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./lti-page.css?inline";

type Launch = { launch: string; key: string };

type Show =
  | { kind: "loading" | "registering" | "registered" }
  | { kind: "problem"; problem: Problem }
  | { kind: "window"; token: string }
  | { kind: "inside"; token: string; key: string }
  | { kind: "register"; token: string }
  | { kind: "choose"; entered: LtiEntered; launch: Launch };

@customElement("lti-page")
export class LtiPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private show: Show = { kind: "loading" };
  @state() private isNameMissing = false;
  @state() private isBusy = false;
  @query("#name") private nameField!: HTMLInputElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    const step = stepOf(takeFragment());
    // The words that may be needed have to be here first.
    void (whenLoaded() ?? Promise.resolve()).then(() => this.tried(() => this.take(step)));
  }

  protected override render(): TemplateResult {
    if (this.show.kind === "inside") {
      return html`<embed-page .token=${this.show.token} .browserKey=${this.show.key}></embed-page>`;
    }
    return html`<main id="main" class="narrow">${this.renderShow(this.show)}</main>`;
  }

  protected override updated(): void {
    nameThePage(this.show.kind === "problem" ? cardOf(this.show.problem).heading : lti("title"));
  }

  private renderShow(show: Exclude<Show, { kind: "inside" }>): TemplateResult {
    switch (show.kind) {
      case "loading":
        return html`<p class="loading" role="status">${lti("entering")}</p>`;
      case "problem":
        return html`<problem-card .problem=${show.problem}></problem-card>`;
      case "window":
        return this.renderWindow(show.token);
      case "register":
      case "registering":
        return this.renderRegister(show.kind === "register" ? show.token : "");
      case "registered":
        return html`<p role="status">${lti("register.done")}</p>`;
      case "choose":
        return this.renderChoice(show.entered, show.launch);
    }
  }

  /** Where a browser keeps nothing in frames, a window of our own is needed. */
  private renderWindow(token: string): TemplateResult {
    return html`<div class="card stack">
      <h1>${lti("window.heading")}</h1>
      <p>${lti("window.why")}</p>
      <a class="button primary" href="/lti#login.${token}" target="_blank" rel="opener">${lti("window.open")}</a>
    </div>`;
  }

  private renderRegister(token: string): TemplateResult {
    return html`<div class="card stack">
      <h1>${lti("register.heading")}</h1>
      <p>${lti("register.why")}</p>
      <button type="button" class="button primary" aria-busy=${!token} ?disabled=${!token}
        @click=${() => this.tried(() => this.register(token))}>
        ${lti("register.do")}
      </button>
    </div>`;
  }

  private renderChoice({ course, rooms, suggested_name }: LtiEntered, launch: Launch): TemplateResult {
    return html`<div class="stack">
      <h1>${course ? lti("choose.heading", { course }) : lti("choose.heading.bare")}</h1>
      ${rooms?.length
        ? html`<ul class="rooms" aria-label=${lti("choose.rooms")}>
            ${rooms.map(
              ({ entry_id, name }) => html`<li>
                <button type="button" class="button" dir="auto" ?disabled=${this.isBusy}
                  @click=${() => this.tried(() => this.choose({ ...launch, entry_id }))}>
                  ${name}
                </button>
              </li>`,
            )}
          </ul>`
        : nothing}
      <form class="card stack" novalidate @submit=${(event: SubmitEvent) => this.make(event, launch)}>
        <div class="field">
          <label for="name">${lti("choose.new")}</label>
          <input class="input" id="name" maxlength="120" autocomplete="off" dir="auto" .value=${suggested_name ?? ""}
            aria-describedby="name-fault" aria-invalid=${this.isNameMissing ? "true" : nothing} />
          <div id="name-fault" role="status">
            ${this.isNameMissing ? html`<p class="fault">${lti("choose.name_missing")}</p>` : nothing}
          </div>
        </div>
        <button class="button primary" aria-busy=${this.isBusy} ?disabled=${this.isBusy}>${lti("choose.make")}</button>
      </form>
    </div>`;
  }

  private async take(step: Step | null): Promise<void> {
    switch (step?.kind) {
      case "login":
        return this.begin(step.token);
      case "launch":
        return this.enter(step);
      case "register":
        this.show = { kind: "register", token: step.token };
        return;
      default:
        this.show = { kind: "problem", problem: refusalOf((step?.code ?? "lti_launch_invalid") as ErrorCode) };
    }
  }

  private async begin(login: string): Promise<void> {
    const key = freshKey();
    const { url, ...at } = await api.ltiLogin({ login, key });
    if (await keep(at, key)) location.replace(url);
    else this.show = isFramed() ? { kind: "window", token: login } : this.noStorage();
  }

  private noStorage(): Show {
    return { kind: "problem", problem: refusalOf("lti_other_browser") };
  }

  private async enter({ launch, at }: Extract<Step, { kind: "launch" }>): Promise<void> {
    const key = await recall(at);
    if (!key) {
      this.show = this.noStorage();
      return;
    }
    const entered = await api.ltiEnter({ launch, key });
    if (!entered.token) {
      this.show = { kind: "choose", entered, launch: { launch, key } };
      return;
    }
    // The token works with this browser's key alone, which no address carries: nobody can be led
    // to one that makes them enter as somebody else.
    if (!isFramed()) return location.replace((await api.signIn(entered.token, key)).next);
    // Cookies would be dropped in a frame; the tab alone needs none.
    await import("./embed-page");
    this.show = { kind: "inside", token: entered.token, key };
  }

  private async make(event: SubmitEvent, launch: Launch): Promise<void> {
    event.preventDefault();
    const name = this.nameField?.value.trim() ?? "";
    this.isNameMissing = name === "";
    if (this.isNameMissing) return this.nameField?.focus();
    await this.tried(() => this.choose({ ...launch, name }));
  }

  private async choose(choice: Launch & { entry_id?: string; name?: string }): Promise<void> {
    this.isBusy = true;
    const { return_url, jwt } = await api.ltiChoose(choice);
    carry(return_url, jwt);
  }

  private async register(registration: string): Promise<void> {
    this.show = { kind: "registering" };
    try {
      await api.ltiRegister({ registration });
    } catch (error) {
      const problem = api.problemOf(error);
      // The code is that of all tokens that are good once; nobody wanted to sign in here.
      if (problem.code !== "token_invalid") throw error;
      this.show = { kind: "problem", problem: { ...problem, sentence: lti("register.invalid") } };
      return;
    }
    this.show = { kind: "registered" };
    sayClose();
  }

  private async tried(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.isBusy = false;
      this.show = { kind: "problem", problem: api.problemOf(error) };
    }
  }
}
