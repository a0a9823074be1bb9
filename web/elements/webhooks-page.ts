/** Webhooks, for operators: who is told what, how it went, and telling it again. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import * as hooks from "../lib/operator";
import { nameThePage } from "../lib/page";
import type { EntrySummary, Me, Problem, WebhookView } from "../lib/protocol";
import { common } from "../messages/common";
import { operator } from "../messages/operator";
import { icon } from "./icons";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import "./webhook-card";
import type { WebhookForm } from "./webhook-form";
import "./webhook-form";
import page from "./page.css?inline";
import own from "./webhooks-page.css?inline";

/** Pages of entries that are offered by name. */
const MOST_PAGES = 5;

@customElement("webhooks-page")
export class WebhooksPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private all: readonly WebhookView[] | null = null;
  @state() private entries: readonly EntrySummary[] = [];
  @state() private problem: Problem | null = null;
  @query("webhook-form") private form!: WebhookForm;
  @query("#add") private add!: HTMLButtonElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.begin();
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem && !this.all ? "narrow" : ""} @changed=${this.onChanged}>${this.renderMain()}</main>`;
  }

  protected override updated(): void {
    nameThePage(operator("webhooks"));
  }

  private renderMain(): TemplateResult {
    if (!this.all) {
      return this.problem
        ? html`<problem-card .problem=${this.problem}><a class="button" href="/">${common("home")}</a></problem-card>`
        : html`<p class="loading" role="status">${common("loading")}</p>`;
    }
    return html`<div class="line head">
        <div class="grow">
          <a class="back" href="/operator">${icon("back")}${operator("title")}</a>
          <h1>${operator("webhooks")}</h1>
        </div>
        <button type="button" class="button primary" id="add" @click=${() => this.form.open()}>${operator("add")}</button>
      </div>
      <p class="soft">${operator("hooks.why")}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.all.length
        ? html`<ul class="stack hooks" role="list">${repeat(this.all, (one) => one.id, (one) => html`<li>
            <webhook-card .webhook=${one} .entries=${this.entries}></webhook-card>
          </li>`)}</ul>`
        : html`<div class="card empty"><p>${operator("hooks.none")}</p></div>`}
      <webhook-form .entries=${this.entries}></webhook-form>`;
  }

  private async begin(): Promise<void> {
    try {
      this.me = await api.me();
    } catch (error) {
      this.problem = api.problemOf(error);
      return;
    }
    await this.load();
    await this.loadEntries();
  }

  /** The card that had the focus may be gone with its webhook. */
  private readonly onChanged = async (): Promise<void> => {
    await this.load();
    await this.updateComplete;
    this.add?.focus();
  };

  private readonly load = async (): Promise<void> => {
    try {
      const all = await hooks.webhooks();
      this.all = [...all].sort((a, b) => a.created_at - b.created_at);
      this.problem = null;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  };

  /** Names of entries are a help; without them, ids are shown. */
  private async loadEntries(): Promise<void> {
    let next = "";
    for (let at = 0; at < MOST_PAGES; at += 1) {
      try {
        const { page: found, next: more } = await api.entries(next);
        this.entries = [...this.entries, ...found];
        next = more;
      } catch {
        return;
      }
      if (!next) return;
    }
  }
}
