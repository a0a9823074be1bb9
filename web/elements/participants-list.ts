/**
 * The list of the Participants tab: search, groups, selection, and what is new. It is given the
 * view and oneself, and dispatches `usher-window` for the rows that it needs, `choose` for menu
 * items, and commands.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { tab } from "../messages/tab";
import { maySelect } from "../lib/bulk";
import { debounce } from "../lib/debounce";
import { number } from "../lib/language";
import type { MenuGroup } from "../lib/menu";
import { openWindow } from "../lib/opening";
import { NOBODY, type Pending } from "../lib/pending";
import { placeOf, type Place } from "../lib/places";
import { inviteMenu, tabMenu } from "../lib/room-menus";
import { countOf, GROUPS } from "../lib/roster";
import { scaleFor, scaleOf } from "../lib/tall";
import { Pace, PREVIEW, sameWindow, use, WATCH_MS, windowFor, type GroupUse } from "../lib/windows";
import type { Group, Row, SelfView, View, Window } from "../lib/protocol";
import { ChooseEvent, type FloatingMenu } from "./floating-menu";
import { icon } from "./icons";
import { ListKeys } from "./list-keys";
import { ListMenus } from "./list-menus";
import { ListNews } from "./list-news";
import { ListPicks } from "./list-picks";
import { ListScroll, type Looked } from "./list-scroll";
import { ListTyping } from "./list-typing";
import "./menu-button";
import "./participant-group";
import { idOf, type ParticipantGroup } from "./participant-group";
import { sheets } from "./sheets";
import type { ShortcutsSheet } from "./shortcuts-sheet";
import { UsherElement } from "./usher-element";
import own from "./participants-list.css?inline";

const TYPED_MS = 200;
/** Windows that may follow one another at once; the server allows twenty. */
const BURST = 4;

export class WindowEvent extends Event {
  constructor(readonly window: Window) {
    super("usher-window", { bubbles: true, composed: true });
  }
}

type Uses = ReadonlyMap<Group, GroupUse>;

const FIRST_USES: Uses = new Map(GROUPS.map((group) => [group, use(group !== "invited")] as const));
/** While one searches, everything that matches is shown, also in groups that are closed. */
const SEARCH_USES: Uses = new Map(GROUPS.map((group) => [group, use(true)] as const));

/** What the tab asks for before anybody has touched it. */
export const FIRST_WINDOW = windowFor(FIRST_USES, "");

