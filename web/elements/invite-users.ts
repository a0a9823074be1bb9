/** The *Invite users* window: one person, or a list; then the links to copy. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { runQuietly } from "../lib/asking";
import type { EntryKind, InvitationType, Invitee, Problem } from "../lib/protocol";
import "./copy-field";
import "./invite-list";
import "./invite-one";
import type { InviteEvent } from "./invite-choice";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

/** Of a long list, so many links are shown; the rest went out by mail and stand in the ledger. */
const LINKS_SHOWN = 20;

interface Made {
  email: string;
  url: string;
}

@customElement("invite-users")
export class InviteUsers extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  @property({ attribute: false }) kind: EntryKind = "room";
  /** What whoever looks at this may give: never more than they are themselves. */
  @property({ attribute: false }) types: readonly InvitationType[] = [];

  @state() private way: "one" | "list" = "one";
  @state() private isOpen = false;
  @state() private isBusy = false;
  @state() private problem: Problem | null = null;
  @state() private made: readonly Made[] | null = null;
  @state() private wasMailed = false;
  @state() private count = 0;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${this.made ? "Invitation ready" : "Invite users"}
      @closed=${() => (this.isOpen = false)}>
      ${this.isOpen ? (this.made ? this.renderMade(this.made) : this.renderForms()) : nothing}
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.startAnew();
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderForms(): TemplateResult {
    return html`<div class="stack" @invite=${this.invite}>
      <div class="tabs" role="tablist" aria-label="Whom to invite" @keydown=${this.onTabKey}>
        ${this.renderTab("one", "One person")}${this.renderTab("list", "A list")}
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.way === "one"
        ? html`<invite-one role="tabpanel" aria-label="One person" data-autofocus .entryId=${this.entryId}
            .kind=${this.kind} .types=${this.types} .isBusy=${this.isBusy}></invite-one>`
        : html`<invite-list role="tabpanel" aria-label="A list" .entryId=${this.entryId}
            .kind=${this.kind} .types=${this.types} .isBusy=${this.isBusy}></invite-list>`}
    </div>`;
  }

  private renderTab(way: "one" | "list", label: string): TemplateResult {
    const isSelected = this.way === way;
    return html`<button type="button" class="button small" role="tab" id=${`tab-${way}`}
      aria-selected=${isSelected} tabindex=${isSelected ? 0 : -1}
      @click=${() => (this.way = way)}>${label}</button>`;
  }

  private renderMade(made: readonly Made[]): TemplateResult {
    const rest = this.count - made.length;
    return html`<div class="stack">
      <p role="status">
        ${this.count === 1 ? "1 invitation was made." : `${this.count} invitations were made.`}
        ${this.wasMailed ? "The link is on its way by e-mail." : "No mail was sent: pass the link on yourself."}
      </p>
      ${made.map(
        (one) => html`<div class="made" data-invited=${one.email}>
          <span class="label">${one.email}</span>
          <copy-field label=${`invite link for ${one.email}`} .value=${one.url}></copy-field>
        </div>`,
      )}
      ${rest > 0 ? html`<p class="hint">And ${rest} more, in the Participants tab under “Invited, not here”.</p>` : nothing}
      <p class="hint">Each link works for the invited address alone, on one device.</p>
    </div>
    <button slot="foot" type="button" class="button" @click=${this.startAnew}>Invite more</button>
    <button slot="foot" type="button" class="button primary" @click=${() => this.dialog.close()}>Done</button>`;
  }

  private onTabKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    this.way = this.way === "one" ? "list" : "one";
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>(`#tab-${this.way}`)?.focus();
    });
  }

  private startAnew(): void {
    this.made = null;
    this.problem = null;
    this.isBusy = false;
  }

  private async invite(event: InviteEvent): Promise<void> {
    const { command } = event;
    this.isBusy = true;
    this.problem = null;
    const answer = await runQuietly(this, command);
    if (!answer.isDone) {
      this.problem = answer.problem;
      this.isBusy = false;
      return;
    }
    const ids = (answer.result.invitation_ids ?? []) as string[];
    this.count = ids.length;
    this.wasMailed = command.send_mail === true;
    try {
      this.made = await this.links(ids, command.invitees);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
    this.isBusy = false;
  }

  /** Ids come in the order of the addresses; an address named twice has one. */
  private links(ids: readonly string[], invitees: readonly Invitee[]): Promise<Made[]> {
    const emails = [...new Map(invitees.map(({ email }) => [email.toLowerCase(), email])).values()];
    return Promise.all(
      ids.slice(0, LINKS_SHOWN).map(async (id, index) => ({
        email: emails[index] ?? "",
        url: (await api.invitationLink(this.entryId, id)).url,
      })),
    );
  }
}
