/** How the site runs, for its operators: every node and the busiest rooms, as it changes. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { locale, number } from "../lib/language";
import { askAgainIn, site, sums } from "../lib/operator";
import { nameThePage } from "../lib/page";
import { moment } from "../lib/timing";
import type { Me, NodeView, OperatorView, Problem, RoomLoad } from "../lib/protocol";
import { common } from "../messages/common";
import { home } from "../messages/home";
import { operator } from "../messages/operator";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./operator-page.css?inline";

@customElement("operator-page")
export class OperatorPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private site: OperatorView | null = null;
  @state() private problem: Problem | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** Until when the server is left alone, also by those who come back to this page. */
  #restUntil = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.load);
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.load);
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem && !this.site ? "narrow" : ""}>${this.renderMain()}</main>`;
  }

  protected override updated(): void {
    nameThePage(operator("title"));
  }

  private renderMain(): TemplateResult {
    if (!this.site) {
      return this.problem
        ? html`<problem-card .problem=${this.problem}><a class="button" href="/">${common("home")}</a></problem-card>`
        : html`<p class="loading" role="status">${common("loading")}</p>`;
    }
    const when = clock(this.site.now);
    return html`<div class="line head">
        <h1 class="grow">${operator("title")}</h1>
        <span class="hint">${operator("updated", { when })}</span>
        <a class="button" href="/operator/webhooks">${operator("webhooks")}</a>
        <a class="button" href="/outbox">${home("outbox")}</a>
      </div>
      ${this.problem ? html`<p class="offline" role="status">${this.problem.sentence} ${operator("stale", { when })}</p>` : nothing}
      ${renderTiles(this.site)}
      <section class="card" aria-labelledby="nodes">
        <h2 id="nodes">${operator("nodes")}</h2>
        ${renderNodes(this.site.nodes)}
      </section>
      <section class="card" aria-labelledby="rooms">
        <h2 id="rooms">${operator("busiest")}</h2>
        ${this.site.rooms.length ? renderRooms(this.site.rooms) : html`<p class="soft">${operator("busiest.none")}</p>`}
      </section>`;
  }

  /** Ask now, and again after a while for as long as somebody looks and the answer may be another. */
  private readonly load = async (): Promise<void> => {
    clearTimeout(this.#timer);
    if (document.visibilityState === "hidden") return;
    const rest = this.#restUntil - performance.now();
    if (rest > 0) return this.askIn(rest);
    try {
      this.me ??= await api.me();
      this.site = await site();
      this.problem = null;
      this.#failures = 0;
    } catch (error) {
      this.problem = api.problemOf(error);
      this.#failures += 1;
    }
    const wait = askAgainIn(this.problem, this.#failures, Math.random());
    this.#restUntil = this.problem && wait !== null ? performance.now() + wait : 0;
    if (wait !== null) this.askIn(wait);
  };

  private askIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.isConnected) this.#timer = setTimeout(() => void this.load(), ms);
  }
}

function renderTiles({ nodes }: OperatorView): TemplateResult {
  const all = sums(nodes);
  return html`<dl class="tiles" aria-label=${operator("site")}>
    ${tile(operator("nodes"), number(all.alive), all.gone ? operator("nodes.gone", { count: all.gone }) : "", all.gone > 0)}
    ${tile(operator("connections"), number(all.connections), "")}
    ${tile(operator("commands"), rate(all.commands), operator("late"))}
    ${tile(operator("joins"), rate(all.joins), operator("late"))}
    ${tile(operator("deliveries"), rate(all.deliveries), operator("late"))}
    ${tile(operator("slow"), number(all.slow), operator("slow.why"), all.slow > 0)}
    ${tile(operator("p99"), all.p99 === null ? operator("none") : milliseconds(all.p99), operator("p99.why"))}
    ${tile(operator("put_off"), number(all.putOff), operator("put_off.why"))}
  </dl>`;
}

const tile = (label: string, value: string, more: string, isWorth = false): TemplateResult => html`<div
  class="tile ${isWorth ? "worth" : ""}">
  <dt>${label}</dt>
  <dd class="value">${value}</dd>
  <dd class="hint">${more || nothing}</dd>
</div>`;

function renderNodes(nodes: readonly NodeView[]): TemplateResult {
  const labels = [
    operator("connections"), operator("commands"), operator("joins"), operator("deliveries"),
    operator("slow"), operator("p99"), operator("put_off"), operator("conflicts"),
  ];
  return html`<table>
    <thead><tr>
      <th scope="col">${operator("node")}</th>
      ${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}
    </tr></thead>
    <tbody>${nodes.map((node) => {
      const values = [
        number(node.connections ?? 0), rate(node.commands_per_s ?? 0), rate(node.joins_per_s ?? 0),
        rate(node.deliveries_per_s ?? 0), number(node.slow ?? 0),
        typeof node.p99_ms === "number" ? milliseconds(node.p99_ms) : "–",
        number(node.put_off ?? 0), number(node.conflicts ?? 0),
      ];
      return html`<tr data-node=${node.id}>
        <th scope="row" class="first">
          <span class="name" dir="ltr">${node.name || node.id}</span>
          <span class="badge ${node.is_alive ? "good" : "bad"}">${operator(node.is_alive ? "node.alive" : "node.lapsed")}</span>
          ${node.started_at ? html`<span class="hint">${operator("since", { when: moment(node.started_at) })}</span>` : nothing}
        </th>
        ${values.map((value, at) => html`<td class="number"><span class="cell-label">${labels[at]}</span>${value}</td>`)}
      </tr>`;
    })}</tbody>
  </table>`;
}

function renderRooms(rooms: readonly RoomLoad[]): TemplateResult {
  const labels = [operator("people"), operator("connections"), operator("nodes")];
  return html`<table>
    <thead><tr>
      <th scope="col">${operator("room")}</th>
      ${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}
    </tr></thead>
    <tbody>${rooms.map((room) => html`<tr data-room=${room.entry_id}>
      <th scope="row" class="first">
        <a href="/e/${encodeURIComponent(room.entry_id)}" dir="auto">${room.entry_name || room.entry_id}</a>
        ${room.entry_name ? html`<span class="hint" dir="ltr">${room.entry_id}</span>` : nothing}
      </th>
      ${[room.people, room.connections, room.nodes].map((value, at) => html`<td class="number">
        <span class="cell-label">${labels[at]}</span>${number(value)}</td>`)}
    </tr>`)}</tbody>
  </table>`;
}

/** So many a second; small ones with a decimal, because 0.4 is not nothing. */
const rate = (value: number): string => number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

const milliseconds = (value: number): string =>
  operator("ms", { ms: number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value)) });

const clock = (at: number): string =>
  new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(at);
