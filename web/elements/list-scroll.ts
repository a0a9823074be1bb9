/**
 * The one scroller of the tab: which rows of each group are drawn, which are asked for, and
 * that what one looks at stays where it is while people come and go above it.
 *
 * The scroller is the list itself where it has a height of its own, and else whatever scrolls
 * around it: the page of a phone, or a box on somebody's page.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { anchorOf, rowAt, type Mark, type Place } from "../lib/places";
import { intoRows, NOTHING, rowTop, scrollTo, sliceAt, type Slice } from "../lib/tall";
import type { Group, View } from "../lib/protocol";
import type { ParticipantGroup } from "./participant-group";

/** Rows drawn beside the screen: more of them whither one scrolls. */
const AHEAD = 14;
const BEHIND = 6;
/** So many rows come at once: few enough for one frame, and not each of them alone. */
const STEP = 4;
const SIDES = { [-1]: [AHEAD, BEHIND], 0: [(AHEAD + BEHIND) / 2, (AHEAD + BEHIND) / 2], 1: [BEHIND, AHEAD] } as const;

export interface Looked {
  top: number;
  rows: number;
  heading: -1 | 0 | 1;
}

interface Host extends ReactiveControllerHost, HTMLElement {
  view: View;
  /** The element that would scroll, if the list has a height. */
  readonly frame: HTMLElement | null;
  readonly groups: Iterable<ParticipantGroup>;
  /** Height of what lies over the foot of the screen. */
  readonly footPx: number;
  /** Who must stay in place before all others: in focus, or under the pointer. */
  readonly favourites: readonly string[];
  looked(uses: ReadonlyMap<Group, Looked>): void;
}

interface Screen {
  top: number;
  height: number;
}