@customElement("participants-list")
export class ParticipantsList extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) you!: SelfView;
  /** Those whom commands in flight are about. */
  @property({ attribute: false }) pending: Pending = NOBODY;
  @state() private uses: Uses = FIRST_USES;
  @state() private search = "";
  @state() private rowPx = 52;
  @query(".search input") private field!: HTMLInputElement;
  @query(".groups") readonly frame!: HTMLElement | null;
  @query(".measure") private measure!: HTMLElement;
  @query("floating-menu") readonly menu!: FloatingMenu;
  @query("shortcuts-sheet") private sheet!: ShortcutsSheet;
  @queryAll("participant-group") readonly groups!: NodeListOf<ParticipantGroup>;

  readonly scrolling = new ListScroll(this);
  readonly keys = new ListKeys(this);
  readonly menus = new ListMenus(this);
  readonly picks = new ListPicks(this);
  readonly news = new ListNews(this);
  readonly typing = new ListTyping(this);
  readonly #pace = new Pace<Window>(BURST, WATCH_MS, (wanted) => this.ask(wanted));
  #asked: Window = FIRST_WINDOW;
  #before: { uses: Uses; top: number } | null = null;
  #hovered: string | null = null;
  #looks: ReadonlyMap<Group, Looked> = new Map();
  #resized: ResizeObserver | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pace.stop();
    this.#resized?.disconnect();
  }

  protected override firstUpdated(): void {
    this.#resized = new ResizeObserver(() => {
      this.rowPx = this.measure.offsetHeight || this.rowPx;
      this.scrolling.look();
    });
    this.#resized.observe(this.measure);
    if (this.frame) this.#resized.observe(this.frame);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("view")) {
      const before = changed.get("view") as View | undefined;
      this.picks.follow(before ?? null);
      this.news.follow(before ?? null);
    }
  }

  protected override render(): TemplateResult {
    return html`
      <div class="measure" aria-hidden="true"></div>
      ${this.renderTop()}
      <div class="groups" tabindex="-1" @pick=${this.picks.onPick} @row-menu=${this.menus.wanted}
        @contextmenu=${this.menus.contextMenu} @pointerdown=${this.menus.pointerDown}
        @pointermove=${this.menus.pointerMove} @pointerup=${this.menus.pointerEnd}
        @pointercancel=${this.menus.pointerEnd} @pointerover=${this.onOver} @mousedown=${this.picks.onMouseDown}
        @click=${{ handleEvent: this.onClick, capture: true }} @keydown=${this.typing.onKey}
        @wheel=${{ handleEvent: this.keys.forget, passive: true }} @touchmove=${{ handleEvent: this.keys.forget, passive: true }}
        @focusin=${(event: FocusEvent) => this.keys.focusIn(event)}
        @focusout=${(event: FocusEvent) => this.keys.focusOut(event)}>
        ${this.news.renderChips()}
        ${repeat(this.shownGroups(), (group) => group, (group) => this.renderGroup(group))}
        ${this.renderNobody()}
        <span class="rest"></span>
        ${this.picks.renderBar()}
      </div>
      <floating-menu @closed=${this.menus.closed}></floating-menu>
      <shortcuts-sheet .you=${this.you} .maySelect=${this.picks.isPossible}></shortcuts-sheet>
    `;
  }

  private renderTop(): TemplateResult {
    const { view, you } = this;
    const isStaff = you.rights.includes("see_staff");
    const all = tab("all", { count: number(view.counts.all) });
    return html`<div class="top">
      <div class="title">
        <h2>${all}</h2>
        ${inviteMenu(you).length > 0
          ? html`<menu-button small label=${tab("invite")} text=${tab("invite")} .face=${"invite"}
              .items=${() => inviteMenu(you)}></menu-button>`
          : nothing}
        <menu-button label=${tab("more.all")} .items=${() => this.tabMenu()}></menu-button>
      </div>
      <div class="search">
        ${icon("search")}
        <input class="input" type="search" maxlength="100" aria-label=${tab("search")} aria-keyshortcuts="/ Control+K"
          placeholder=${tab(isStaff ? "search.hint.staff" : "search.hint")} @input=${this.typed}
          @keydown=${this.onSearchKey} />
        ${this.search
          ? html`<button type="button" class="button quiet icon small" aria-label=${tab("search.clear")}
              title=${tab("search.clear")} @click=${() => this.clearSearch()}>${icon("close")}</button>`
          : nothing}
      </div>
      <span class="hidden-visually" role="status">${this.status()}</span>
      <span class="hidden-visually" role="status" data-news>${this.news.said}</span>
    </div>`;
  }

  private renderGroup(group: Group): TemplateResult {
    const { view, you, keys } = this;
    const use = this.uses.get(group);
    const matches = this.isSearching ? countOf(view.matches ?? view.counts, group) : null;
    const rows = this.rowsOf(group);
    return html`<participant-group .group=${group} .view=${view.groups[group] ?? null}
      .session=${view.session} .you=${you} .count=${countOf(view.counts, group)} .found=${matches}
      .search=${this.isSearching ? this.search : ""} .isOpen=${use?.isOpen ?? true}
      .isExpanded=${use?.isExpanded ?? false} .rowPx=${this.rowPx} .scale=${scaleOf(rows, this.scale())}
      .pinned=${keys.pinnedIn(group)} .activeId=${keys.activeIn(group)} .picked=${this.picks.people} .pending=${this.pending}
      .maySelect=${this.picks.may} @fold=${() => this.use(group, { isOpen: !use?.isOpen })}
      @expand=${() => this.toggleExpanded(group)}></participant-group>`;
  }

  private renderNobody(): TemplateResult | typeof nothing {
    const { view, you } = this;
    if (this.isSearching) {
      if (this.total() > 0) return nothing;
      const isStaff = you.rights.includes("see_staff");
      return html`<div class="none">
        ${icon("search")}
        <p>${tab("search.none", { text: this.search })}</p>
        <p class="hint">${tab(isStaff ? "search.none.advice.staff" : "search.none.advice")}</p>
        <button type="button" class="button small" @click=${() => this.clearSearch()}>${tab("search.clear")}</button>
      </div>`;
    }
    if (view.counts.all > 1 || countOf(view.counts, "waiting") > 0) return nothing;
    const ways = inviteMenu(you).flatMap((group) => group.items);
    return html`<div class="none alone">
      ${icon("people")}
      <p>${tab("alone")}</p>
      ${ways.length > 0
        ? html`<p class="hint">${tab("alone.advice")}</p>
          <div class="line">${ways.map(
            (item) => html`<button type="button" class="button small" @click=${() => this.dispatchEvent(new ChooseEvent(item))}>${item.label}</button>`,
          )}</div>`
        : nothing}
    </div>`;
  }

  /** Bring those who wait on screen, from a notice about them. */
  async showWaiting(): Promise<void> {
    this.visit({ group: "waiting", index: 0 });
    await this.updateComplete;
  }

  // What the parts of the list ask of it.

  get favourites(): readonly string[] {
    const focused = this.keys.isInside ? this.keys.active?.row.id : null;
    return [focused, this.#hovered].filter((id): id is string => Boolean(id));
  }

  get footPx(): number {
    const bar = this.renderRoot.querySelector<HTMLElement>("bulk-bar");
    const page = this.frame ? parseFloat(getComputedStyle(this.frame).scrollPaddingBottom) : 0;
    return (bar?.offsetHeight ?? 0) + (page || 0);
  }

  get isSearching(): boolean {
    return this.search !== "" && Boolean(this.view.matches);
  }

  looked(seen: ReadonlyMap<Group, Looked>): void {
    // Where one looks changes nothing that is drawn here, so nothing is rendered for it.
    this.#looks = seen;
    this.news.look();
    this.offerWindow();
  }

  menuOf(id: string, isTouch: boolean): { groups: MenuGroup[]; name: string } {
    return this.typing.menuOf(id, isTouch);
  }

  /** Ask to be shown, wherever the list was put away. */
  private comeForward(): void {
    this.dispatchEvent(new Event("usher-forward"));
  }

  visit(place: Place): void {
    this.comeForward();
    if (this.search) this.clearSearch();
    const isBeyond = place.index >= PREVIEW && !this.uses.get(place.group)?.isExpanded;
    this.use(place.group, { isOpen: true, ...(isBeyond ? { isExpanded: true } : {}) });
    void this.updateComplete.then(async () => {
      await this.scrolling.settled;
      await this.keys.go(place);
    });
  }

  focusRow(id: string): void {
    const place = placeOf(this.view, id);
    if (place) void this.keys.go(place);
    else this.focusElsewhere();
  }

  focusElsewhere(): void {
    const [group] = this.groups;
    if (group) group.focusHeading();
    else this.field.focus({ preventScroll: true });
  }

  focusSearch(): void {
    this.comeForward();
    this.field.focus();
    this.field.select();
  }

  showHelp(): void {
    this.comeForward();
    void openWindow(this, () => import("./shortcuts-sheet"), () => this.sheet.open());
  }

  isCutShort(group: Group): boolean {
    const use = this.uses.get(group);
    return Boolean(use?.isOpen) && !use?.isExpanded && this.rowsOf(group) > PREVIEW;
  }

  expand(group: Group): void {
    this.use(group, { isExpanded: true });
  }

  mayPick(row: Row): boolean {
    return maySelect(row, this.you, this.view.session);
  }

  clearSearch(): void {
    this.field.value = "";
    this.find("");
    this.field.focus();
  }

  private tabMenu(): MenuGroup[] {
    const help = { label: tab("menu.shortcuts"), act: () => this.showHelp(), key: "?" };
    return [...tabMenu(this.you, this.view.session), { items: [help] }];
  }

  private shownGroups(): Group[] {
    const { counts } = this.view;
    return GROUPS.filter((group) => {
      if (this.isSearching) return this.rowsOf(group) > 0;
      if (group === "waiting") return (counts.waiting ?? 0) > 0;
      if (group === "invited") return counts.invited !== null && counts.invited !== undefined;
      return true;
    });
  }

  /** All rows of a group, or those that match. */
  rowsOf(group: Group): number {
    return countOf((this.isSearching ? this.view.matches : null) ?? this.view.counts, group);
  }

  private scale(): number {
    const open = GROUPS.filter((group) => this.uses.get(group)?.isOpen && this.uses.get(group)?.isExpanded);
    return scaleFor(open.map((group) => this.rowsOf(group)), this.rowPx, devicePixelRatio);
  }

  private total(): number {
    return GROUPS.reduce((sum, group) => sum + this.rowsOf(group), 0);
  }

  private status(): string {
    return this.isSearching ? tab("search.found", { count: this.total() }) : "";
  }

  private use(group: Group, change: Partial<GroupUse>): void {
    const old = this.uses.get(group);
    if (!old) return;
    this.uses = new Map(this.uses).set(group, { ...old, ...change });
    this.offerWindow();
  }

  private offerWindow(): void {
    const uses = new Map([...this.uses].map(([group, one]) => [group, { ...one, ...this.#looks.get(group) }]));
    const wanted = windowFor(uses, this.search, this.#asked, (group) => this.rowsOf(group));
    if (this.#pace.isWaiting || !sameWindow(wanted, this.#asked)) this.#pace.offer(wanted);
  }

  private toggleExpanded(group: Group): void {
    const isExpanded = !this.uses.get(group)?.isExpanded;
    this.use(group, { isExpanded, top: 0 });
    // The button that was pressed goes away, and the focus with it.
    void this.updateComplete.then(() => {
      if (isExpanded) return this.keys.go({ group, index: PREVIEW }, true);
      this.scrolling.reveal({ group, index: 0 }, "top");
      [...this.groups].find((one) => one.group === group)?.focusHeading();
      return undefined;
    });
  }

  private readonly typed = debounce(() => this.find(this.field.value.trim()), TYPED_MS);

  private find(text: string): void {
    if (text === this.search) return;
    if (!this.#before) this.#before = { uses: this.uses, top: this.scrolling.top };
    const back = text === "" ? this.#before : null;
    this.search = text;
    this.uses = back ? back.uses : SEARCH_USES;
    if (back) this.#before = null;
    this.#looks = new Map();
    this.offerWindow();
    void this.updateComplete.then(() => this.scrolling.jump(back?.top ?? 0));
  }

  private onSearchKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.field.value !== "") {
      event.preventDefault();
      event.stopPropagation();
      this.clearSearch();
    } else if (event.key === "ArrowDown" || (event.key === "Enter" && this.isSearching)) {
      event.preventDefault();
      this.keys.enter();
    }
  }

  private ask(wanted: Window): void {
    if (sameWindow(wanted, this.#asked)) return;
    this.#asked = wanted;
    this.dispatchEvent(new WindowEvent(wanted));
  }

  private onOver(event: PointerEvent): void {
    const row = event.composedPath().find((one) => idOf(one) !== null);
    this.#hovered = event.pointerType === "mouse" ? idOf(row ?? null) : null;
  }

  private readonly onClick = (event: MouseEvent): void => {
    this.menus.click(event);
    if (!event.defaultPrevented) this.picks.onClick(event);
  };
}
