/** The people of a record: searched, filtered, sorted, page by page; cards on a phone. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { attendance } from "../messages/attendance";
import { duration, timeIn, timesIn, wayKey, wayLabel, wayName, type Way } from "../lib/attendance";
import {
  EVERYBODY, PEOPLE_A_PAGE, type PeopleQuery, type Sort, type SortKey,
} from "../lib/attendance-api";
import { debounce } from "../lib/debounce";
import { number } from "../lib/language";
import { roleName } from "../lib/words";
import type { AttendancePage, AttendedView, Role, WayView } from "../lib/protocol";
import "./attendance-person";
import { icon } from "./icons";
import { presenceBar } from "./presence-bar";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./attendance-people.css?inline";

const ROLES: readonly Role[] = ["host", "moderator", "speaker", "viewer"];
const SORTS: readonly Sort[] = [
  "joined", "-joined", "name", "-name", "-present", "present", "-stage", "stage", "-hands", "hands",
];
/** What is sorted by numbers begins with the largest. */
const LARGEST_FIRST: ReadonlySet<SortKey> = new Set(["present", "stage", "hands"]);
const TYPING_MS = 250;
const COLUMNS = 8;

/** Other people are wanted. */
export class QueryEvent extends Event {
  constructor(readonly query: PeopleQuery) {
    super("query");
  }
}

