/** Selecting several people: boxes, ranges, a whole group, and the bar at the foot. */

import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import { tab } from "../messages/tab";
import { bulkActions, type BulkName } from "../lib/bulk";
import { loadBulkBar, openWindow } from "../lib/opening";
import { placeOf, type Place } from "../lib/places";
import { countOf, findRow } from "../lib/roster";
import { Selection } from "../lib/selection";
import type { Group, Row, SelfView, View } from "../lib/protocol";
import type { BulkBar } from "./bulk-bar";
import { idOf } from "./participant-group";
import type { PickEvent } from "./row-element";

/** Rights that come with something to do for several people. */
const RIGHTS = ["lower_hands", "mute_others", "manage_stage", "set_role", "remove", "admit"] as const;

interface Host extends LitElement {
  view: View;
  you: SelfView;
  mayPick(row: Row): boolean;
}

export class ListPicks implements ReactiveController {
  #selection = Selection.none;
  /** A whole group was asked for, of which only a part is loaded. */
  #whole: Group | null = null;

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostConnected(): void {}

  get people(): ReadonlyMap<string, Row> {
    return this.#selection.people;
  }

  get size(): number {
    return this.#selection.size;
  }

  /** Somebody with these rights can ever select anybody. */
  get isPossible(): boolean {
    return RIGHTS.some((right) => this.host.you.rights.includes(right));
  }

  readonly may = (row: Row): boolean => this.isPossible && this.host.mayPick(row);

  follow(before: View | null): void {
    if (before) this.#selection = this.#selection.follow(before, this.host.view, this.may);
    if (this.size === 0) this.#whole = null;
  }

  toggle(id: string, isPicked?: boolean): void {
    const row = findRow(this.host.view, id) ?? this.people.get(id);
    if (row && this.may(row)) this.#set(this.#selection.toggle(this.host.view, row, isPicked));
  }

  extend(from: Place, to: Place): void {
    if (!this.isPossible || to.group === "invited") return;
    this.#set(this.#selection.extend(this.host.view, from, to, this.may));
  }

  all(group: Group): void {
    if (!this.isPossible || group === "invited") return;
    this.#set(this.#selection.all(this.host.view, group, this.may));
    this.#whole = group;
  }

  readonly clear = (): void => this.#set(Selection.none);

  /** Do the first of these that applies to somebody selected. */
  do(names: readonly string[]): boolean {
    const actions = this.#actions();
    for (const name of names) {
      const action = actions.find((one) => one.name === (name as BulkName));
      if (action) {
        void openWindow(this.host, loadBulkBar, () => this.#bar()?.do(action));
        return true;
      }
    }
    return false;
  }

  readonly onPick = (event: PickEvent): void => {
    const place = placeOf(this.host.view, event.id);
    if (event.isRange && this.size > 0 && place) this.extend(place, place);
    else this.toggle(event.id, event.isPicked);
  };

  /** A range is meant, and no text. */
  readonly onMouseDown = (event: MouseEvent): void => {
    if (event.shiftKey && this.isPossible && rowId(event)) event.preventDefault();
  };

  onClick(event: MouseEvent): void {
    const id = rowId(event);
    const isOnControl = event.composedPath().some((one) => one instanceof HTMLElement && one.matches("button, a, input"));
    if (!id || isOnControl) return;
    const place = placeOf(this.host.view, id);
    const isTouch = (event as PointerEvent).pointerType === "touch";
    if (event.shiftKey && place) this.extend(place, place);
    else if (event.ctrlKey || event.metaKey || (isTouch && this.size > 0)) this.toggle(id);
  }

  renderBar(): TemplateResult | typeof nothing {
    if (this.size === 0) return nothing;
    return html`<bulk-bar .from=${this.host} .count=${this.size} .actions=${this.#actions()} .hint=${this.#hint()}
      @clear=${this.clear}></bulk-bar>`;
  }

  #actions(): ReturnType<typeof bulkActions> {
    return bulkActions(this.people.values(), this.host.you, this.host.view.session);
  }

  #hint(): string {
    const { missing } = this.#selection;
    if (missing > 0) return tab("bulk.range_open", { count: missing });
    if (!this.#whole) return "";
    const { view } = this.host;
    const total = countOf(view.matches ?? view.counts, this.#whole);
    const held = view.groups[this.#whole]?.rows.length ?? 0;
    return held < total ? tab("bulk.only_loaded", { count: held, total }) : "";
  }

  #bar(): BulkBar | null {
    return this.host.shadowRoot?.querySelector<BulkBar>("bulk-bar") ?? null;
  }

  #set(selection: Selection): void {
    // Rows keep clear of the bar, whose height is known once its code has come.
    if (this.size === 0 && selection.size > 0) void openWindow(this.host, loadBulkBar, () => this.host.requestUpdate());
    this.#selection = selection;
    this.#whole = null;
    this.host.requestUpdate();
  }
}

function rowId(event: Event): string | null {
  return idOf(event.composedPath().find((one) => idOf(one) !== null) ?? null);
}
