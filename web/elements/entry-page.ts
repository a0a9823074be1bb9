/** The media page of an entry: what it is, the way in, and the doors for others. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import "../lib/page";
import * as api from "../lib/api";
import { overHttp, type CommandEvent, type NoteEvent } from "../lib/asking";
import { entryMenu } from "../lib/entry-menu";
import { CountsFeed } from "../lib/feed";
import { loadWindows, openWindow, prepareWindows } from "../lib/opening";
import { isLive } from "../lib/ranks";
import { kindName, people } from "../lib/words";
import type { EntryNews, EntryView, Me, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { entry as words } from "../messages/entry";
import "./blocked-people";
import type { BlockedPeople } from "./blocked-people";
import "./confirm-dialog";
import type { ConfirmDialog } from "./confirm-dialog";
import "./entry-content";
import type { EntrySettings } from "./entry-settings";
import type { GuestAccess } from "./guest-access";
import { icon } from "./icons";
import type { InviteUsers } from "./invite-users";
import type { LedgerWindow } from "./ledger-window";
import type { ChooseEvent } from "./menu-button";
import "./menu-button";
import "./problem-card";
import "./session-badge";
import type { ShareWindow } from "./share-window";
import "./sign-in-link";
import "./site-header";
import "./toast-list";
import type { ToastList } from "./toast-list";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";
import own from "./entry-page.css?inline";

@customElement("entry-page")
export class EntryPage extends UsherElement {
  static override styles = sheets(page, own);

  @state() private me: Me | null = null;
  @state() private entry: EntryView | null = null;
  @state() private problem: Problem | null = null;
  @query("invite-users") private inviteUsers!: InviteUsers;
  @query("ledger-window") private ledger!: LedgerWindow;
  @query("guest-access") private guestAccess!: GuestAccess;
  @query("blocked-people") private blockedPeople!: BlockedPeople;
  @query("entry-settings") private settings!: EntrySettings;
  @query("share-window") private share!: ShareWindow;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("toast-list") private toasts!: ToastList;
  readonly #entryId = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  readonly #feed = new CountsFeed({ heard: (news) => this.hear(news), look: () => void this.load() });
  /** Of what is on screen, as the feed last said it. */
  #stamp = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("usher-command", this.carry as unknown as EventListener);
    this.addEventListener("usher-note", this.note as unknown as EventListener);
    void this.load();
    this.#feed.follow([this.#entryId]);
    this.#feed.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#feed.stop();
  }

  protected override render(): TemplateResult {
    return html`<site-header .me=${this.me}></site-header>
      <main id="main" class=${this.problem && !this.entry ? "narrow" : ""}>${this.renderMain()}</main>
      <toast-list></toast-list>
      <confirm-dialog></confirm-dialog>`;
  }

  private renderMain(): TemplateResult {
    if (this.entry) return this.renderEntry(this.entry);
    if (!this.problem) return html`<p class="loading" role="status">${common("loading")}</p>`;
    const isStranger = this.problem.code === "not_signed_in";
    return html`<problem-card .problem=${this.problem}
      more=${isStranger ? words("stranger") : ""}>
      ${isStranger ? html`<sign-in-link></sign-in-link>` : nothing}
      <a class="button" href="/">${common("home")}</a>
    </problem-card>`;
  }

  private renderEntry(entry: EntryView): TemplateResult {
    const menu = entryMenu(entry);
    return html`
      <div class="head">
        <div class="grow">
          <div class="line facts">
            <span>${kindName(entry.kind)}</span>
            ${this.renderState(entry)}
            ${entry.people ? html`<span>${words("here_now", { people: people(entry.people) })}</span>` : nothing}
          </div>
          <h1>${entry.name}</h1>
        </div>
        <button type="button" class="button" @click=${() => openWindow(this, loadWindows, () => this.share.open())}>${icon("share")}${words("share")}</button>
        ${menu.length > 0
          ? html`<menu-button label=${words("more")} .items=${() => menu} @choose=${this.chosen}></menu-button>`
          : nothing}
      </div>
      <entry-content .entry=${entry} .isSignedIn=${Boolean(this.me?.account_id)} @started=${this.load}></entry-content>
      ${entry.description ? html`<p class="description" dir="auto">${entry.description}</p>` : nothing}
      <invite-users entry-id=${entry.entry_id} .kind=${entry.kind} .types=${entry.invitation_types}></invite-users>
      <ledger-window entry-id=${entry.entry_id} .kind=${entry.kind} .types=${entry.invitation_types}
        @invite=${this.showInvite}></ledger-window>
      <guest-access entry-id=${entry.entry_id}></guest-access>
      <blocked-people entry-id=${entry.entry_id}></blocked-people>
      <entry-settings .entry=${entry} .accountId=${this.me?.account_id ?? null} @saved=${this.load}></entry-settings>
      <share-window .entry=${entry} @invite=${this.showInvite} @guests=${this.showGuests}
        @invitations=${this.showLedger}></share-window>
    `;
  }

  /** That a session has ended is said below, beside what can be done now. */
  private renderState({ kind, session_state: state, starts_at: startsAt }: EntryView): TemplateResult | typeof nothing {
    if (!isLive(kind) || state === "ended") return nothing;
    return html`<session-badge .state=${state} .startsAt=${startsAt}></session-badge>`;
  }

  private readonly showInvite = (): void => void openWindow(this, loadWindows, () => this.inviteUsers.open());
  private readonly showGuests = (): void => void openWindow(this, loadWindows, () => this.guestAccess.open());
  private readonly showLedger = (): void => void openWindow(this, loadWindows, () => this.ledger.open());

  private chosen(event: ChooseEvent): void {
    const { command, dialog } = event.item;
    switch (dialog?.name) {
      case "invite":
        return this.showInvite();
      case "guests":
        return this.showGuests();
      case "invitations":
        return this.showLedger();
      case "blocked":
        return void this.blockedPeople.open();
      case "settings":
        return void openWindow(this, () => import("./entry-settings"), () => this.settings.open());
    }
    if (command?.type === "start_session") void this.start();
    if (command?.type === "delete_entry") void this.deleteEntry();
  }

  /** What cannot be undone is asked for twice. */
  private async deleteEntry(): Promise<void> {
    const isMeant = await this.confirm.ask({
      heading: words("delete.heading", { name: this.entry?.name ?? "" }),
      text: words("delete.text"),
      action: words("delete.action"),
    });
    if (!isMeant) return;
    const answer = await overHttp(this.#entryId, { type: "delete_entry" });
    if (answer.isDone) location.assign("/");
    else this.toasts.show({ text: answer.problem.sentence, tone: "bad" });
  }

  private async start(): Promise<void> {
    const answer = await overHttp(this.#entryId, { type: "start_session" });
    if (!answer.isDone) this.toasts.show({ text: answer.problem.sentence, tone: "bad" });
    await this.load();
  }

  private readonly carry = (event: CommandEvent): void => {
    event.stopPropagation();
    event.answer = overHttp(this.#entryId, event.command);
  };

  private readonly note = (event: NoteEvent): void => this.toasts.show(event.note);

  private hear({ counts, stamp }: EntryNews): void {
    if (this.entry && typeof this.entry.people === "number" && counts) {
      this.entry = { ...this.entry, people: counts.all };
    }
    if (stamp !== this.#stamp) void this.load();
    this.#stamp = stamp;
  }

  private readonly load = async (): Promise<void> => {
    try {
      const [me, entry] = await Promise.all([api.me(), api.entry(this.#entryId)]);
      if (!this.entry && entry.rights.includes("invite")) prepareWindows();
      this.me = me;
      this.entry = entry;
      document.title = common("page_title", { name: entry.name });
    } catch (error) {
      // What is on screen is better than an apology for one look that failed.
      if (this.entry) return;
      this.problem = api.problemOf(error);
      // Whoever is signed in as somebody else sees as whom, and can sign out.
      this.me = await api.me().catch(() => null);
    }
  };
}
