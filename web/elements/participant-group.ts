/**
 * One group of the tab: a heading that folds, its exact count, and those of its rows that are
 * on screen. A large group is as tall as all of its rows, and draws a few dozen of them.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { tab } from "../messages/tab";
import { expected, isGoing, NOBODY, type Pending } from "../lib/pending";
import { insistOnLoading } from "../lib/insisting";
import { number } from "../lib/language";
import { height, NOTHING, type Body, type Slice } from "../lib/tall";
import { PREVIEW } from "../lib/windows";
import { groupName } from "../lib/words";
import type { Group, GroupView, LedgerRow, Row, SelfView, SessionView } from "../lib/protocol";
import { icon } from "./icons";
import { ChooseEvent } from "./menu-button";
import "./participant-row";
import "./waiting-row";
import "./waiting-tools";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./participant-group.css?inline";

/** A row that is drawn wherever the screen is, because it has the focus. */
export interface Pinned {
  row: Row | LedgerRow;
  index: number;
}

@customElement("participant-group")
export class ParticipantGroup extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) group!: Group;
  @property({ attribute: false }) view: GroupView | null = null;
  @property({ attribute: false }) session!: SessionView;
  @property({ attribute: false }) you!: SelfView;
  /** How many are in the group, whatever is searched for. */
  @property({ attribute: false }) count = 0;
  /** How many of them match the search; null without one. */
  @property({ attribute: false }) found: number | null = null;
  @property({ attribute: false }) search = "";
  @property({ attribute: false }) isOpen = true;
  @property({ attribute: false }) isExpanded = false;
  @property({ attribute: false }) slice: Slice = NOTHING;
  @property({ attribute: false }) rowPx = 52;
  @property({ attribute: false }) scale = 1;
  @property({ attribute: false }) pinned: Pinned | null = null;
  /** Who is reached with the Tab key. */
  @property({ attribute: false }) activeId: string | null = null;
  @property({ attribute: false }) picked: ReadonlyMap<string, Row> = new Map();
  @property({ attribute: false }) pending: Pending = NOBODY;
  @property({ attribute: false }) maySelect: (row: Row) => boolean = () => false;
  @query(".list") private list!: HTMLElement | null;
  @query(".fold") private heading!: HTMLElement | null;
  /** Few may see invitations, and fewer open them: their rows fill in a moment after their places. */
  #invitations: Promise<unknown> | null = null;

  protected override render(): TemplateResult {
    const { group, isOpen } = this;
    const name = groupName(group);
    return html`<section data-group=${group} aria-label=${name}>
      <div class="head">
        <h3>
          <button type="button" class="fold ${this.count === 0 ? "empty" : ""}" aria-expanded=${isOpen}
            aria-controls="rows" @click=${this.fold}>
            ${icon("chevron")}
            <span>${name} <span class="count">(${number(this.count)})</span></span>
            ${this.found === null
              ? nothing
              : html`<span class="badge accent">${tab("search.found", { count: this.found })}</span>`}
          </button>
        </h3>
        ${group === "invited" && isOpen && this.count > 0
          ? html`<button type="button" class="button quiet small" @click=${this.showLedger}>${tab("invitations.all")}</button>`
          : nothing}
        ${isOpen && this.isExpanded && this.total > PREVIEW
          ? html`<button type="button" class="button quiet small" aria-label=${tab("see_less.of", { group: name })}
              @click=${this.expand}>${tab("see_less")}</button>`
          : nothing}
      </div>
      <div id="rows" ?hidden=${!isOpen}>${isOpen ? this.renderRows() : nothing}</div>
    </section>`;
  }

  /** Places are set on the elements, because the content policy allows no style in markup. */
  protected override updated(): void {
    if (!this.list) return;
    this.list.style.blockSize = `${height(this.body(0))}px`;
    const { start, offset } = this.slice;
    for (const row of this.list.children) {
      const index = Number((row as HTMLElement).dataset.index);
      (row as HTMLElement).style.insetBlockStart = `${offset + (index - start) * this.rowPx}px`;
    }
  }

  /** Rows that there are to scroll through. */
  get shown(): number {
    if (!this.isOpen || !this.listsNames) return 0;
    return this.isExpanded ? this.total : Math.min(this.total, PREVIEW);
  }

  body(screenPx: number): Body {
    return { rows: this.shown, rowPx: this.rowPx, screenPx, scale: this.scale };
  }

  /** Where the rows are on the page; null while there are none. */
  box(): DOMRect | null {
    return this.list?.getBoundingClientRect() ?? null;
  }

  rowElement(id: string): HTMLElement | null {
    return [...(this.list?.children ?? [])].find((row) => idOf(row) === id) as HTMLElement | null ?? null;
  }

  headingHeight(): number {
    return this.heading?.offsetHeight ?? 0;
  }

  focusHeading(): void {
    this.heading?.focus({ preventScroll: true });
  }

  private get total(): number {
    return this.found ?? this.count;
  }

  private get listsNames(): boolean {
    return this.group === "on_stage" || this.session.shows_names;
  }

  private renderRows(): TemplateResult | typeof nothing {
    if (this.total === 0) return nothing;
    if (!this.listsNames) return html`<p class="none">${tab("names_hidden")}</p>`;
    const name = groupName(this.group);
    const drawn = this.drawn();
    const isLedger = this.group === "invited";
    const isBusy = this.slice.end - this.slice.start > drawn.length;
    return html`
      ${this.group === "waiting" && this.you.rights.includes("admit") ? this.renderTools() : nothing}
      <div class="list" role=${isLedger ? "list" : "grid"} aria-label=${name} aria-busy=${isBusy}
        aria-rowcount=${isLedger ? nothing : this.total} aria-multiselectable=${isLedger ? nothing : "true"}>
        ${repeat(drawn, (one) => one.row.id, (one) => this.renderRow(one))}
      </div>
      ${!this.isExpanded && this.total > PREVIEW
        ? html`<div class="more">
            <button type="button" class="button small" aria-label=${tab("see_more.of", { group: name })}
              @click=${this.expand}>${tab("see_more")}</button>
          </div>`
        : nothing}
    `;
  }

  /** Those on screen that are loaded, and the one with the focus, in their order. */
  private drawn(): Pinned[] {
    const rows: readonly (Row | LedgerRow)[] =
      (this.group === "invited" ? this.view?.invitations : this.view?.rows) ?? [];
    const first = this.view?.first ?? 0;
    const drawn: Pinned[] = [];
    const end = Math.min(this.slice.end, this.shown, first + rows.length);
    for (let index = Math.max(this.slice.start, first); index < end; index += 1) {
      const row = rows[index - first];
      if (row) drawn.push({ row, index });
    }
    const { pinned } = this;
    if (!pinned || drawn.some((one) => one.row.id === pinned.row.id)) return drawn;
    const isAbove = drawn.length > 0 && pinned.index < (drawn[0]?.index ?? 0);
    return isAbove ? [pinned, ...drawn] : [...drawn, pinned];
  }

  private renderRow({ row, index }: Pinned): TemplateResult {
    if (this.group === "invited") return this.renderInvitation(row as LedgerRow, index);
    const wished = this.pending.get(row.id);
    const person = expected(row as Row, wished);
    const isPicked = this.picked.has(row.id);
    const stop = this.activeId === row.id ? "0" : "-1";
    const selected = this.maySelect(person) ? String(isPicked) : nothing;
    if (this.group === "waiting") {
      return html`<waiting-row role="row" data-participant=${row.id} data-index=${index} tabindex=${stop}
        aria-rowindex=${index + 1} aria-selected=${selected} .row=${person} .isPicked=${isPicked}
        .isPending=${Boolean(wished)} .isGoing=${isGoing(wished)} .isSelecting=${this.picked.size > 0}
        .maySelect=${this.maySelect(person)} .isActive=${stop === "0"}
        .search=${this.search} .mayAdmit=${this.you.rights.includes("admit")}></waiting-row>`;
    }
    // With a search the place among the matches is not the place in the queue.
    const turn = this.group === "raised_hands" && this.found === null ? index + 1 : null;
    return html`<participant-row role="row" data-participant=${row.id} data-index=${index} tabindex=${stop}
      aria-rowindex=${index + 1} aria-selected=${selected} .row=${person} .you=${this.you} .session=${this.session}
      .turn=${turn} .isPicked=${isPicked} .isPending=${Boolean(wished)} .isGoing=${isGoing(wished)}
      .isSelecting=${this.picked.size > 0} .maySelect=${this.maySelect(person)} .isActive=${stop === "0"} .search=${this.search}></participant-row>`;
  }

  private renderInvitation(row: LedgerRow, index: number): TemplateResult {
    this.#invitations ??= insistOnLoading(() => import("./ledger-row"));
    return html`<ledger-row role="listitem" data-invitation=${row.id} data-index=${index}
      tabindex=${this.activeId === row.id ? "0" : "-1"} aria-setsize=${this.total} aria-posinset=${index + 1}
      .row=${row} .you=${this.you} .session=${this.session}></ledger-row>`;
  }

  private renderTools(): TemplateResult {
    return html`<waiting-tools .entryId=${this.session.entry_id} .rows=${this.view?.rows ?? []}
      .seesLinks=${this.you.rights.includes("manage_guest_access")}></waiting-tools>`;
  }

  private showLedger(): void {
    this.dispatchEvent(new ChooseEvent({ label: "", dialog: { name: "invitations" } }));
  }

  private fold(): void {
    this.dispatchEvent(new Event("fold"));
  }

  private expand(): void {
    this.dispatchEvent(new Event("expand"));
  }
}

/** Whose row an element is; null when it is none. */
export function idOf(element: EventTarget | null): string | null {
  if (!(element instanceof HTMLElement)) return null;
  return element.dataset.participant ?? element.dataset.invitation ?? null;
}
