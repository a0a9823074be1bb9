/**
 * One group of the tab: a heading that folds, its exact count, and those of its rows that are
 * on screen. A large group is as tall as all of its rows, and holds about a hundred of them.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { number } from "../lib/language";
import { PREVIEW } from "../lib/windows";
import { groupName } from "../lib/words";
import type { Group, GroupView, LedgerRow, Row, SelfView, SessionView } from "../lib/protocol";
import { icon } from "./icons";
import "./ledger-row";
import "./participant-row";
import "./waiting-row";
import "./waiting-tools";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./participant-group.css?inline";

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
  @property({ attribute: false }) isOpen = true;
  @property({ attribute: false }) isExpanded = false;
  @property({ attribute: false }) picked: ReadonlySet<string> = new Set();
  @query(".list") private list!: HTMLElement | null;

  protected override render(): TemplateResult {
    const { group, isOpen } = this;
    return html`<section data-group=${group} aria-label=${groupName(group)}>
      <div class="head">
        <h3>
          <button type="button" class="fold" aria-expanded=${isOpen} aria-controls="rows" @click=${this.fold}>
            ${icon("chevron")}
            <span>${groupName(group)} <span class="count">(${number(this.count)})</span></span>
            ${this.found === null
              ? nothing
              : html`<span class="badge accent">${number(this.found)} found</span>`}
          </button>
        </h3>
        ${isOpen && this.isExpanded && this.total > PREVIEW
          ? html`<button type="button" class="button quiet small" @click=${this.expand}>See less</button>`
          : nothing}
      </div>
      <div id="rows" ?hidden=${!isOpen}>${isOpen ? this.renderRows() : nothing}</div>
    </section>`;
  }

  /** Heights are set on the elements, because the content policy allows no style in markup. */
  protected override updated(): void {
    for (const space of this.renderRoot.querySelectorAll<HTMLElement>(".space")) {
      space.style.blockSize = `calc(var(--row) * ${space.dataset.rows})`;
    }
  }

  /** The first row on screen, counted from 0, for the window to move there. */
  topRow(): number {
    const box = this.list?.getBoundingClientRect();
    if (!box || box.height === 0 || this.total === 0) return 0;
    return Math.floor(Math.max(0, -box.top) / (box.height / this.total));
  }

  private get total(): number {
    return this.found ?? this.count;
  }

  private renderRows(): TemplateResult | typeof nothing {
    if (this.total === 0) return nothing;
    if (this.group !== "on_stage" && !this.session.shows_names) {
      return html`<p class="none">Names are not shown in this session.</p>`;
    }
    const held = this.view?.rows?.length || this.view?.invitations?.length || 0;
    const first = this.view?.first ?? 0;
    // After "See less" the old stretch may still be the one that is held.
    const shown = this.isExpanded ? held : first > 0 ? 0 : Math.min(held, PREVIEW);
    const above = this.isExpanded ? Math.min(first, this.total) : 0;
    const below = this.isExpanded ? Math.max(0, this.total - above - shown) : 0;
    return html`
      ${this.group === "waiting" && this.you.rights.includes("admit") ? this.renderTools() : nothing}
      <div class="rows">
        <div class="list" role="list" aria-label=${groupName(this.group)}>
          ${space(above)}${this.renderList(shown, first)}${space(below)}
        </div>
      </div>
      ${!this.isExpanded && this.total > PREVIEW
        ? html`<div class="more">
            <button type="button" class="button small" aria-label=${`See more of ${groupName(this.group)}`}
              @click=${this.expand}>See more</button>
          </div>`
        : nothing}
    `;
  }

  private renderList(shown: number, first: number): unknown {
    if (this.group === "invited") {
      const rows = (this.view?.invitations ?? []).slice(0, shown);
      return repeat(rows, (row) => row.id, (row, index) => this.renderInvitation(row, first + index));
    }
    const rows = (this.view?.rows ?? []).slice(0, shown);
    return repeat(rows, (row) => row.id, (row, index) => this.renderRow(row, first + index));
  }

  private renderRow(row: Row, place: number): TemplateResult {
    if (this.group === "waiting") {
      return html`<waiting-row role="listitem" data-participant=${row.id} aria-setsize=${this.total}
        aria-posinset=${place + 1} .row=${row} .isPicked=${this.picked.has(row.id)}
        .mayAdmit=${this.you.rights.includes("admit")}></waiting-row>`;
    }
    // With a search the place among the matches is not the place in the queue.
    const turn = this.group === "raised_hands" && this.found === null ? place + 1 : null;
    return html`<participant-row role="listitem" data-participant=${row.id} aria-setsize=${this.total}
      aria-posinset=${place + 1} .row=${row} .you=${this.you} .session=${this.session}
      .turn=${turn}></participant-row>`;
  }

  private renderInvitation(row: LedgerRow, place: number): TemplateResult {
    return html`<ledger-row role="listitem" data-invitation=${row.id} aria-setsize=${this.total}
      aria-posinset=${place + 1} .row=${row} .you=${this.you} .session=${this.session}></ledger-row>`;
  }

  private renderTools(): TemplateResult {
    return html`<waiting-tools .entryId=${this.session.entry_id} .rows=${this.view?.rows ?? []}
      .picked=${this.picked} .seesLinks=${this.you.rights.includes("manage_guest_access")}
      @unpick=${() => this.dispatchEvent(new Event("unpick"))}></waiting-tools>`;
  }

  private fold(): void {
    this.dispatchEvent(new Event("fold"));
  }

  private expand(): void {
    this.dispatchEvent(new Event("expand"));
  }
}

function space(rows: number): TemplateResult | typeof nothing {
  if (rows <= 0) return nothing;
  return html`<div class="space" data-rows=${rows}></div>`;
}
