/** The ledger as a window: every invitation, filtered and sorted by the server, page by page. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as api from "../lib/api";
import { runAsPart, type CommandEvent } from "../lib/asking";
import { debounce } from "../lib/debounce";
import { invitationMenu } from "../lib/invitation-menu";
import { untilText } from "../lib/invite-words";
import { EVERYTHING, filtersOf, isNarrowed, PAGE, pageOf, SORTS, type LedgerQuery } from "../lib/ledger";
import { number } from "../lib/language";
import { saveLedger } from "../lib/saving";
import { moment } from "../lib/timing";
import { invitationName, ledgerName } from "../lib/words";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { EntryKind, InvitationType, LedgerRow, LedgerState, LedgerSummary, Problem } from "../lib/protocol";
import "./invitation-dialogs";
import type { ExtendDialog, RevokeDialog } from "./invitation-dialogs";
import "./invitation-link";
import type { InvitationLink } from "./invitation-link";
import type { LedgerBulk } from "./ledger-bulk";
import "./ledger-bulk";
import { LEDGER_LOOK } from "./ledger-row";
import type { ChooseEvent } from "./menu-button";
import "./menu-button";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./ledger-window.css?inline";

const REFRESH_MS = 3_000;
const TYPED_MS = 250;
/** So many times as long as a look took, no other is taken unasked. */
const SPARED = 10;