@customElement("attendance-people")
export class AttendancePeople extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) page: AttendancePage | null = null;
  @property({ attribute: false }) query: PeopleQuery = EVERYBODY;
  @property({ attribute: false }) ways: readonly WayView[] = [];
  /** How many there are without any filter. */
  @property({ attribute: false }) all = 0;
  /** The first and the last moment of the session. */
  @property({ attribute: false }) from = 0;
  @property({ attribute: false }) to = 0;
  @state() private open: ReadonlySet<string> = new Set();

  protected override render(): TemplateResult {
    return html`${this.renderTools()}${this.renderStatus()}${this.renderList()}${this.renderPages()}`;
  }

  private renderTools(): TemplateResult {
    const { query } = this;
    const key = query.origin ? wayKey({ origin: query.origin, link_name: query.linkName }) : "";
    return html`<div class="tools">
      <div class="field search">
        <label for="search">${attendance("search")}</label>
        <input id="search" class="input" type="search" autocomplete="off" maxlength="100"
          .value=${query.search} @input=${this.typed} />
      </div>
      <div class="field">
        <label for="way">${attendance("filter.way")}</label>
        <select id="way" class="input" @change=${this.choseWay}>
          <option value="" ?selected=${!key}>${attendance("filter.all_ways")}</option>
          ${this.ways.map((way) => html`<option value=${wayKey(way)} ?selected=${wayKey(way) === key}>${wayName(way)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="role">${attendance("filter.role")}</label>
        <select id="role" class="input" @change=${this.choseRole}>
          <option value="" ?selected=${!query.role}>${attendance("filter.all_roles")}</option>
          ${ROLES.map((role) => html`<option value=${role} ?selected=${role === query.role}>${roleName(role)}</option>`)}
        </select>
      </div>
      <div class="field by-select">
        <label for="sort">${attendance("sort")}</label>
        <select id="sort" class="input" @change=${this.choseSort}>
          ${SORTS.map((sort) => html`<option value=${sort} ?selected=${sort === query.sort}>${attendance(`sort.${sort}`)}</option>`)}
        </select>
      </div>
    </div>`;
  }

  private renderStatus(): TemplateResult {
    const found = this.page?.found ?? this.all;
    const isPart = this.isFiltered && this.page;
    return html`<div class="status">
      <span role="status">${isPart
        ? attendance("found.of", { found: number(found), all: this.all })
        : attendance("found", { found })}</span>
      ${this.isFiltered
        ? html`<button type="button" class="button small" @click=${this.clear}>${attendance("filter.clear")}</button>`
        : nothing}
    </div>`;
  }

  private get isFiltered(): boolean {
    return Boolean(this.query.search || this.query.origin || this.query.role);
  }

  private renderList(): TemplateResult {
    const people = this.page?.people ?? [];
    if (this.page && people.length === 0) return html`<p class="nobody">${attendance("filter.none")}</p>`;
    return html`<table role="table" aria-label=${attendance("people")}>
      <thead role="rowgroup"><tr role="row">
        ${this.renderHead("column.person", "name", "who")}
        <th role="columnheader" scope="col" class="plain">${attendance("column.way")}</th>
        <th role="columnheader" scope="col" class="plain">${attendance("column.role")}</th>
        ${this.renderHead("column.when", "joined", "when")}
        ${this.renderHead("column.inside", "present", "number")}
        ${this.renderHead("column.stage", "stage", "number")}
        ${this.renderHead("column.hands", "hands", "number")}
        <th role="columnheader" scope="col"><span class="hidden-visually">${attendance("column.more")}</span></th>
      </tr></thead>
      <tbody role="rowgroup">${repeat(people, (one) => one.participant_id, (one) => this.renderPerson(one))}</tbody>
    </table>`;
  }

  private renderHead(label: Parameters<typeof attendance>[0], key: SortKey, look: string): TemplateResult {
    const { sort } = this.query;
    const isDown = sort === `-${key}`;
    const order = isDown ? "descending" : sort === key ? "ascending" : nothing;
    return html`<th role="columnheader" scope="col" class=${look} aria-sort=${order}>
      <button type="button" class="sorter" @click=${() => this.sortBy(key)}>${attendance(label)}${icon("chevron")}</button>
    </th>`;
  }

  private renderPerson(person: AttendedView): TemplateResult {
    const id = person.participant_id;
    const isOpen = this.open.has(id);
    const name = person.name || attendance("erased");
    return html`<tr role="row" class=${isOpen ? "open" : ""} data-person=${id}>
        <th role="rowheader" scope="row" class="who">
          <div class="name ${person.name ? "" : "faint"}">${name}</div>
          ${person.email ? html`<div class="hint">${person.email}</div>` : nothing}
          ${person.is_here ? html`<span class="badge good"><span class="dot"></span>${attendance("here")}</span>` : nothing}
        </th>
        <td role="cell">${this.renderLabel("column.way")}${this.renderWay(person)}</td>
        <td role="cell">${this.renderLabel("column.role")}${this.renderRole(person)}</td>
        <td role="cell" class="when">${this.span(person)}${presenceBar(person, this.from, this.to)}</td>
        <td role="cell" class="number">${this.renderLabel("column.inside")}${duration(person.present_ms)}</td>
        <td role="cell" class="number">${this.renderLabel("column.stage")}${person.stage_ms ? duration(person.stage_ms) : "–"}</td>
        <td role="cell" class="number">${this.renderLabel("column.hands")}${number(person.hands)}</td>
        <td role="cell" class="toggle">
          <button type="button" class="button quiet icon small opener" aria-expanded=${isOpen}
            aria-label=${attendance("details.of", { name })} title=${attendance("details.of", { name })}
            @click=${() => this.toggle(id)}>${icon("chevron")}</button>
        </td>
      </tr>
      ${isOpen
        ? html`<tr role="row" class="more"><td role="cell" class="details" colspan=${COLUMNS}>
            <attendance-person .person=${person} .base=${this.from}></attendance-person>
          </td></tr>`
        : nothing}`;
  }

  private renderLabel(label: Parameters<typeof attendance>[0]): TemplateResult {
    return html`<span class="cell-label" aria-hidden="true">${attendance(label)}</span>`;
  }

  private renderWay(person: AttendedView): TemplateResult {
    return html`${wayLabel(person)}
      ${person.link_name ? html`<div class="hint">${attendance("way.guest_link")}</div>` : nothing}`;
  }

  private renderRole(person: AttendedView): TemplateResult {
    const [first] = person.role_changes;
    const count = person.role_changes.length + person.older_role_changes;
    if (!first) return html`${roleName(person.role)}`;
    const before = count === 1
      ? attendance("role.was", { role: roleName(first.before) })
      : attendance("role.changes", { count });
    return html`${roleName(person.role)} <div class="hint">${before}</div>`;
  }

  private span(person: AttendedView): string {
    const from = person.intervals[0]?.[0] ?? person.joined_at;
    const to = person.intervals.at(-1)?.[1] ?? from;
    if (person.is_here) return attendance("span.now", { from: timeIn(from, this.from) });
    const [begun = "", ended = ""] = timesIn([from, to], this.from);
    return attendance("span", { from: begun, to: ended });
  }

  private renderPages(): TemplateResult | typeof nothing {
    const { page } = this;
    if (!page || page.found <= PEOPLE_A_PAGE) return nothing;
    const last = Math.min(page.found, page.first + page.people.length);
    return html`<nav class="pages" aria-label=${attendance("people")}>
      <button type="button" class="button" ?disabled=${page.first === 0}
        @click=${() => this.turn(page.first - PEOPLE_A_PAGE)}>${attendance("earlier")}</button>
      <span>${attendance("stretch", {
        first: number(page.first + 1), last: number(last), found: number(page.found),
      })}</span>
      <button type="button" class="button" ?disabled=${last >= page.found}
        @click=${() => this.turn(page.first + PEOPLE_A_PAGE)}>${attendance("later")}</button>
    </nav>`;
  }

  private ask(change: Partial<PeopleQuery>): void {
    this.dispatchEvent(new QueryEvent({ ...this.query, first: 0, ...change }));
  }

  private readonly typed = debounce(() => {
    this.ask({ search: this.field<HTMLInputElement>("search").value.trim() });
  }, TYPING_MS);

  private field<T extends HTMLElement>(id: string): T {
    return this.renderRoot.querySelector(`#${id}`) as T;
  }

  private choseWay(): void {
    const { value } = this.field<HTMLSelectElement>("way");
    this.showWay(this.ways.find((way) => wayKey(way) === value) ?? null);
  }

  /** Show those alone who came in one way; all of them for none. */
  showWay(way: Way | null): void {
    this.ask({ origin: way?.origin ?? "", linkName: way?.link_name ?? "" });
  }

  private choseRole(): void {
    this.ask({ role: this.field<HTMLSelectElement>("role").value as Role | "" });
  }

  private choseSort(): void {
    this.ask({ sort: this.field<HTMLSelectElement>("sort").value as Sort });
  }

  /** The second press on a column turns its order round. */
  private sortBy(key: SortKey): void {
    const first: Sort = LARGEST_FIRST.has(key) ? `-${key}` : key;
    const other: Sort = LARGEST_FIRST.has(key) ? key : `-${key}`;
    this.ask({ sort: this.query.sort === first ? other : first });
  }

  private readonly clear = (): void => {
    this.ask({ search: "", origin: "", linkName: "", role: "" });
    this.field("search").focus();
  };

  private turn(first: number): void {
    this.ask({ first: Math.max(0, first) });
    this.scrollIntoView({ block: "start" });
  }

  private toggle(id: string): void {
    const open = new Set(this.open);
    if (!open.delete(id)) open.add(id);
    this.open = open;
  }
}
