/** The *Manage guest access* window: the switch, and up to three links. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { runQuietly } from "../lib/asking";
import type { Command, GuestAccessView, Problem } from "../lib/protocol";
import type { GuestAskEvent } from "./guest-ask";
import "./guest-link";
import "./guest-link-form";
import "./confirm-dialog";
import type { ConfirmDialog } from "./confirm-dialog";
import { icon } from "./icons";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./guest-access.css?inline";

/** Counters move while the window is open; a look this often keeps up with them. */
const REFRESH_MS = 3_000;
const MOST_LINKS = 3;

@customElement("guest-access")
export class GuestAccess extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  @state() private access: GuestAccessView | null = null;
  @state() private problem: Problem | null = null;
  @state() private isAdding = false;
  @state() private isOpen = false;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  #timer: ReturnType<typeof setInterval> | undefined;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading="Manage guest access" @closed=${this.onClosed}>
        ${this.isOpen ? this.renderBody() : nothing}
      </modal-dialog>
      <confirm-dialog></confirm-dialog>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  async open(): Promise<void> {
    this.problem = null;
    this.isAdding = false;
    this.isOpen = true;
    void this.load();
    this.#timer = setInterval(() => void this.load(), REFRESH_MS);
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderBody(): TemplateResult {
    const access = this.access;
    return html`<div class="stack" @guest-ask=${this.onAsk}>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${access ? this.renderAccess(access) : html`<p class="faint" role="status">Loading…</p>`}
    </div>`;
  }

  private renderAccess(access: GuestAccessView): TemplateResult {
    const isFull = access.links.length >= MOST_LINKS;
    return html`
      <div class="master">
        <div class="grow">
          <label for="master">Enable guest access</label>
          <p class="hint" id="master-hint">
            Anybody with a link can come in with a name and an e-mail. Switching it off stops all
            links at once; people already inside stay.
          </p>
        </div>
        <input class="switch" id="master" type="checkbox" role="switch" .checked=${access.is_on}
          aria-describedby="master-hint" @change=${this.toggle} />
      </div>
      ${access.links.length === 0 && !this.isAdding
        ? html`<p class="empty">There are no guest links yet.</p>`
        : nothing}
      ${access.links.length > 0 ? this.renderLinks(access) : nothing}
      ${this.isAdding
        ? html`<guest-link-form @cancelled=${() => (this.isAdding = false)}></guest-link-form>`
        : html`<div class="line">
            <button type="button" class="button" ?disabled=${isFull} @click=${() => (this.isAdding = true)}>
              ${icon("plus")}Add guest link
            </button>
            <span class="hint">${isFull ? "Three links are the most. Delete one to free its place." : ""}</span>
          </div>`}
    `;
  }

  private renderLinks(access: GuestAccessView): TemplateResult {
    return html`<ul class="links" role="list">
      ${repeat(
        access.links,
        (link) => link.id,
        (link) => html`<li><guest-link .link=${link}></guest-link></li>`,
      )}
    </ul>`;
  }

  private toggle(event: Event): void {
    const is_on = (event.target as HTMLInputElement).checked;
    void this.carry({ type: "set_guest_access", is_on });
  }

  private async onAsk(event: GuestAskEvent): Promise<void> {
    if (event.question && !(await this.confirm.ask(event.question))) return;
    const isDone = await this.carry(event.command);
    if (isDone && event.command.type === "create_guest_link") this.isAdding = false;
    event.done(isDone);
  }

  private async carry(command: Command): Promise<boolean> {
    const answer = await runQuietly(this, command);
    this.problem = answer.isDone ? null : answer.problem;
    await this.load();
    return answer.isDone;
  }

  private async load(): Promise<void> {
    try {
      this.access = await api.guestAccess(this.entryId);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }

  private onClosed(): void {
    this.isOpen = false;
    clearInterval(this.#timer);
  }
}