/** Dispatches `invite` when somebody is to be invited. */
@customElement("ledger-window")
export class LedgerWindow extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: "entry-id" }) entryId = "";
  @property({ attribute: false }) kind: EntryKind = "room";
  @property({ attribute: false }) types: readonly InvitationType[] = [];
  @state() private asked: LedgerQuery = EVERYTHING;
  @state() private rows: readonly LedgerRow[] | null = null;
  @state() private summary: LedgerSummary | null = null;
  @state() private problem: Problem | null = null;
  @state() private said = "";
  @state() private isOpen = false;
  @state() private picked: ReadonlyMap<string, LedgerRow> = new Map();
  /** All that match are picked, on every page. */
  @state() private isAll = false;
  /** Behind which row each page begins, up to the one on screen. */
  @state() private starts: readonly string[] = [""];
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("ledger-bulk") private bulk!: LedgerBulk | null;
  @query("extend-dialog") private extend!: ExtendDialog;
  @query("revoke-dialog") private revoke!: RevokeDialog;
  @query("invitation-link") private link!: InvitationLink;
  #timer: ReturnType<typeof setInterval> | undefined;
  #look: AbortController | null = null;
  /** A look at a large ledger costs the server more, and is taken less often. */
  #next = 0;

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${invite("ledger")} .mayClose=${() => this.bulk?.mayClose() ?? true}
        @closed=${this.onClosed}>
        ${this.isOpen ? this.renderBody() : nothing}
      </modal-dialog>
      <extend-dialog></extend-dialog>
      <revoke-dialog></revoke-dialog>
      <invitation-link entry-id=${this.entryId}></invitation-link>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("usher-command", this.afterCommand as unknown as EventListener);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("usher-command", this.afterCommand as unknown as EventListener);
    clearInterval(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("entryId")) this.rows = this.summary = null;
  }

  async open(): Promise<void> {
    this.asked = EVERYTHING;
    this.starts = [""];
    this.said = "";
    this.problem = null;
    this.unpick();
    this.isOpen = true;
    void this.load();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (document.visibilityState === "visible" && Date.now() >= this.#next) void this.load();
    }, REFRESH_MS);
    await this.updateComplete;
    await this.dialog.open();
    this.renderRoot.querySelector<HTMLElement>("#find")?.focus();
  }

  private renderBody(): TemplateResult {
    const { rows, summary, problem } = this;
    return html`
      ${summary?.total === 0
        ? nothing // There is nothing to find or to choose.
        : html`${this.renderFilters(summary)}
          <div class="tools">
            ${this.renderSelection()}
            <ledger-bulk .entryId=${this.entryId} .types=${this.types} .rows=${[...this.picked.values()]}
              .total=${this.isAll ? (summary?.matching ?? 0) : this.picked.size} .isAll=${this.isAll} .asked=${this.asked}
              @done=${this.afterBulk}></ledger-bulk>
          </div>`}
      ${problem ? html`<p class="problem" role="alert">${problem.sentence}</p>` : nothing}
      <p class="hidden-visually" role="status">${this.said}</p>
      <div class="found">
        ${rows ? this.renderRows(rows) : problem ? nothing : html`<p class="faint" role="status">${common("loading")}</p>`}
      </div>
      ${this.renderPager()}
    `;
  }

  private renderFilters(summary: LedgerSummary | null): TemplateResult {
    const { asked } = this;
    const states = Object.entries(summary?.states ?? {}) as [LedgerState, number][];
    const types = Object.entries(summary?.types ?? {}) as [InvitationType, number][];
    const inviters = summary?.inviters ?? [];
    return html`<div class="filters" role="search" aria-label=${invite("ledger.filters")}>
      <div class="find field">
        <label for="find">${common("search")}</label>
        <input class="input" id="find" type="search" maxlength="100" placeholder=${invite("ledger.find")}
          @input=${this.typed} />
      </div>
      <div class="field">
        <label for="state">${invite("ledger.state")}</label>
        <select class="input" id="state" @change=${(event: Event) => this.ask({ state: valueOf(event) as LedgerQuery["state"] })}>
          <option value="" ?selected=${asked.state === ""}>${invite("ledger.all", { count: summary?.total ?? 0 })}</option>
          <option value="not_in" ?selected=${asked.state === "not_in"}>${invite("ledger.not_in")}</option>
          ${states.map(([one, count]) => html`<option value=${one} ?selected=${asked.state === one}>
            ${invite("ledger.option", { name: ledgerName(one), count })}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="role">${invite("ledger.role")}</label>
        <select class="input" id="role" @change=${(event: Event) => this.ask({ type: valueOf(event) as LedgerQuery["type"] })}>
          <option value="" ?selected=${asked.type === ""}>${invite("ledger.any_role")}</option>
          ${types.map(([one, count]) => html`<option value=${one} ?selected=${asked.type === one}>
            ${invite("ledger.option", { name: invitationName(one), count })}</option>`)}
        </select>
      </div>
      ${inviters.length > 1
        ? html`<div class="field">
            <label for="by">${invite("ledger.by")}</label>
            <select class="input" id="by" @change=${(event: Event) => this.ask({ by: valueOf(event) })}>
              <option value="" ?selected=${asked.by === ""}>${invite("ledger.anybody")}</option>
              ${inviters.map((one) => html`<option value=${one} ?selected=${asked.by === one}>${one}</option>`)}
            </select>
          </div>`
        : nothing}
      <div class="field">
        <label for="sort">${invite("ledger.sort")}</label>
        <select class="input" id="sort" @change=${(event: Event) => this.ask({ sort: valueOf(event) as LedgerQuery["sort"] })}>
          ${SORTS.map((one) => html`<option value=${one} ?selected=${asked.sort === one}>${invite(`ledger.sort.${one}`)}</option>`)}
        </select>
      </div>
    </div>`;
  }

  private renderSelection(): TemplateResult {
    const rows = this.rows ?? [];
    const matching = this.summary?.matching ?? 0;
    const isPage = rows.length > 0 && rows.every((row) => this.picked.has(row.id));
    const count = this.isAll ? matching : this.picked.size;
    return html`<div class="line">
      <label class="check">
        <input type="checkbox" id="all" .checked=${isPage} .indeterminate=${!isPage && this.picked.size > 0}
          ?disabled=${rows.length === 0} @change=${this.pickPage} />
        <span>${invite("ledger.pick_page")}</span>
      </label>
      <span role="status" class="label">${count > 0 ? invite("ledger.picked", { count }) : ""}</span>
      ${isPage && !this.isAll && matching > rows.length
        ? html`<button type="button" class="button quiet small" @click=${() => (this.isAll = true)}>
            ${invite("ledger.pick_all", { count: matching })}</button>`
        : nothing}
      ${count > 0
        ? html`<button type="button" class="button quiet small" @click=${this.unpick}>${invite("ledger.unpick")}</button>`
        : nothing}
      <button type="button" class="button quiet small save" @click=${this.save}>${invite("ledger.save")}</button>
    </div>`;
  }

  private renderRows(rows: readonly LedgerRow[]): TemplateResult {
    if (rows.length === 0) {
      return html`<div class="empty">
        <p>${invite(isNarrowed(this.asked) ? "ledger.none_match" : "ledger.none")}</p>
        ${isNarrowed(this.asked)
          ? html`<button type="button" class="button" @click=${this.everything}>${invite("ledger.show_all")}</button>`
          : html`<button type="button" class="button primary" @click=${this.goInvite}>${invite("title")}</button>`}
      </div>`;
    }
    return html`<ul class="rows" role="list" aria-label=${invite("ledger")}>
      ${repeat(rows, (row) => row.id, (row) => this.renderRow(row))}
    </ul>`;
  }

  private renderRow(row: LedgerRow): TemplateResult {
    const name = row.name || row.email;
    const isPicked = this.isAll || this.picked.has(row.id);
    const menu = invitationMenu(row, this.types);
    return html`<li class="row ${isPicked ? "picked" : ""}" data-ledger=${row.email}>
      <label class="pick">
        <input type="checkbox" aria-label=${invite("ledger.pick", { who: name })} .checked=${isPicked}
          @change=${(event: Event) => this.pick(row, (event.target as HTMLInputElement).checked)} />
      </label>
      <div class="who">
        <b>${name}</b>
        ${row.name ? html`<span class="hint">${row.email}</span>` : nothing}
      </div>
      <span class="role">${invitationName(row.invitation_type)}</span>
      <div class="when">
        <span class="hint">${invite("ledger.invited", { name: row.invited_by, when: moment(row.invited_at) })}</span>
        <span class="hint">${untilText(row.expires_at, Date.now())}</span>
      </div>
      <div class="state">
        <span class="badge ${LEDGER_LOOK[row.state]}">${ledgerName(row.state)}</span>
        ${row.mail === "failed" || (row.mail === "bounced" && row.state !== "bounced")
          ? html`<span class="badge bad">${invite(`mail.${row.mail}`)}</span>`
          : nothing}
      </div>
      ${menu.length > 0
        ? html`<menu-button small label=${invite("more.of", { name })} .items=${() => menu}
            @choose=${(event: ChooseEvent) => this.chosen(event, row)}></menu-button>`
        : html`<span class="no-menu"></span>`}
    </li>`;
  }

  private renderPager(): TemplateResult | typeof nothing {
    const matching = this.summary?.matching ?? 0;
    const first = (this.starts.length - 1) * PAGE;
    const shown = this.rows?.length ?? 0;
    if (matching <= PAGE && first === 0) return nothing;
    const isLast = first + shown >= matching;
    return html`<nav class="line" aria-label=${invite("ledger.pages")}>
      <span class="hint grow" role="status">
        ${invite("ledger.range", { first: number(first + 1), last: number(first + shown), count: number(matching) })}
      </span>
      <button type="button" class="button small" aria-disabled=${first === 0} @click=${this.back}>${invite("ledger.back")}</button>
      <button type="button" class="button small" aria-disabled=${isLast} @click=${() => this.on(isLast)}>${invite("ledger.on")}</button>
    </nav>`;
  }

  private readonly typed = debounce(() => {
    this.ask({ q: this.renderRoot.querySelector<HTMLInputElement>("#find")?.value ?? "" });
  }, TYPED_MS);

  private ask(change: Partial<LedgerQuery>): void {
    this.asked = { ...this.asked, ...change };
    this.starts = [""];
    this.unpick();
    void this.load(true);
  }

  private readonly everything = (): void => {
    const field = this.renderRoot.querySelector<HTMLInputElement>("#find");
    if (field) field.value = "";
    field?.focus();
    this.ask({ ...EVERYTHING, sort: this.asked.sort });
  };

  private readonly back = (): void => {
    if (this.starts.length > 1) this.turn(this.starts.slice(0, -1));
  };

  private on(isLast: boolean): void {
    const last = this.rows?.at(-1)?.id;
    if (!isLast && last) this.turn([...this.starts, last]);
  }

  private turn(starts: readonly string[]): void {
    this.starts = starts;
    void this.load().then(() => this.renderRoot.querySelector(".rows")?.scrollIntoView({ block: "nearest" }));
  }

  private async load(isTold = false): Promise<void> {
    this.#look?.abort();
    const look = (this.#look = new AbortController());
    const after = this.starts.at(-1) ?? "";
    const begun = Date.now();
    try {
      const [rows, summary] = await Promise.all([
        api.ledger(this.entryId, pageOf(this.asked, after), look.signal),
        api.ledgerSummary(this.entryId, filtersOf(this.asked), look.signal),
      ]);
      if (look.signal.aborted) return;
      this.#next = Date.now() + SPARED * (Date.now() - begun);
      const wasInFilters = this.renderRoot.querySelector(".filters:focus-within") !== null;
      [this.rows, this.summary, this.problem] = [rows, summary, null];
      if (summary.total === 0 && wasInFilters) await this.focusInvite();
      if (isTold) this.said = invite("ledger.found", { count: summary.matching });
      // What is picked is told about as it is now.
      this.picked = new Map([...this.picked].map(([id, row]) => [id, rows.find((one) => one.id === id) ?? row]));
    } catch (error) {
      if (!look.signal.aborted) this.problem = api.problemOf(error);
    }
  }

  /** The filters go away with the last invitation, and the focus with them. */
  private async focusInvite(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".empty .button")?.focus();
  }

  private pick(row: LedgerRow, isPicked: boolean): void {
    const picked = new Map(this.picked);
    // All but this one: those on this page can be named, the others are let go.
    if (this.isAll) for (const one of this.rows ?? []) picked.set(one.id, one);
    this.isAll = false;
    if (isPicked) picked.set(row.id, row);
    else picked.delete(row.id);
    this.picked = picked;
  }

  private pickPage(event: Event): void {
    if (!(event.target as HTMLInputElement).checked) return this.unpick();
    this.picked = new Map([...this.picked, ...(this.rows ?? []).map((row) => [row.id, row] as const)]);
  }

  private readonly save = async (): Promise<void> => {
    try {
      await saveLedger(this.entryId, this.asked);
      this.said = invite("ledger.saved");
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  };

  private readonly unpick = (): void => {
    this.picked = new Map();
    this.isAll = false;
  };

  private afterBulk(): void {
    this.unpick();
    void this.load();
  }

  private async chosen(event: ChooseEvent, row: LedgerRow): Promise<void> {
    event.stopPropagation();
    const { command, dialog } = event.item;
    if (dialog?.name === "copy") return this.link.open(row);
    if (dialog?.name === "extend") return this.extend.open(row);
    if (dialog?.name === "revoke") return this.revoke.open(row);
    if (!command) return;
    const answer = await runAsPart(this, command);
    if (!answer.isDone) this.problem = answer.problem;
    else this.said = invite("ledger.done", { who: row.name || row.email });
  }

  /** Whatever is done in this window is seen at once. */
  private readonly afterCommand = (event: CommandEvent): void => {
    queueMicrotask(() => void event.answer?.then((answer) => (answer.isDone ? this.load() : undefined)));
  };

  private readonly goInvite = (): void => {
    this.dialog.close();
    this.dispatchEvent(new Event("invite"));
  };

  private onClosed(): void {
    this.isOpen = false;
    this.#look?.abort();
    clearInterval(this.#timer);
  }
}

const valueOf = (event: Event): string => (event.target as HTMLSelectElement).value;
