/** What the server can be asked and what it says, out of its own descriptions; and the guides. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import * as api from "../lib/api";
import { fragmentOf, GUIDES, guideAt, readGuide } from "../lib/guides";
import { nameThePage } from "../lib/page";
import {
  commandsOf, matches, messagesOf, operationsOf, shapesOf, type AsyncApi, type Message, type OpenApi, type Operation,
  type Shapes,
} from "../lib/reference";
import type { Me, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { docs } from "../messages/docs";
import "./doc-shape";
import "./problem-card";
import "./site-header";
import { inCode } from "./in-code";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./docs-page.css?inline";

const OPENAPI = "/openapi.json";
const ASYNCAPI = "/asyncapi.json";

@customElement("docs-page")
export class DocsPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private problem: Problem | null = null;
  @state() private guide: string | null = null;
  @state() private operations: ReadonlyMap<string, readonly Operation[]> = new Map();
  @state() private messages: ReadonlyMap<"client" | "server" | "commands", readonly Message[]> = new Map();
  @state() private search = "";
  @state() private isLoaded = false;
  #http: Shapes = new Map();
  #live: Shapes = new Map();
  readonly #name = guideAt(location.pathname);
  readonly #goTo = (): void => this.goTo(location.hash);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#goTo);
    void api.me().then((me) => (this.me = me), () => undefined);
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.#goTo);
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem ? "narrow" : ""}>${this.renderMain()}</main>`;
  }

  protected override updated(): void {
    nameThePage(docs("title"));
  }

  private renderMain(): TemplateResult {
    if (this.problem) {
      return html`<problem-card .problem=${this.problem}><a class="button" href="/">${common("home")}</a></problem-card>`;
    }
    if (!this.isLoaded) return html`<p class="loading" role="status">${common("loading")}</p>`;
    return this.guide === null ? this.renderReference() : html`<p><a href="/docs">${docs("back")}</a></p>
      <article class="guide" lang="en" dir="ltr">${unsafeHTML(this.guide)}</article>`;
  }

  private renderReference(): TemplateResult {
    const groups = [...this.operations].map(([group, all]) => [group, all.filter((one) => this.isWanted(one))] as const)
      .filter(([, found]) => found.length > 0);
    const spoken = [...this.messages].map(([from, all]) => [from, all.filter((one) => this.isWanted(one))] as const)
      .filter(([, found]) => found.length > 0);
    return html`<h1>${docs("title")}</h1>
      <p class="soft">${docs("intro")}</p>
      <section aria-labelledby="guides">
        <h2 id="guides">${docs("guides")}</h2>
        <ul class="guides" role="list">${GUIDES.map((name) => html`<li>
          <a href="/docs/${name}">${docs(`guide.${name}`)}</a>
        </li>`)}</ul>
      </section>
      <p class="programs">${docs("documents")}:
        <a href="/api/v1${OPENAPI}" dir="ltr">OpenAPI</a> ·
        <a href="/api/v1${ASYNCAPI}" dir="ltr">AsyncAPI</a></p>
      <label class="find"><span class="label">${docs("search")}</span>
        <input class="input" type="search" .value=${this.search} @input=${this.find} /></label>
      ${groups.length + spoken.length === 0 ? html`<p role="status">${docs("none")}</p>` : nothing}
      ${groups.length > 0 ? html`<h2 id="http">${docs("http")}</h2>` : nothing}
      ${repeat(groups, ([group]) => group, ([group, found]) => html`<section>
        <h3 dir="ltr"><code>${group}</code></h3>
        ${repeat(found, ({ id }) => id, (one) => this.renderOperation(one))}
      </section>`)}
      ${spoken.length > 0 ? html`<h2 id="socket">${docs("socket")}</h2>` : nothing}
      ${repeat(spoken, ([from]) => from, ([from, found]) => html`<section>
        <h3>${docs(from)}</h3>
        ${repeat(found, ({ id }) => id, (one) => this.renderMessage(one))}
      </section>`)}`;
  }

  private renderOperation(one: Operation): TemplateResult {
    return html`<details class="card entry" id=${one.id}>
      <summary><span class="method" data-method=${one.method} dir="ltr">${one.method}</span>
        <code class="path" dir="ltr">${one.path}</code>
        <span class="says" lang="en" dir="ltr">${inCode(one.summary)}</span></summary>
      <dl>
        <dt>${docs("who")}</dt>
        <dd>${one.who.length === 0 ? docs("who.anybody") : html`<ul>${one.who.map((who) =>
          html`<li>${called(who)}</li>`)}</ul>`}</dd>
        ${one.parameters.length > 0 ? html`<dt>${docs("parameters")}</dt>
          <dd><ul>${one.parameters.map(({ name, in: place, description }) => html`<li dir="ltr" lang="en">
            <code>${name}</code> <span class="hint">${place}</span> ${inCode(description ?? "")}</li>`)}</ul></dd>` : nothing}
        ${one.body ? html`<dt>${docs("body")}</dt>
          <dd><doc-shape .shape=${one.body} .shapes=${this.#http}></doc-shape></dd>` : nothing}
        ${one.replies.map(({ type, shape }) => html`<dt>${docs("reply")} <code class="hint" dir="ltr">${type}</code></dt>
          <dd><doc-shape .shape=${shape} .shapes=${this.#http}></doc-shape></dd>`)}
      </dl>
    </details>`;
  }

  private renderMessage(one: Message): TemplateResult {
    return html`<details class="card entry" id=${one.id}>
      <summary><code class="path" dir="ltr">${one.name}</code>
        <span class="says" lang="en" dir="ltr">${inCode(one.summary)}</span></summary>
      ${one.answers.length > 0 ? html`<p>${docs("answered_by")} ${one.answers.map((name) =>
        html`<code dir="ltr">${name}</code> `)}</p>` : nothing}
      <doc-shape .shape=${one.shape} .shapes=${this.#live}></doc-shape>
    </details>`;
  }

  private isWanted(one: Operation | Message): boolean {
    const names = "path" in one ? [one.method, one.path] : [one.name];
    return matches(this.search, ...names, one.summary);
  }

  private find(event: Event): void {
    this.search = (event.target as HTMLInputElement).value;
  }

  /** Places are in the shadow of this element, where the browser does not look for them. */
  private goTo(hash: string): void {
    const name = fragmentOf(hash);
    const place = name ? this.renderRoot.querySelector(`[id="${CSS.escape(name)}"]`) : null;
    if (place instanceof HTMLDetailsElement) place.open = true;
    place?.scrollIntoView();
  }

  private async load(): Promise<void> {
    try {
      if (this.#name !== null) {
        this.guide = await readGuide(this.#name);
      } else {
        const [http, live] = await Promise.all([
          api.request<OpenApi>("GET", OPENAPI), api.request<AsyncApi>("GET", ASYNCAPI),
        ]);
        this.#http = shapesOf(http);
        this.#live = shapesOf(live);
        this.operations = operationsOf(http);
        this.messages = new Map([
          ["client", messagesOf(live, "client")], ["commands", commandsOf(live)], ["server", messagesOf(live, "server")],
        ] as const);
      }
      this.isLoaded = true;
      await this.updateComplete;
      this.goTo(location.hash);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}

/** A credential in words; one that these pages do not know yet, by its name. */
function called(who: string): string {
  const key = `who.${who}`;
  return docs.has(key) ? docs(key) : who;
}
