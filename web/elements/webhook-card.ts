/** One webhook: what it is told, its secret, its log, and what can be done with it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import * as hooks from "../lib/operator";
import { number } from "../lib/language";
import { moment } from "../lib/timing";
import type { DeliveryView, EntrySummary, Problem, WebhookView } from "../lib/protocol";
import { operator } from "../messages/operator";
import type { ConfirmDialog } from "./confirm-dialog";
import "./confirm-dialog";
import "./copy-field";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import type { WebhookReplay } from "./webhook-replay";
import "./webhook-replay";
import page from "./page.css?inline";
import own from "./webhook-card.css?inline";

const STATES = { active: "good", resting: "warn", paused: "", gone: "bad" } as const;
const REASONS = [
  "timeout", "tls", "no_connection", "broken_connection", "unknown_host", "inner_address", "answered_otherwise",
] as const;

/** Dispatches `changed` when the list has to be asked for anew. */
@customElement("webhook-card")
export class WebhookCard extends UsherElement {
  static override styles = sheets(page, own);

  @property({ attribute: false }) webhook!: WebhookView;
  @property({ attribute: false }) entries: readonly EntrySummary[] = [];
  @state() private log: readonly DeliveryView[] | null = null;
  @state() private showsSecret = false;
  @state() private isBusy = false;
  @state() private said = "";
  @state() private problem: Problem | null = null;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("webhook-replay") private replay!: WebhookReplay;

  protected override render(): TemplateResult {
    const { webhook } = this;
    const isOn = webhook.state === "active" || webhook.state === "resting";
    return html`<article class="card stack" aria-labelledby="url">
      <div class="line">
        <h2 id="url" class="grow" dir="ltr">${webhook.url}</h2>
        <span class="badge ${STATES[webhook.state]}">${operator(`state.${webhook.state}`)}</span>
      </div>
      <p class="hint">${this.about()}</p>
      <div class="line">
        ${this.renderButton("test", () => this.test())}
        ${this.renderButton(isOn ? "pause" : "go_on", () => this.pause(isOn))}
        <button type="button" class="button small" aria-expanded=${this.log !== null} aria-disabled=${this.isBusy}
          @click=${this.toggleLog}>${operator("log")}</button>
        ${this.renderButton("replay", () => this.replay.open())}
        <button type="button" class="button small" aria-expanded=${this.showsSecret}
          @click=${() => (this.showsSecret = !this.showsSecret)}>${operator(this.showsSecret ? "secret.hide" : "secret.show")}</button>
        <span class="grow"></span>
        <button type="button" class="button small danger" aria-disabled=${this.isBusy} @click=${this.end}>${operator("delete.go")}</button>
      </div>
      <p role="status" ?hidden=${!this.said}>${this.said}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.showsSecret ? html`<copy-field plain label=${operator("secret")} value=${webhook.secret}></copy-field>` : nothing}
      ${this.log ? this.renderLog(this.log) : nothing}
    </article>
    <confirm-dialog></confirm-dialog>
    <webhook-replay .entries=${this.entries} .entryId=${webhook.entry_id ?? ""} @replay=${this.onReplay}></webhook-replay>`;
  }

  private renderButton(word: "test" | "pause" | "go_on" | "replay", act: () => unknown): TemplateResult {
    return html`<button type="button" class="button small" aria-disabled=${this.isBusy}
      @click=${() => (this.isBusy ? undefined : act())}>${operator(word)}</button>`;
  }

  private about(): string {
    const { topics, entry_id: entryId } = this.webhook;
    const what = topics.length ? topics.map((topic) => operator(`topic.${topic}`)).join(", ") : operator("topics.all");
    return `${entryId ? this.nameOf(entryId) : operator("of.all")} · ${what}`;
  }

  private nameOf(entryId: string): string {
    return this.entries.find((one) => one.entry_id === entryId)?.name ?? entryId;
  }

  private renderLog(log: readonly DeliveryView[]): TemplateResult {
    if (!log.length) return html`<p class="soft">${operator("log.none")}</p>`;
    const labels = [operator("log.what"), operator("log.entry"), operator("log.try"), operator("log.answer")];
    return html`<table aria-label=${operator("log.of", { url: this.webhook.url })}>
      <thead><tr><th scope="col">${operator("log.when")}</th>
        ${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
      <tbody>${log.map((one) => html`<tr data-delivery=${one.message_id}>
        <th scope="row" class="first">${moment(one.at)}</th>
        <td><span class="cell-label">${labels[0]}</span>${operator(`topic.${one.topic}`)}</td>
        <td><span class="cell-label">${labels[1]}</span>${one.topic !== "test"
          ? html`<span dir="auto">${this.nameOf(one.entry_id)}</span> ${number(one.number)}` : "–"}</td>
        <td><span class="cell-label">${labels[2]}</span>${number(one.attempt)}</td>
        <td><span class="cell-label">${labels[3]}</span>${
          one.status ? html`<span class="badge ${one.problem ? "bad" : "good"}">${one.status}</span> ` : nothing}${
          one.problem ? html`<span class="fault">${why(one.problem)}</span>` : nothing}</td>
      </tr>`)}</tbody>
    </table>`;
  }

  private readonly toggleLog = async (): Promise<void> => {
    if (this.isBusy) return;
    if (this.log) this.log = null;
    else await this.during(() => this.readLog());
  };

  private async readLog(): Promise<void> {
    this.log = await hooks.deliveries(this.webhook.id);
  }

  private test(): Promise<void> {
    return this.during(async () => {
      const went = await hooks.testWebhook(this.webhook.id);
      this.said = went.problem
        ? operator("test.bad", { why: why(went.problem) })
        : operator("test.good", { status: went.status ?? "", ms: number(went.took_ms) });
      if (this.log) await this.readLog();
    });
  }

  private pause(isOn: boolean): Promise<void> {
    return this.during(async () => {
      this.webhook = await hooks.pauseWebhook(this.webhook.id, isOn);
    });
  }

  private readonly onReplay = (event: CustomEvent<{ entryId: string; from: number }>): Promise<void> =>
    this.during(async () => {
      const { messages } = await hooks.replay(this.webhook.id, event.detail.entryId, event.detail.from);
      this.said = operator("replay.done", { count: messages });
    });

  private readonly end = async (): Promise<void> => {
    if (this.isBusy) return;
    const isMeant = await this.confirm.ask({
      heading: operator("delete.title"),
      text: operator("delete.text", { url: this.webhook.url }),
      action: operator("delete.go"),
    });
    if (!isMeant) return;
    await this.during(async () => {
      await hooks.deleteWebhook(this.webhook.id);
      this.dispatchEvent(new CustomEvent("changed", { bubbles: true, composed: true }));
    });
  };

  /** Do something, one thing at a time, and show what was refused. */
  private async during(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.said = "";
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = api.problemOf(error);
    } finally {
      this.isBusy = false;
    }
  }
}

/** Why something did not arrive, in words. */
function why(problem: string): string {
  const known = REASONS.find((one) => one === problem);
  return operator(known ? `why.${known}` : "why.other");
}
