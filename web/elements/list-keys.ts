/**
 * Focus in the tab: one row at a time is reached with Tab, arrows move on from it across groups
 * and beyond what is loaded, and it stays with the same person wherever they are moved to.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { firstPlace, lastPlace, placeOf, rowAt, step, type Place, type Stretch } from "../lib/places";
import type { Group, LedgerRow, Row, View } from "../lib/protocol";
import type { ListScroll } from "./list-scroll";
import { idOf, type ParticipantGroup, type Pinned } from "./participant-group";

/** The row that has the focus, or gets it next. */
export interface Active extends Place {
  row: Row | LedgerRow;
}

interface Host extends ReactiveControllerHost, HTMLElement {
  view: View;
  readonly groups: Iterable<ParticipantGroup>;
  readonly scrolling: ListScroll;
  /** Going on beyond the last row of a group that is cut short shows the rest of it. */
  expand(group: Group): void;
  /** All rows of a group, or those that match. */
  rowsOf(group: Group): number;
  isCutShort(group: Group): boolean;
  /** Where focus goes when no row is left. */
  focusElsewhere(): void;
}

const CONTROLS = "input, button, menu-button";

export class ListKeys implements ReactiveController {
  active: Active | null = null;
  /** Focus is in a row now. */
  isInside = false;
  #wanted: Place | null = null;
  /** Focus goes to what is wanted only if it is on screen then. */
  #isGentle = false;
  /** What had the focus when the wanted row was asked for. */
  #from: Element | null = null;
  /** The control of the row that had the focus, or null for the row itself. */
  #control: number | null = null;

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("pointerdown", this.#pressed, true);
  }

