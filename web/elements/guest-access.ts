/** The *Manage guest access* window: the switch, and up to three links. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { runQuietly } from "../lib/asking";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { Command, GuestAccessView, Problem } from "../lib/protocol";
import type { GuestAskEvent } from "./guest-ask";
import "./guest-link";
import type { GuestLinkForm } from "./guest-link-form";
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
  /** A wish that was refused; stays until the next one. */
  @state() private problem: Problem | null = null;
  /** The last look failed: what is on screen may be old. */
  @state() private isStale = false;
  @state() private isBusy = false;
  @state() private isAdding = false;
  @state() private isOpen = false;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Of two looks at the same time the later one counts. */
  #look = 0;

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${invite("guests")} .mayClose=${this.mayClose} @closed=${this.onClosed}>
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
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (document.visibilityState === "visible") void this.load();
    }, REFRESH_MS);
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderBody(): TemplateResult {
    const { access, problem } = this;
    return html`<div class="stack" @guest-ask=${this.onAsk}>
      ${problem ? html`<p class="problem" role="alert">${problem.sentence}</p>` : nothing}
      ${this.isStale && access ? html`<p class="note" role="status">${invite("guests.stale")}</p>` : nothing}
      ${access ? this.renderAccess(access) : this.isStale
        ? html`<p class="problem" role="alert">${invite("guests.unreachable")}</p>`
        : html`<p class="faint" role="status">${common("loading")}</p>`}
    </div>`;
  }

  private renderAccess(access: GuestAccessView): TemplateResult {
    const isFull = access.links.length >= MOST_LINKS;
    const isEmpty = access.links.length === 0;
    const inside = access.links.reduce((sum, link) => sum + link.inside, 0);
    return html`
      <div class="master">
        <div class="grow">
          <label for="master">${invite("master")}</label>
          <p class="hint" id="master-hint">
            ${invite(access.is_on ? "master.on" : isEmpty ? "master.off" : "master.off.links", { inside })}
          </p>
        </div>
        <input class="switch" id="master" type="checkbox" role="switch" .checked=${access.is_on}
          aria-describedby="master-hint" @change=${this.toggle} />
      </div>
      ${isEmpty && !this.isAdding ? this.renderEmpty() : nothing}
      ${isEmpty ? nothing : this.renderLinks(access)}
      ${this.isAdding
        ? html`<guest-link-form @cancelled=${this.stopAdding}></guest-link-form>`
        : html`<div class="line">
            <button type="button" class="button" id="add" aria-disabled=${isFull}
              aria-describedby="add-hint" @click=${() => (this.isAdding = !isFull)}>
              ${icon("plus")}${invite("add")}
            </button>
            <span class="hint" id="add-hint">${invite(isFull ? "add.full" : "add.hint")}</span>
          </div>`}
    `;
  }

  private renderEmpty(): TemplateResult {
    return html`<div class="empty">
      <h3>${invite("first.title")}</h3>
      <p>${invite("first.text")}</p>
      <button type="button" class="button primary" aria-disabled=${this.isBusy} @click=${this.makeFirst}>
        ${invite("first.do")}
      </button>
    </div>`;
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

  private async toggle(event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    // What the server says is shown, not what was pressed.
    if (!(await this.carry({ type: "set_guest_access", is_on: box.checked }))) {
      box.checked = this.access?.is_on ?? false;
    }
  }

  /** One press from nothing to a link that works. */
  private readonly makeFirst = async (): Promise<void> => {
    if (this.isBusy) return;
    this.isBusy = true;
    const link: Command = { type: "create_guest_link", name: invite("first.name"), needs_approval: false };
    const isOn = this.access?.is_on || (await this.carry({ type: "set_guest_access", is_on: true }));
    if (isOn && (await this.carry(link))) await this.focusIn("guest-link", "copy-field", "button");
    this.isBusy = false;
  };

  private async onAsk(event: GuestAskEvent): Promise<void> {
    if (event.question && !(await this.confirm.ask(event.question))) return event.done(false);
    const isDone = await this.carry(event.command);
    event.done(isDone);
    if (!isDone) return;
    if (event.command.type === "create_guest_link") this.isAdding = false;
    // The button that was pressed is gone with its link.
    if (this.isOpen && ["delete_guest_link", "revoke_guest_link"].includes(event.command.type)) {
      await this.focusIn("#add");
    } else if (event.command.type === "create_guest_link") await this.focusIn("#add");
  }

  private readonly stopAdding = async (): Promise<void> => {
    this.isAdding = false;
    await this.focusIn("#add");
  };

  private async carry(command: Command): Promise<boolean> {
    const answer = await runQuietly(this, command);
    this.problem = answer.isDone ? null : answer.problem;
    await this.load();
    return answer.isDone;
  }

  private async load(): Promise<void> {
    const look = ++this.#look;
    try {
      const access = await api.guestAccess(this.entryId);
      if (look !== this.#look) return;
      this.access = access;
      this.isStale = false;
    } catch (error) {
      const problem = api.problemOf(error);
      // Asked again in a moment; what is on screen is better than nothing.
      this.isStale = true;
      if (problem.code !== "internal") this.problem = problem;
    }
  }

  /** Focus what is behind a chain of selectors, each in the shadow of the one before. */
  private async focusIn(...path: readonly string[]): Promise<void> {
    await this.updateComplete;
    let root: ParentNode | null = this.renderRoot as ShadowRoot;
    let found: HTMLElement | null = null;
    for (const selector of path) {
      const next: HTMLElement | null = root?.querySelector<HTMLElement>(selector) ?? null;
      await (next as UsherElement | null)?.updateComplete;
      found = next;
      root = next?.shadowRoot ?? null;
    }
    found?.focus();
  }

  private readonly mayClose = (): boolean | Promise<boolean> => {
    if (!this.isDirty()) return true;
    return this.confirm.ask({
      heading: invite("discard"),
      text: invite("discard.link"),
      action: invite("discard.do"),
    });
  };

  private isDirty(): boolean {
    const links = [...this.renderRoot.querySelectorAll<UsherElement>("guest-link")];
    const forms = [this.renderRoot, ...links.map((link) => link.renderRoot)]
      .map((root) => (root as ShadowRoot).querySelector<GuestLinkForm>("guest-link-form"));
    return forms.some((form) => form?.isDirty);
  }

  private onClosed(): void {
    this.isOpen = false;
    clearInterval(this.#timer);
  }
}
