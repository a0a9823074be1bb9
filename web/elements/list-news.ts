/** New hands, and people at the door: said once, and shown by a chip until they were on screen. */

import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { tab } from "../messages/tab";
import { placeOf, type Place } from "../lib/places";
import { countOf } from "../lib/roster";
import { Announcer, freshIn, Unseen, type Queue } from "../lib/news";
import type { Right, SelfView, View } from "../lib/protocol";
import { icon } from "./icons";
import type { ListScroll } from "./list-scroll";

/** Who is told of which queue. */
const TOLD: readonly (readonly [Queue, Right])[] = [["raised_hands", "lower_hands"], ["waiting", "admit"]];

/** Something was read aloud: for whoever shows the list to say it while the list is hidden. */
export class SaidEvent extends Event {
  constructor(readonly text: string) {
    super("usher-said");
  }
}

interface Host extends ReactiveControllerHost, HTMLElement {
  view: View;
  you: SelfView;
  readonly scrolling: ListScroll;
  /** Show a place whatever is closed or searched for, and put the focus there. */
  visit(place: Place): void;
}

export class ListNews implements ReactiveController {
  /** What is read aloud now. */
  said = "";
  readonly #unseen = TOLD.map(([queue]) => new Unseen(queue));
  readonly #announcer = new Announcer((text) => {
    // A space more makes the same words a change, which is read again.
    this.said = this.said === text ? `${text}\u00a0` : text;
    this.host.requestUpdate();
    this.host.dispatchEvent(new SaidEvent(this.said));
  });

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#announcer.stop();
  }

  follow(before: View | null): void {
    const { view, you } = this.host;
    for (const unseen of this.#unseen) {
      unseen.follow(view);
      const right = TOLD.find(([queue]) => queue === unseen.queue)?.[1];
      if (!before || !right || !you.rights.includes(right)) continue;
      const fresh = freshIn(unseen.queue, before, view);
      if (fresh.count === 0) continue;
      unseen.add(fresh, you.participant_id);
      // Who knocks is read aloud by the notice that lets one admit them.
      if (unseen.queue === "raised_hands") this.#announcer.add(fresh, you.participant_id);
    }
  }

  /** Whoever is on screen now is news no more. */
  look(): void {
    const { view, scrolling } = this.host;
    let hasChanged = false;
    for (const unseen of this.#unseen) {
      if (unseen.count === 0) continue;
      const before = unseen.count;
      const last: Place = { group: unseen.queue, index: countOf(view.counts, unseen.queue) - 1 };
      if (scrolling.isOnScreen(last)) unseen.saw(null);
      for (const row of view.groups[unseen.queue]?.rows ?? []) {
        const place = placeOf(view, row.id, [unseen.queue]);
        if (place && scrolling.isOnScreen(place)) unseen.saw(row.id);
      }
      hasChanged ||= unseen.count !== before;
    }
    if (hasChanged) this.host.requestUpdate();
  }

  renderChips(): TemplateResult {
    const shown = this.#unseen.filter((unseen) => unseen.count > 0);
    return html`<div class="chips">${repeat(shown, (unseen) => unseen.queue, (unseen) => this.#renderChip(unseen))}</div>`;
  }

  #renderChip(unseen: Unseen): TemplateResult {
    const isBelow = this.host.scrolling.side(unseen.queue) > 0;
    const key = unseen.queue === "raised_hands" ? "hands.new" : "knocks.new";
    return html`<button type="button" class="chip" @click=${() => this.#jump(unseen)}>
      ${tab(key, { count: unseen.count })}<span class=${isBelow ? "down" : "up"}>${icon("chevron")}</span>
    </button>`;
  }

  #jump(unseen: Unseen): void {
    const { view } = this.host;
    const known = unseen.firstId === null ? null : placeOf(view, unseen.firstId, [unseen.queue]);
    const place = known ?? { group: unseen.queue, index: Math.max(0, countOf(view.counts, unseen.queue) - 1) };
    unseen.clear();
    this.host.requestUpdate();
    this.host.visit(place);
  }
}
