/** The *Invite users* window: people typed or a list; then the links to pass on. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { runQuietly } from "../lib/asking";
import { debounce } from "../lib/debounce";
import { asCsv, bad, good, inviteesOf, MOST_PEOPLE, told, type Person } from "../lib/invitees";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { EntryKind, InvitationType, Problem } from "../lib/protocol";
import type { ConfirmDialog } from "./confirm-dialog";
import "./confirm-dialog";
import { firstChoice, inviteCommand, minutesOf, type Choice, type ChoiceEvent } from "./invite-choice";
import "./invite-choice";
import type { InviteList } from "./invite-list";
import "./invite-list";
import "./invite-made";
import type { InviteOne } from "./invite-one";
import "./invite-one";
import type { MailPreviewWindow } from "./mail-preview";
import "./mail-preview";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import type { PeopleEvent } from "./people-field";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

type Way = "one" | "list";

const WAYS: readonly Way[] = ["one", "list"];
const ASKED_MS = 350;

interface Made {
  ids: readonly string[];
  wasMailed: boolean;
}

@customElement("invite-users")
export class InviteUsers extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  @property({ attribute: false }) kind: EntryKind = "room";
  /** What whoever looks at this may give: never more than they are themselves. */
  @property({ attribute: false }) types: readonly InvitationType[] = [];

  @state() private way: Way = "one";
  @state() private isOpen = false;
  @state() private isBusy = false;
  @state() private problem: Problem | null = null;
  @state() private made: Made | null = null;
  @state() private typed: readonly Person[] = [];
  @state() private listed: readonly Person[] = [];
  @state() private choice: Choice = firstChoice([]);
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("mail-preview") private preview!: MailPreviewWindow;
  @query("invite-one") private one!: InviteOne | null;
  @query("invite-list") private list!: InviteList | null;

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${invite(this.made ? "made.title" : "title", { count: this.made?.ids.length ?? 0 })}
        .mayClose=${this.mayClose} @closed=${() => (this.isOpen = false)}>
        ${this.isOpen ? (this.made ? this.renderMade(this.made) : this.renderForm()) : nothing}
      </modal-dialog>
      <mail-preview .entryId=${this.entryId}></mail-preview>
      <confirm-dialog></confirm-dialog>`;
  }

  async open(): Promise<void> {
    this.startAnew();
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
    this.one?.focus();
  }

  private renderForm(): TemplateResult {
    return html`<div class="stack" @go=${this.invite}>
      <div class="tabs" role="tablist" aria-label=${invite("whom")} @keydown=${this.onTabKey}>
        ${WAYS.map((way) => this.renderTab(way))}
      </div>
      <invite-one role="tabpanel" id="panel-one" aria-labelledby="tab-one" ?hidden=${this.way !== "one"}
        .entryId=${this.entryId} .people=${this.typed} @people=${this.onTyped}></invite-one>
      <invite-list role="tabpanel" id="panel-list" aria-labelledby="tab-list" ?hidden=${this.way !== "list"}
        .entryId=${this.entryId} .people=${this.listed}
        @people=${(event: PeopleEvent) => (this.listed = event.people)}></invite-list>
      <invite-choice .types=${this.types} .kind=${this.kind} .choice=${this.choice} .mayPreview=${this.mayPreview}
        @choice=${(event: ChoiceEvent) => (this.choice = event.choice)} @preview=${this.showMail}></invite-choice>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
    </div>
    <span slot="foot" class="hint grow summary">${this.summary()}</span>
    <button slot="foot" type="button" class="button" @click=${() => this.dialog.leave()}>${common("cancel")}</button>
    <button slot="foot" type="button" class="button primary" aria-disabled=${this.isBusy} @click=${this.invite}>
      ${this.isBusy
        ? invite("busy")
        : invite(this.way === "one" && this.people.length <= 1 ? "go.one" : "go.many", { count: this.willBe.length })}
    </button>`;
  }

  private renderTab(way: Way): TemplateResult {
    const isSelected = this.way === way;
    return html`<button type="button" class="button small" role="tab" id=${`tab-${way}`}
      aria-controls=${`panel-${way}`} aria-selected=${isSelected} tabindex=${isSelected ? 0 : -1}
      @click=${() => this.choose(way)}>${invite(`way.${way}`)}</button>`;
  }

  private renderMade(made: Made): TemplateResult {
    return html`<invite-made .entryId=${this.entryId} .ids=${made.ids} .wasMailed=${made.wasMailed}></invite-made>
      <button slot="foot" type="button" class="button" @click=${this.more}>${invite("more")}</button>
      <button slot="foot" type="button" class="button primary" data-done @click=${() => this.dialog.close()}>${common("done")}</button>`;
  }

  private get people(): readonly Person[] {
    return this.way === "one" ? this.typed : this.listed;
  }

  private get willBe(): readonly Person[] {
    return good(this.people);
  }

  private get mayPreview(): boolean {
    return this.willBe.length > 0 || Boolean(this.way === "one" && this.one?.draft);
  }

  private summary(): string {
    const count = this.willBe.length;
    if (count < 2) return "";
    return invite("summary", { count, type: this.choice.type });
  }

  private onTabKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    this.choose(this.way === "one" ? "list" : "one");
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>(`#tab-${this.way}`)?.focus();
    });
  }

  private choose(way: Way): void {
    this.way = way;
    this.problem = null;
  }

  private readonly more = async (): Promise<void> => {
    this.startAnew();
    await this.updateComplete;
    this.one?.focus();
  };

  private readonly startAnew = (): void => {
    this.made = null;
    this.problem = null;
    this.isBusy = false;
    this.way = "one";
    this.typed = [];
    this.listed = [];
    this.list?.startAnew();
    this.choice = firstChoice(this.types);
  };

  private onTyped(event: PeopleEvent): void {
    const isNew = event.people.length !== this.typed.length;
    this.typed = event.people;
    if (isNew) this.ask();
    // What is typed and no chip yet decides what may be pressed.
    this.requestUpdate();
  }

  /** Have the server say who is invited already, and which addresses cannot be any. */
  private readonly ask = debounce(async () => {
    const asked = this.typed;
    if (asked.length === 0 || !this.isOpen) return;
    try {
      this.typed = told(this.typed, asked, await api.previewCsv(this.entryId, asCsv(asked)));
    } catch {
      // It is asked again when they are invited.
    }
  }, ASKED_MS);

  private readonly showMail = async (): Promise<void> => {
    this.one?.commit();
    const [first] = inviteesOf(this.willBe);
    if (!first) return this.complain(invite("nobody"));
    await this.preview.open({
      invitee: first,
      invitation_type: this.choice.type,
      valid_minutes: minutesOf(this.choice),
      language: this.choice.language,
      message: this.choice.message.trim(),
    });
  };

  private readonly invite = async (): Promise<void> => {
    if (this.isBusy) return;
    if (this.way === "one") this.one?.commit();
    else if (this.list?.draft) return this.list.read();
    const [first] = bad(this.people);
    const people = this.willBe;
    if (first) return this.complain(invite("mend", { count: bad(this.people).length }));
    if (people.length === 0) return this.complain(invite("nobody"));
    if (people.length > MOST_PEOPLE) return this.complain(invite("fault.too_many"));
    this.isBusy = true;
    this.problem = null;
    const answer = await runQuietly(this, inviteCommand(inviteesOf(people), this.choice));
    this.isBusy = false;
    if (!answer.isDone) {
      this.problem = answer.problem;
      return;
    }
    const ids = (answer.result.invitation_ids ?? []) as string[];
    this.made = { ids, wasMailed: this.choice.sendMail };
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("[data-done]")?.focus();
  };

  private complain(sentence: string): void {
    this.problem = { code: "bad_request", sentence, again: false };
    (this.way === "one" ? this.one : this.list)?.focus();
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector(".problem")?.scrollIntoView({ block: "nearest" });
    });
  }

  private readonly mayClose = (): boolean | Promise<boolean> => {
    const isEmpty = this.typed.length + this.listed.length === 0 && !this.choice.message.trim();
    if (this.made || (isEmpty && !this.one?.draft && !this.list?.draft)) return true;
    return this.confirm.ask({
      heading: invite("discard"),
      text: invite("discard.text"),
      action: invite("discard.do"),
    });
  };
}
