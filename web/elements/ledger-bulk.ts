/** What is done with several invitations at once: one question, progress, and an account of it. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { overHttp } from "../lib/asking";
import { inTurn, type Account } from "../lib/in-turn";
import { everyRow, type LedgerQuery } from "../lib/ledger";
import { invitationName } from "../lib/words";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { Command, InvitationType, LedgerRow, Problem } from "../lib/protocol";
import type { ConfirmDialog } from "./confirm-dialog";
import "./confirm-dialog";
import "./invitation-dialogs";
import type { ExtendMany } from "./invitation-dialogs";
import type { ChooseEvent } from "./menu-button";
import "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

type What = "resend" | "revoke" | "extend" | "change" | "reset";

const TYPES: Record<What, Command["type"]> = {
  resend: "resend_invitation",
  revoke: "revoke_invitation",
  extend: "extend_invitation",
  change: "change_invitation",
  reset: "reset_invitation_device",
};
/** So many of those refused are named for each reason. */
const NAMED = 5;

/** Dispatches `done` when all of it is. */
@customElement("ledger-bulk")
export class LedgerBulk extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: block;
      }
      .account {
        padding: var(--space-3);
        border-radius: var(--radius);
        background: var(--paper-sunken);
        overflow-wrap: anywhere;
      }
      confirm-dialog,
      extend-many {
        --dialog-size: 28rem;
      }
      progress {
        flex: 1 1 8rem;
        accent-color: var(--accent);
      }
      ul {
        padding-inline-start: var(--space-5);
      }
    `,
  ];

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) types: readonly InvitationType[] = [];
  @property({ attribute: false }) rows: readonly LedgerRow[] = [];
  @property({ attribute: false }) total = 0;
  /** All that match `asked`, and not only `rows`. */
  @property({ attribute: false }) isAll = false;
  @property({ attribute: false }) asked!: LedgerQuery;
  @state() private progress: { done: number; total: number } | null = null;
  @state() private account: Account | null = null;
  /** What that is an account of. */
  @state() private did: What = "resend";
  @state() private names: ReadonlyMap<string, string> = new Map();
  @state() private problem: Problem | null = null;
  @query("confirm-dialog") private confirm!: ConfirmDialog;
  @query("extend-many") private extendMany!: ExtendMany;
  #work: AbortController | null = null;

  protected override render(): TemplateResult {
    return html`
      ${this.progress ? this.renderProgress(this.progress) : this.total > 0 ? this.renderActions() : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      <div role="status">${this.account ? this.renderAccount(this.account) : nothing}</div>
      <confirm-dialog></confirm-dialog>
      <extend-many></extend-many>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#work?.abort();
  }

  /** Closing the window stops what is not done yet, and says so before. */
  mayClose(): boolean | Promise<boolean> {
    if (!this.progress) return true;
    return this.confirm.ask({
      heading: invite("bulk.leave"),
      text: invite("bulk.leave.text", this.progress),
      action: invite("bulk.stop"),
    });
  }

  private renderActions(): TemplateResult {
    return html`<div class="line" role="group" aria-label=${invite("bulk")}>
      <button type="button" class="button small" @click=${() => this.do("resend")}>${invite("bulk.resend")}</button>
      <button type="button" class="button small" @click=${this.extend}>${invite("bulk.extend")}</button>
      <menu-button small text=${invite("bulk.change")} label=${invite("bulk.change")}
        .items=${() => [{ items: this.types.map((type) => ({ label: invitationName(type) })) }]}
        @choose=${this.onRole}></menu-button>
      <button type="button" class="button small" @click=${() => this.do("reset")}>${invite("bulk.reset")}</button>
      <button type="button" class="button small danger" @click=${() => this.do("revoke")}>${invite("bulk.revoke")}</button>
    </div>`;
  }

  private renderProgress({ done, total }: { done: number; total: number }): TemplateResult {
    return html`<div class="line">
      <span class="label" role="status">${invite("bulk.progress", { done, total })}</span>
      <progress max=${total} value=${done} aria-label=${invite("bulk.progress.label")}></progress>
      <button type="button" class="button small" @click=${() => this.#work?.abort()}>${invite("bulk.stop")}</button>
    </div>`;
  }

  private renderAccount(account: Account): TemplateResult {
    const reasons = new Map<string, string[]>();
    for (const { command, problem } of account.refused) {
      const id = "invitation_id" in command ? command.invitation_id : "";
      const who = this.names.get(id) ?? "";
      reasons.set(problem.sentence, [...(reasons.get(problem.sentence) ?? []), who]);
    }
    return html`<div class="account stack" data-account>
      <div class="line">
        <b>${invite(`bulk.${this.did}.done`, { count: account.done })}</b>
        ${account.refused.length > 0
          ? html`<span class="badge bad">${invite("bulk.refused", { count: account.refused.length })}</span>`
          : nothing}
        ${account.isStopped ? html`<span class="badge warn">${invite("bulk.stopped")}</span>` : nothing}
        <span class="grow"></span>
        <button type="button" class="button quiet small" @click=${() => (this.account = null)}>${common("close")}</button>
      </div>
      ${reasons.size > 0
        ? html`<ul>
            ${[...reasons].map(
              ([reason, all]) => html`<li>${invite("bulk.reason", {
                reason,
                names: new Intl.ListFormat(document.documentElement.lang || undefined).format(all.slice(0, NAMED)),
                others: Math.max(0, all.length - NAMED),
              })}</li>`,
            )}
          </ul>`
        : nothing}
    </div>`;
  }

  private readonly extend = async (): Promise<void> => {
    const minutes = await this.extendMany.ask(this.total);
    if (minutes !== null) await this.carry("extend", { minutes });
  };

  private onRole(event: ChooseEvent): void {
    event.stopPropagation();
    const type = this.types.find((one) => invitationName(one) === event.item.label);
    if (type) void this.do("change", { invitation_type: type }, invitationName(type));
  }

  /** Mails cannot be called back, a link that was withdrawn stays so: these are asked about. */
  private async do(what: Exclude<What, "extend">, fields: object = {}, role = ""): Promise<void> {
    const question = {
      heading: invite(`bulk.${what}.ask`, { count: this.total }),
      text: invite(`bulk.${what}.text`, { role }),
      action: invite(`bulk.${what}.do`, { count: this.total }),
      isHarmless: what === "resend" || what === "change",
    };
    if (await this.confirm.ask(question)) await this.carry(what, fields);
  }

  /**
   * Over HTTP, also inside a room: a thousand commands on the room's own line would hold up
   * what the host does there meanwhile.
   */
  private async carry(what: What, fields: object): Promise<void> {
    const work = (this.#work = new AbortController());
    this.account = null;
    this.did = what;
    this.problem = null;
    this.progress = { done: 0, total: this.total };
    try {
      const rows = this.isAll ? await everyRow(this.asked, (page) => api.ledger(this.entryId, page, work.signal)) : this.rows;
      this.names = new Map(rows.map((row) => [row.id, row.name || row.email]));
      this.progress = { done: 0, total: rows.length };
      const commands = rows.map((row) => ({ type: TYPES[what], invitation_id: row.id, ...fields }) as Command);
      this.account = await inTurn(
        commands,
        (command) => overHttp(this.entryId, command),
        (done) => (this.progress = { done, total: rows.length }),
        work.signal,
      );
    } catch (error) {
      if (!work.signal.aborted) this.problem = api.problemOf(error);
    }
    this.progress = null;
    this.dispatchEvent(new Event("done"));
  }
}
