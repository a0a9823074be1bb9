/** Mails that would have been sent, for trying things out without a mail server. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { nameThePage } from "../lib/page";
import * as api from "../lib/api";
import { linkify } from "../lib/linkify";
import { moment } from "../lib/timing";
import type { Me, OutboxMail, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { home } from "../messages/home";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./outbox-page.css?inline";

const REFRESH_MS = 3_000;

@customElement("outbox-page")
export class OutboxPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private mails: readonly OutboxMail[] | null = null;
  @state() private openId: string | null = null;
  @state() private problem: Problem | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    this.#timer = setInterval(() => void this.load(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem && !this.mails ? "narrow" : ""}>${this.renderMain()}</main>`;
  }

  protected override updated(): void {
    nameThePage(home("outbox"));
  }

  private renderMain(): TemplateResult {
    if (this.problem && !this.mails) {
      return html`<problem-card .problem=${this.problem}><a class="button" href="/">${common("home")}</a></problem-card>`;
    }
    if (!this.mails) return html`<p class="loading" role="status">${common("loading")}</p>`;
    const open = this.mails.find((mail) => mail.id === this.openId) ?? this.mails[0];
    return html`<h1>${home("outbox")}</h1>
      <p class="soft">${home("outbox.why")}</p>
      ${open
        ? html`<div class="columns">${this.renderList(this.mails, open)}${this.renderMail(open)}</div>`
        : html`<div class="card empty"><p>${home("outbox.none")}</p></div>`}`;
  }

  private renderList(mails: readonly OutboxMail[], open: OutboxMail): TemplateResult {
    return html`<ul class="card list" role="list" aria-label=${home("outbox.mails")}>
      ${mails.map(
        (mail) => html`<li><button type="button" aria-current=${mail === open} data-mail=${mail.id}
          @click=${() => (this.openId = mail.id)}>
          <span class="label" dir="ltr">${mail.to}</span>
          <span dir="auto">${mail.subject}</span>
          <span class="hint">${moment(mail.at)}</span>
        </button></li>`,
      )}
    </ul>`;
  }

  private renderMail(mail: OutboxMail): TemplateResult {
    return html`<article class="card mail" aria-label=${mail.subject}>
      <div>
        <h2 dir="auto">${mail.subject}</h2>
        <p class="hint">${home(mail.has_calendar ? "outbox.about.calendar" : "outbox.about", { to: mail.to, when: moment(mail.at) })}</p>
      </div>
      <pre tabindex="0" dir="auto" aria-label=${home("outbox.text")}>${linkify(mail.text).map((part) =>
        part.isLink ? html`<a href=${part.text}>${part.text}</a>` : part.text,
      )}</pre>
      ${mail.html
        ? html`<iframe title=${home("outbox.html")} sandbox="allow-popups allow-popups-to-escape-sandbox"
            .srcdoc=${withBase(mail.html)}></iframe>`
        : nothing}
    </article>`;
  }

  private async load(): Promise<void> {
    try {
      this.me ??= await api.me();
      const mails = await api.outbox();
      this.mails = [...mails].sort((a, b) => b.at - a.at);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}

/** Links in a mail open beside this page: inside the sandboxed frame they would lead nowhere. */
function withBase(text: string): string {
  return `<base target="_blank">${text}`;
}
