/** The way from a course of a learning platform into a room, or to the choice of one. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { takeFragment } from "../lib/fragment";
import { insistOnLoading } from "../lib/insisting";
import { whenLoaded } from "../lib/language";
import { carry, freshKey, isFramed, keep, recall, sayClose, stepOf, type Step } from "../lib/lti";
import { nextStep } from "../lib/next-steps";
import { nameThePage } from "../lib/page";
import { cardOf, refusalOf } from "../lib/refusals";
import type { ErrorCode, LtiEntered, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { lti } from "../messages/lti";
import { icon } from "./icons";
import { Line } from "./line";
import "./problem-card";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./lti-page.css?inline";

type Launch = { launch: string; key: string };
type Doing = () => Promise<void>;

type Show =
  | { kind: "loading" | "registering" | "registered" }
  | { kind: "problem"; problem: Problem; again?: Doing }
  | { kind: "window"; token: string }
  | { kind: "inside"; token: string; key: string }
  | { kind: "register"; token: string }
  | { kind: "choose"; entered: LtiEntered; launch: Launch };

@customElement("lti-page")
export class LtiPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private show: Show = { kind: "loading" };
  @state() private hasTyped = false;
  @state() private isNameMissing = false;
  @state() private isBusy = false;
  /** Why a choice was not taken, where another may be. */
  @state() private refusal = "";
  @query("#name") private nameField!: HTMLInputElement | null;

  readonly #line = new Line(this);

  override connectedCallback(): void {
    super.connectedCallback();
    const step = stepOf(takeFragment(), location.pathname);
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
    nameThePage(this.pageName());
  }

  private pageName(): string {
    switch (this.show.kind) {
      case "problem":
        return cardOf(this.show.problem).heading;
      case "register":
      case "registering":
        return lti("register.heading");
      case "registered":
        return lti("register.done");
      default:
        return lti("title");
    }
  }

  private renderShow(show: Exclude<Show, { kind: "inside" }>): TemplateResult {
    switch (show.kind) {
      case "loading":
        return html`<div class="loading"><p role="status">${lti("entering")}</p>${this.#line.render()}</div>`;
      case "problem":
        return this.renderProblem(show);
      case "window":
        return this.renderWindow(show.token);
      case "register":
      case "registering":
        return this.renderRegister(show.kind === "register" ? show.token : "");
      case "registered":
        return html`<div class="card stack done" role="status">
          <div class="mark">${icon("check")}</div>
          <h1>${lti("register.done")}</h1>
          <p>${lti("register.close")}</p>
        </div>`;
      case "choose":
        return this.renderChoice(show.entered, show.launch);
    }
  }

  private renderProblem({ problem, again }: Extract<Show, { kind: "problem" }>): TemplateResult {
    return html`<problem-card .problem=${problem}>
      ${again
        ? html`<button type="button" class="button primary" @click=${() => this.tryAgain(again)}>${common("try_again")}</button>`
        : nothing}
    </problem-card>`;
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
    </div>
    ${this.#line.render()}`;
  }

  private renderChoice({ course, rooms, suggested_name }: LtiEntered, launch: Launch): TemplateResult {
    return html`<div class="stack">
      <h1>${course ? lti("choose.heading", { course }) : lti("choose.heading.bare")}</h1>
      ${this.refusal ? html`<p class="problem" role="alert">${this.refusal}</p>` : nothing}
      ${rooms?.length
        ? html`<ul class="rooms" aria-label=${lti("choose.rooms")}>
            ${rooms.map(
              ({ entry_id, name }) => html`<li>
                <button type="button" class="button" dir="auto" ?disabled=${this.isBusy}
                  @click=${() => this.tried(() => this.choose({ ...launch, entry_id }))}>
                  <span>${name}</span>${icon("chevron")}
                </button>
              </li>`,
            )}
          </ul>`
        : nothing}
      <form class="card stack" novalidate @submit=${(event: SubmitEvent) => this.make(event, launch)}
        @input=${() => (this.hasTyped = true)}>
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
      ${this.#line.render(this.hasTyped)}
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
    const { url, ...at } = await this.#line.insist(() => api.ltiLogin({ login, key }));
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
    // Nobody else keeps the key now: what is to be tried again, has it.
    await this.tried(() => this.follow({ launch, key }));
  }

  private async follow(launch: Launch): Promise<void> {
    const entered = await this.#line.insist(() => api.ltiEnter(launch));
    const { token } = entered;
    if (token) await this.tried(() => this.goIn(token, launch.key));
    else this.show = { kind: "choose", entered, launch };
  }

  private async goIn(token: string, key: string): Promise<void> {
    // The token works with this browser's key alone, which no address carries: nobody can be led
    // to one that makes them enter as somebody else.
    if (!isFramed()) return location.replace((await this.#line.insist(() => api.signIn(token, key))).next);
    // Cookies would be dropped in a frame; the tab alone needs none.
    await insistOnLoading(() => import("./embed-page"));
    this.show = { kind: "inside", token, key };
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
    this.refusal = "";
    try {
      const { return_url, jwt } = await this.#line.insist(() => api.ltiChoose(choice));
      carry(return_url, jwt);
    } catch (error) {
      const problem = api.problemOf(error);
      // Of a launch that is over nothing can be chosen any more.
      if (nextStep(problem.code) === "link") throw error;
      this.isBusy = false;
      this.refusal = problem.sentence;
    }
  }

  private async register(registration: string): Promise<void> {
    this.show = { kind: "registering" };
    try {
      await this.#line.insist(() => api.ltiRegister({ registration }));
    } catch (error) {
      const problem = api.problemOf(error);
      // These codes say other things elsewhere: nobody wanted to sign in here, or to do it once more.
      const own = { token_invalid: "register.invalid", conflict: "register.known" } as const;
      if (problem.code !== "token_invalid" && problem.code !== "conflict") throw error;
      this.show = { kind: "problem", problem: { ...problem, sentence: lti(own[problem.code]) } };
      return;
    }
    this.show = { kind: "registered" };
    sayClose();
  }

  private async tried(step: Doing): Promise<void> {
    try {
      await step();
    } catch (error) {
      const problem = api.problemOf(error);
      const mayHelp = problem.again || nextStep(problem.code) === "again";
      this.show = { kind: "problem", problem, ...(mayHelp ? { again: step } : {}) };
    }
  }

  private async tryAgain(step: Doing): Promise<void> {
    this.show = { kind: "loading" };
    await this.tried(step);
  }
}