  hostDisconnected(): void {
    document.removeEventListener("pointerdown", this.#pressed, true);
  }

  hostUpdate(): void {
    const { active } = this;
    if (!active) return;
    const place = placeOf(this.host.view, active.row.id);
    const row = place && rowAt(this.host.view, place);
    if (place && row) this.active = { ...place, row };
  }

  hostUpdated(): void {
    void this.#restore();
  }

  /** The row in focus, to be drawn in this group wherever the screen is. */
  pinnedIn(group: Group): Pinned | null {
    const { active } = this;
    if (!this.isInside || active?.group !== group) return null;
    // Somebody else in their place, or no such place, means that they are gone. A place with
    // nobody is only not loaded.
    const there = rowAt(this.host.view, active);
    const isThere = there?.id === active.row.id;
    return isThere || (there === null && active.index < this.host.rowsOf(group)) ? active : null;
  }

  /** The row that Tab leads to when none was used yet. */
  activeIn(group: Group): string | null {
    if (this.active) return this.active.group === group ? this.active.row.id : null;
    const first = firstPlace(this.#stretches());
    if (first?.group !== group) return null;
    return rowAt(this.host.view, first)?.id ?? null;
  }

  /** By how many rows a key moves; null when it does not. */
  move(event: KeyboardEvent): Place | null {
    const from = this.#wanted ?? this.active;
    if (!from) return null;
    const stretches = this.#stretches();
    switch (event.key) {
      case "ArrowDown":
        return this.#down(stretches, from);
      case "ArrowUp":
        return step(stretches, from, -1);
      case "PageDown":
        return step(stretches, from, this.#page());
      case "PageUp":
        return step(stretches, from, -this.#page());
      case "Home":
        return firstPlace(stretches);
      case "End":
        return lastPlace(stretches);
      default:
        return null;
    }
  }

  /** Into the rows from outside: where one was, or at the top. */
  enter(): void {
    const place = this.active ?? firstPlace(this.#stretches());
    if (place) void this.go(place);
  }

  /** Somebody scrolls or points elsewhere: focus that is still awaited does not pull them back. */
  readonly forget = (): void => {
    this.#wanted = null;
  };

  /**
   * Put the focus on a place, as soon as the row there is loaded.
   *
   * @param isGentle nothing is scrolled for it.
   */
  async go(place: Place, isGentle = false): Promise<void> {
    const row = rowAt(this.host.view, place);
    if (!isGentle) this.host.scrolling.reveal(place);
    if (!row) {
      this.#wanted = place;
      this.#isGentle = isGentle;
      this.#from = focused();
      return;
    }
    this.#wanted = null;
    if (isGentle && !this.host.scrolling.isOnScreen(place)) return;
    this.#control = null;
    this.active = { ...place, row };
    this.isInside = true;
    this.host.requestUpdate();
    await this.host.updateComplete;
    await this.host.scrolling.settled;
    this.element()?.focus({ preventScroll: true });
  }

  /** To the next control of the row in focus, or back to the row. */
  across(by: 1 | -1): void {
    const element = this.element();
    if (!element) return;
    const all = controls(element);
    const now = all.findIndex((one) => one.matches(":focus-within, :focus"));
    const next = now + by;
    if (next < 0) element.focus({ preventScroll: true });
    else focusControl(all[Math.min(next, all.length - 1)]);
  }

  element(): HTMLElement | null {
    const { active } = this;
    if (!active) return null;
    for (const group of this.host.groups) {
      const found = group.group === active.group ? group.rowElement(active.row.id) : null;
      if (found) return found;
    }
    return null;
  }

  focusIn(event: FocusEvent): void {
    const element = event.composedPath().find((one) => idOf(one) !== null) as HTMLElement | undefined;
    const id = idOf(element ?? null);
    this.isInside = id !== null;
    if (!element || !id) return;
    const at = controls(element).indexOf(event.composedPath().find((one) => one instanceof HTMLElement && one.matches(CONTROLS)) as HTMLElement);
    this.#control = at < 0 ? null : at;
    this.#wanted = null;
    const place = placeOf(this.host.view, id);
    const row = place && rowAt(this.host.view, place);
    if (place && row && this.active?.row.id !== id) {
      this.active = { ...place, row };
      this.host.requestUpdate();
    }
  }

  /** Without a next target the row may just have been moved or taken away. */
  focusOut(event: FocusEvent): void {
    if (event.relatedTarget !== null) this.isInside = false;
  }

  readonly #pressed = (event: PointerEvent): void => {
    if (!event.composedPath().some((one) => idOf(one) !== null)) this.isInside = false;
  };

  /** After every change: the wanted row may have come, the focused one moved or left. */
  async #restore(): Promise<void> {
    await this.host.scrolling.settled;
    if (this.#wanted && rowAt(this.host.view, this.#wanted)) {
      // Whoever has gone elsewhere meanwhile stays there.
      return this.#isWhereItWas() ? this.go(this.#wanted, this.#isGentle) : this.forget();
    }
    if (!this.isInside || !this.active || !isLost()) return;
    const element = this.element();
    if (element) {
      const control = this.#control === null ? null : controls(element)[this.#control];
      return control ? focusControl(control) : element.focus({ preventScroll: true });
    }
    await this.#neighbour(this.active);
  }

  /** The focus has not been moved since a row was asked for; what had it may be gone. */
  #isWhereItWas(): boolean {
    return focused() === this.#from || (isLost() && !this.#from?.isConnected);
  }

  /** Whoever had the focus has left: go on with who stands there now. */
  async #neighbour(from: Place): Promise<void> {
    const stretches = this.#stretches();
    const own = stretches.find((one) => one.group === from.group);
    const index = own && own.rows > 0 ? Math.min(from.index, own.rows - 1) : from.index;
    const place = step(stretches, { ...from, index }, 0);
    const row = place && rowAt(this.host.view, place);
    this.active = place && row ? { ...place, row } : null;
    if (!this.active) {
      this.isInside = false;
      return this.host.focusElsewhere();
    }
    this.host.requestUpdate();
    await this.host.updateComplete;
    await this.host.scrolling.settled;
    this.element()?.focus({ preventScroll: true });
  }

  #down(stretches: readonly Stretch[], from: Place): Place | null {
    const own = stretches.find((one) => one.group === from.group);
    if (own && from.index === own.rows - 1 && this.host.isCutShort(from.group)) {
      this.host.expand(from.group);
      return { group: from.group, index: from.index + 1 };
    }
    return step(stretches, from, 1);
  }

  #stretches(): Stretch[] {
    return [...this.host.groups].map((group) => ({ group: group.group, rows: group.shown }));
  }

  #page(): number {
    const [group] = this.host.groups;
    const frame = this.host.getBoundingClientRect();
    const screen = Math.min(innerHeight, frame.height);
    return Math.max(1, Math.floor(screen / (group?.rowPx ?? 52)) - 3);
  }
}

function controls(row: HTMLElement): HTMLElement[] {
  return [...(row.shadowRoot?.querySelectorAll<HTMLElement>(CONTROLS) ?? [])];
}

function focusControl(control: HTMLElement | undefined): void {
  const inner = control?.shadowRoot?.querySelector<HTMLElement>("button") ?? control;
  inner?.focus({ preventScroll: true });
}

/** What has the focus, however deep inside other elements. */
function focused(): Element | null {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

/** Nothing has the focus: browsers give it to the page when the element in focus goes away. */
const isLost = (): boolean =>
  document.activeElement === null || document.activeElement === document.body;
