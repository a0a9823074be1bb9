/** On a phone either the stage or the participants, by tabs; where there is room for both, both. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { number } from "../lib/language";
import type { SelfView, View } from "../lib/protocol";
import { room } from "../messages/room";
import { icon } from "./icons";
import type { ListScroll } from "./list-scroll";

export type Side = "stage" | "participants";

const SIDES: readonly Side[] = ["stage", "participants"];
const ICONS = { stage: "stage", participants: "people" } as const;
/** Where `room-page.css` lays one below the other. */
const NARROW = "(max-width: 60rem)";
const KEPT = "usher.side";

interface Host extends ReactiveControllerHost {
  /** What keeps the place in the list of participants; null while there is no list. */
  readonly scrolling: ListScroll | null;
}

export class RoomSides implements ReactiveController {
  readonly #narrow = matchMedia(NARROW);
  /** How far the page was scrolled when the stage was left. */
  #top = 0;
  #side: Side = kept();

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#narrow.addEventListener("change", this.#turned);
  }

  hostDisconnected(): void {
    this.#narrow.removeEventListener("change", this.#turned);
  }

  readonly #turned = (): void => this.host.requestUpdate();

  /** Which of them is shown alone; null where both are. */
  get alone(): Side | null {
    return this.#narrow.matches ? this.#side : null;
  }

  isHidden(side: Side): boolean {
    return this.alone !== null && this.alone !== side;
  }

  async show(side: Side): Promise<void> {
    if (side === this.#side) return;
    if (side === "stage") this.host.scrolling?.putAway();
    else this.#top = scrollY;
    this.#side = side;
    keep(side);
    this.host.requestUpdate();
    await this.host.updateComplete;
    if (!this.alone) return;
    if (side === "stage") scrollTo(0, this.#top);
    else await this.host.scrolling?.takeOut();
  }

  renderTabs(view: View, you: SelfView): TemplateResult | typeof nothing {
    if (!this.alone) return nothing;
    return html`<div class="sides" role="tablist" aria-label=${room("sides")} @keydown=${this.#onKey}>
      ${SIDES.map((side) => this.#renderTab(side, side === "participants" ? calls(view, you) : []))}
    </div>`;
  }

  #renderTab(side: Side, called: readonly Call[]): TemplateResult {
    const isShown = side === this.#side;
    const count = called.reduce((sum, one) => sum + one.count, 0);
    return html`<button type="button" role="tab" id="tab-${side}" aria-controls="side-${side}" aria-selected=${isShown}
      tabindex=${isShown ? 0 : -1} @click=${() => this.show(side)}>
      ${icon(ICONS[side])}<span>${room(side)}</span>
      ${count > 0
        ? html`<span class="badge" aria-hidden="true">${number(count)}</span>
            <span class="hidden-visually">${called.map((one) => one.text).join(" ")}</span>`
        : nothing}
    </button>`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const tabs = event.currentTarget as HTMLElement;
    const step = getComputedStyle(tabs).direction === "rtl" ? -1 : 1;
    const now = SIDES.indexOf(this.#side);
    const next = new Map([
      ["ArrowRight", now + step], ["ArrowLeft", now - step], ["Home", 0], ["End", SIDES.length - 1],
    ]).get(event.key);
    if (next === undefined) return;
    event.preventDefault();
    const side = SIDES.at(next % SIDES.length) ?? this.#side;
    void this.show(side);
    tabs.querySelector<HTMLElement>(`#tab-${side}`)?.focus();
  };
}

interface Call {
  count: number;
  text: string;
}

/** Who wants something of those who may grant it. */
function calls({ counts }: View, { rights }: SelfView): Call[] {
  const hands = rights.includes("lower_hands") ? counts.raised_hands : 0;
  const waiting = rights.includes("admit") ? (counts.waiting ?? 0) : 0;
  return [
    { count: hands, text: room("hands.many", { count: hands }) },
    { count: waiting, text: room("knock.many", { count: waiting }) },
  ].filter((one) => one.count > 0);
}

function kept(): Side {
  try {
    return localStorage.getItem(KEPT) === "stage" ? "stage" : "participants";
  } catch {
    return "participants";
  }
}

function keep(side: Side): void {
  try {
    localStorage.setItem(KEPT, side);
  } catch {
    // Then it holds until the page is left.
  }
}
