/**
 * The Participants tab. It is given the view and oneself, and dispatches `usher-window` for
 * the rows that it needs, `choose` for menu items, and commands.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import { number } from "../lib/language";
import { debounce, throttle } from "../lib/debounce";
import { tabMenu } from "../lib/room-menus";
import { countOf, GROUPS } from "../lib/roster";
import { sameWindow, windowFor, type GroupUse } from "../lib/windows";
import type { Group, SelfView, View, Window } from "../lib/protocol";
import { icon } from "./icons";
import "./menu-button";
import "./participant-group";
import type { ParticipantGroup } from "./participant-group";
import type { PickEvent } from "./waiting-row";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./participants-list.css?inline";

const TYPED_MS = 200;
const SCROLLED_MS = 100;

export class WindowEvent extends Event {
  constructor(readonly window: Window) {
    super("usher-window", { bubbles: true, composed: true });
  }
}

const FIRST_USES = new Map<Group, GroupUse>(
  GROUPS.map((group) => [group, { isOpen: group !== "invited", isExpanded: false, top: 0 }]),
);

/** What the tab asks for before anybody has touched it. */
export const FIRST_WINDOW = windowFor(FIRST_USES, "");

@customElement("participants-list")
export class ParticipantsList extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) you!: SelfView;
  @state() private uses: ReadonlyMap<Group, GroupUse> = FIRST_USES;
  @state() private picked: ReadonlySet<string> = new Set();
  @state() private search = "";
  @query("input") private field!: HTMLInputElement;
  @queryAll("participant-group") private groups!: NodeListOf<ParticipantGroup>;
  #asked: Window = FIRST_WINDOW;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("scroll", this.scrolled, { passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("scroll", this.scrolled);
  }

  protected override render(): TemplateResult {
    const { view, you } = this;
    const menu = tabMenu(you, view.session);
    const hint = you.rights.includes("see_staff") ? "Search by name or e-mail" : "Search by name";
    return html`
      <div class="top">
        <div class="title">
          <h2>All participants (${number(view.counts.all)})</h2>
          ${menu.length > 0
            ? html`<menu-button label="More for all participants" .items=${() => menu}></menu-button>`
            : nothing}
        </div>
        <div class="search">
          ${icon("search")}
          <input class="input" type="search" maxlength="100" aria-label="Search participants"
            placeholder=${hint} @input=${this.typed} />
        </div>
        <span class="hidden-visually" role="status">${this.status()}</span>
      </div>
      <div class="groups" @scroll=${this.scrolled} @pick=${this.pick}>
        ${this.shownGroups().map((group) => this.renderGroup(group))}
        ${this.search && view.matches && this.total() === 0
          ? html`<p class="none">Nobody here matches “${this.search}”.</p>`
          : nothing}
      </div>
    `;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("view") || this.picked.size === 0) return;
    const waiting = new Set((this.view.groups.waiting?.rows ?? []).map((row) => row.id));
    const picked = [...this.picked].filter((id) => waiting.has(id));
    if (picked.length !== this.picked.size) this.picked = new Set(picked);
  }

  /** Bring those who wait on screen, from a notice about them. */
  async showWaiting(): Promise<void> {
    this.use("waiting", { isOpen: true });
    await this.updateComplete;
    const group = [...this.groups].find((one) => one.group === "waiting");
    group?.scrollIntoView({ block: "nearest" });
    group?.renderRoot.querySelector<HTMLElement>("button")?.focus();
  }

  private renderGroup(group: Group): TemplateResult {
    const { view, you } = this;
    const use = this.uses.get(group);
    const matches = this.search && view.matches ? countOf(view.matches, group) : null;
    return html`<participant-group .group=${group} .view=${view.groups[group] ?? null}
      .session=${view.session} .you=${you} .count=${countOf(view.counts, group)} .found=${matches}
      .isOpen=${use?.isOpen ?? true} .isExpanded=${use?.isExpanded ?? false} .picked=${this.picked}
      @fold=${() => this.use(group, { isOpen: !use?.isOpen })}
      @expand=${() => this.use(group, { isExpanded: !use?.isExpanded, top: 0 })}
      @unpick=${() => (this.picked = new Set())}></participant-group>`;
  }

  private shownGroups(): Group[] {
    const { counts, matches } = this.view;
    return GROUPS.filter((group) => {
      if (this.search && matches) return countOf(matches, group) > 0;
      if (group === "waiting") return (counts.waiting ?? 0) > 0;
      if (group === "invited") return counts.invited !== null && counts.invited !== undefined;
      return true;
    });
  }

  private total(): number {
    const { matches } = this.view;
    return matches ? GROUPS.reduce((sum, group) => sum + countOf(matches, group), 0) : 0;
  }

  private status(): string {
    if (!this.search || !this.view.matches) return "";
    return `${this.total()} found`;
  }

  private use(group: Group, change: Partial<GroupUse>): void {
    const old = this.uses.get(group);
    if (!old) return;
    this.uses = new Map(this.uses).set(group, { ...old, ...change });
    this.ask();
  }

  private readonly typed = debounce(() => {
    this.search = this.field.value.trim();
    this.uses = new Map([...this.uses].map(([group, use]) => [group, { ...use, isExpanded: false, top: 0 }]));
    this.ask();
  }, TYPED_MS);

  private readonly scrolled = throttle(() => {
    const uses = new Map(this.uses);
    for (const element of this.groups) {
      const use = uses.get(element.group);
      if (use?.isOpen && use.isExpanded) uses.set(element.group, { ...use, top: element.topRow() });
    }
    this.uses = uses;
    this.ask();
  }, SCROLLED_MS);

  private ask(): void {
    const wanted = windowFor(this.uses, this.search);
    if (sameWindow(wanted, this.#asked)) return;
    this.#asked = wanted;
    this.dispatchEvent(new WindowEvent(wanted));
  }

  private pick(event: PickEvent): void {
    const picked = new Set(this.picked);
    if (event.isPicked) picked.add(event.id);
    else picked.delete(event.id);
    this.picked = picked;
  }
}