export class ListScroll implements ReactiveController {
  #scroller: Element | null = null;
  #view: View | null = null;
  #anchor: Mark | null = null;
  #lastTop = 0;
  #heading: -1 | 0 | 1 = 0;
  #settled: Promise<void> = Promise.resolve();
  /** What was on screen when the list was put away. */
  #away: readonly Mark[] = [];

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener("resize", this.look);
  }

  hostDisconnected(): void {
    window.removeEventListener("resize", this.look);
    this.#listenTo(null);
  }

  hostUpdate(): void {
    const { view } = this.host;
    if (view === this.#view) return;
    // Still with the old rows on screen; measured now, because scrolling runs ahead of events.
    if (this.#view && this.#isShown && !this.#isAtTop()) this.#anchor ??= anchorOf(view, this.#marks(this.#view));
    this.#view = view;
  }

  hostUpdated(): void {
    this.#settled = this.#settle();
  }

  /** Everything of the last change is drawn and in its place. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  readonly look = (): void => {
    if (!this.#isShown) return;
    this.#listenTo(this.#find());
    const screen = this.#screen();
    const scrolled = this.#scroller?.scrollTop ?? 0;
    if (Math.abs(scrolled - this.#lastTop) > 1) this.#heading = scrolled > this.#lastTop ? 1 : -1;
    this.#lastTop = scrolled;
    const uses = new Map<Group, Looked>();
    for (const group of this.host.groups) {
      const box = group.box();
      if (!box) {
        group.slice = NOTHING;
        continue;
      }
      const px = screen.top - box.top;
      const body = group.body(screen.height);
      const [before, behind] = SIDES[this.#heading];
      const needed = sliceAt(body, px, before - STEP, behind - STEP);
      if (!covers(group.slice, needed, group.scale)) group.slice = sliceAt(body, px, before, behind);
      const top = Math.floor(Math.max(0, intoRows(body, px)) / body.rowPx);
      const rows = Math.ceil(screen.height / body.rowPx);
      uses.set(group.group, { top, rows, heading: this.#heading });
    }
    this.host.looked(uses);
  };

  /** Scroll by as little as brings a place on screen, below the sticky heading. */
  reveal(place: Place, where: "nearest" | "top" = "nearest"): void {
    const group = this.#group(place.group);
    const box = group?.box();
    if (!group || !box) return;
    const screen = this.#screen();
    const body = group.body(screen.height);
    const px = screen.top - box.top;
    const now = rowTop(body, px, place.index);
    const head = group.headingHeight();
    const lowest = Math.max(head, screen.height - this.host.footPx - body.rowPx);
    if (where === "nearest" && now >= head && now <= lowest) return;
    const wanted = where === "top" || now < head ? head : lowest;
    this.#scrollBy(scrollTo(body, px, place.index, wanted));
    this.look();
  }

  /** Remember what is on screen: the list is about to be hidden. */
  putAway(): void {
    this.#away = this.#isAtTop() ? [] : this.#marks(this.host.view);
  }

  /** The list is shown again: bring the same people to the same place, wherever they are now. */
  async takeOut(): Promise<void> {
    await this.#drawn();
    const anchor = anchorOf(this.host.view, this.#away);
    if (anchor) this.#hold(anchor);
    else if (this.#scroller) this.#scroller.scrollTop = 0;
    this.look();
  }

  get top(): number {
    return this.#scroller?.scrollTop ?? 0;
  }

  /** Scroll the list there, unless it only lies on a page that scrolls. */
  jump(top: number): void {
    if (this.#scroller && this.#scroller === this.host.frame) this.#scroller.scrollTop = top;
    this.look();
  }

  /** Rows of a group that are on screen, and not below a heading or what lies over the foot. */
  isOnScreen(place: Place): boolean {
    if (!this.#isShown) return false;
    const group = this.#group(place.group);
    const box = group?.box();
    if (!group || !box) return false;
    const screen = this.#screen();
    const body = group.body(screen.height);
    const top = rowTop(body, screen.top - box.top, place.index);
    return top > -body.rowPx / 2 && top < screen.height - this.host.footPx - body.rowPx / 2;
  }

  /** Whether a group lies above the screen, below it, or neither. */
  side(name: Group): -1 | 0 | 1 {
    const box = this.#group(name)?.getBoundingClientRect();
    if (!box) return 0;
    const screen = this.#screen();
    return box.bottom < screen.top ? -1 : box.top > screen.top + screen.height ? 1 : 0;
  }

  async #settle(): Promise<void> {
    await this.#drawn();
    const anchor = this.#anchor;
    this.#anchor = null;
    if (anchor && this.#isShown) this.#hold(anchor);
    this.look();
    await this.#drawn();
  }

  async #drawn(): Promise<void> {
    await Promise.all([...this.host.groups].map((group) => group.updateComplete));
  }

  #hold(anchor: Mark): void {
    const group = this.#group(anchor.group);
    const box = group?.box();
    if (!group || !box) return;
    const screen = this.#screen();
    this.#scrollBy(scrollTo(group.body(screen.height), screen.top - box.top, anchor.index, anchor.top));
  }

  #scrollBy(px: number): void {
    if (Math.abs(px) < 0.5 || !this.#scroller) return;
    this.#scroller.scrollTop += px;
    this.#lastTop = this.#scroller.scrollTop;
  }

  /** Every row on screen, the favourites first. */
  #marks(view: View): Mark[] {
    const screen = this.#screen();
    const marks: Mark[] = [];
    for (const group of this.host.groups) {
      const box = group.box();
      if (!box) continue;
      const px = screen.top - box.top;
      const body = group.body(screen.height);
      const { start, end } = sliceAt(body, px, 0);
      const head = group.headingHeight();
      for (let index = start; index < end; index += 1) {
        const top = rowTop(body, px, index);
        if (top <= head - body.rowPx / 2 || top > screen.height - body.rowPx / 2) continue;
        const id = rowAt(view, { group: group.group, index })?.id ?? null;
        marks.push({ group: group.group, index, id, top });
      }
    }
    const { favourites } = this.host;
    const rank = (mark: Mark): number => {
      const at = mark.id === null ? -1 : favourites.indexOf(mark.id);
      return at < 0 ? favourites.length : at;
    };
    return marks.sort((a, b) => rank(a) - rank(b) || a.top - b.top);
  }

  #group(name: Group): ParticipantGroup | undefined {
    return [...this.host.groups].find((group) => group.group === name);
  }

  /** Whoever shows the list may have put it away for a while, where nothing can be measured. */
  get #isShown(): boolean {
    return this.host.checkVisibility?.() ?? true;
  }

  /** At the very top one sees what comes in there, as everywhere. */
  #isAtTop(): boolean {
    return (this.#scroller?.scrollTop ?? 0) <= 1;
  }

  #screen(): Screen {
    const scroller = this.#scroller;
    if (!scroller || scroller === document.scrollingElement) return { top: 0, height: innerHeight };
    const box = scroller.getBoundingClientRect();
    return { top: box.top + scroller.clientTop, height: scroller.clientHeight };
  }

  #find(): Element | null {
    let at: Node | null = this.host.frame;
    while (at) {
      if (at instanceof HTMLElement && at.scrollHeight > at.clientHeight + 1) {
        const { overflowY } = getComputedStyle(at);
        if (overflowY === "auto" || overflowY === "scroll") return at;
      }
      at = (at as Element).assignedSlot ?? at.parentNode ?? (at instanceof ShadowRoot ? at.host : null);
    }
    const frame = this.host.frame;
    const fits = frame && getComputedStyle(frame).overflowY === "auto" && frame.clientHeight < innerHeight;
    return fits ? frame : document.scrollingElement;
  }

  #listenTo(scroller: Element | null): void {
    if (scroller === this.#scroller) return;
    const target = (one: Element): EventTarget => (one === document.scrollingElement ? document : one);
    if (this.#scroller) target(this.#scroller).removeEventListener("scroll", this.look);
    if (scroller) target(scroller).addEventListener("scroll", this.look, { passive: true });
    this.#scroller = scroller;
    this.#lastTop = scroller?.scrollTop ?? 0;
  }
}

function covers(drawn: Slice, needed: Slice, scale: number): boolean {
  if (scale < 1 && needed.end > 0) return false;
  if (needed.end === 0) return drawn.end === 0;
  const isTooMuch = drawn.end - drawn.start > needed.end - needed.start + 2 * (AHEAD + BEHIND);
  return drawn.start <= needed.start && drawn.end >= needed.end && !isTooMuch;
}
