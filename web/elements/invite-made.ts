/** After inviting: the links to pass on, what became of the mails, and what happens next. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { harmless, toCsv } from "../lib/csv";
import { untilText } from "../lib/invite-words";
import { invitationName } from "../lib/words";
import { invite } from "../messages/invite";
import type { InvitationLink, MailState, Problem } from "../lib/protocol";
import { copyText } from "./copy-field";
import "./copy-field";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

const REFRESH_MS = 1_500;
/** Mails that are not away by then are tried for hours: the ledger tells the rest. */
const WATCHED_MS = 120_000;
/** Of a long list so many are shown at first. */
const SHOWN = 20;

const LOOK: Record<MailState, string> = {
  due: "", sent: "good", delivered: "good", bounced: "bad", failed: "bad",
};

@customElement("invite-made")
export class InviteMade extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) ids: readonly string[] = [];
  @property({ attribute: false }) wasMailed = false;
  @state() private links: readonly InvitationLink[] | null = null;
  @state() private problem: Problem | null = null;
  @state() private showsAll = false;
  @state() private copied: "" | "lines" | "csv" = "";
  #timer: ReturnType<typeof setInterval> | undefined;
  #since = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#since = Date.now();
    void this.load();
    this.#timer = setInterval(() => {
      if (this.isPending && document.visibilityState === "visible") void this.load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const links = this.links ?? [];
    const shown = this.showsAll ? links : links.slice(0, SHOWN);
    return html`<div class="stack">
      <p role="status">${invite("made", { count: this.ids.length })} ${this.mailText()}</p>
      ${this.problem && !this.links
        ? html`<p class="problem" role="alert">${this.problem.sentence}
            <button type="button" class="button small" @click=${this.load}>${invite("made.again")}</button></p>`
        : nothing}
      ${repeat(shown, (one) => one.invitation.id, (one) => this.renderLink(one))}
      ${links.length > shown.length
        ? html`<button type="button" class="button" @click=${() => (this.showsAll = true)}>
            ${invite("made.show_all", { count: links.length })}
          </button>`
        : nothing}
      ${links.length > 1
        ? html`<div class="line">
            <button type="button" class="button" @click=${() => this.copy("lines")}>
              ${icon(this.copied === "lines" ? "check" : "copy")}${invite("made.copy_lines")}
            </button>
            <button type="button" class="button" @click=${() => this.copy("csv")}>
              ${icon(this.copied === "csv" ? "check" : "copy")}${invite("made.copy_csv")}
            </button>
            <span class="hidden-visually" role="status">${this.copied ? invite("copied") : ""}</span>
          </div>`
        : nothing}
      <div class="next">
        <h3>${invite("next")}</h3>
        <ol>
          <li>${invite(this.hasMail ? "next.mail" : "next.hand")}</li>
          <li>${invite("next.open")}</li>
          <li>${invite("next.ledger")}</li>
        </ol>
      </div>
    </div>`;
  }

  private renderLink({ invitation, url }: InvitationLink): TemplateResult {
    const { mail } = invitation;
    return html`<div class="made" data-invited=${invitation.email}>
      <div class="line">
        <span class="label">${invitation.name || invitation.email}</span>
        ${invitation.name ? html`<span class="hint">${invitation.email}</span>` : nothing}
        <span class="grow"></span>
        ${this.wasMailed && mail
          ? html`<span class="badge ${LOOK[mail]}" role="status">${invite(`mail.${mail}`)}</span>`
          : nothing}
      </div>
      ${url ? html`<copy-field label=${invite("link.of", { who: invitation.email })} .value=${url}></copy-field>` : nothing}
      <p class="hint">${invitationName(invitation.invitation_type)} · ${untilText(invitation.expires_at, Date.now())}</p>
    </div>`;
  }

  private mailText(): string {
    if (!this.wasMailed) return invite("made.no_mail");
    const mails = (this.links ?? []).map((one) => one.invitation.mail);
    const lost = mails.filter((mail) => mail === "failed" || mail === "bounced").length;
    if (lost > 0) return invite("made.lost", { count: lost });
    const sent = mails.filter((mail) => mail === "sent" || mail === "delivered").length;
    return invite(sent < this.ids.length ? "made.on_the_way" : "made.sent", { sent, count: this.ids.length });
  }

  /** Somebody may find a mail: not where every one of them came to nothing. */
  private get hasMail(): boolean {
    return this.wasMailed && !this.links?.every(({ invitation: { mail } }) => !mail || LOOK[mail] === "bad");
  }

  private get isPending(): boolean {
    if (!this.links) return true;
    if (!this.wasMailed || Date.now() - this.#since > WATCHED_MS) return false;
    return this.links.some((one) => one.invitation.mail === "due");
  }

  private readonly load = async (): Promise<void> => {
    try {
      this.links = (await api.invitationLinks(this.entryId, this.ids)).links;
      this.problem = null;
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  };

  private async copy(how: "lines" | "csv"): Promise<void> {
    const links = (this.links ?? []).filter((one) => one.url);
    const text = how === "lines"
      ? links.map((one) => `${one.invitation.email} ${one.url}`).join("\n")
      : toCsv([
          ["email", "name", "link"],
          ...links.map(({ invitation, url }) => [invitation.email, invitation.name, url ?? ""].map(harmless)),
        ]);
    if (!(await copyText(text))) return;
    this.copied = how;
    setTimeout(() => (this.copied = ""), 2_000);
  }
}
