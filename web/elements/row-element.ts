/** What all rows of people have in common: who it is, and that they can be selected. */

import { html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { tab } from "../messages/tab";
import { parts } from "../lib/marking";
import { initials, tint } from "../lib/words";
import type { Row } from "../lib/protocol";
import { icon } from "./icons";
import { UsherElement } from "./usher-element";

export class PickEvent extends Event {
  /** @param isRange everybody since the last one that was picked is meant. */
  constructor(readonly id: string, readonly isPicked: boolean, readonly isRange: boolean) {
    super("pick", { bubbles: true, composed: true });
  }
}

/** The menu of a row is wanted. One menu serves all rows, because there are many. */
export class RowMenuEvent extends Event {
  constructor(readonly id: string, readonly button: HTMLElement) {
    super("row-menu", { bubbles: true, composed: true });
  }
}

/** An address among the facts. Where it is cut short, its beginning stays, also where all else runs to the left. */
export const emailFact = (email: string): TemplateResult =>
  html`<span class="long email"><span dir="ltr" title=${email}>${email}</span></span>`;

const PLACE = "\u0000";

/** By which guest link. Its name is read in its own direction, and is what is cut where there is no room. */
export function linkFact(link: string): TemplateResult {
  const [before = "", after = ""] = tab("via", { link: PLACE }).split(PLACE);
  return html`<span class="long link" title=${tab("via", { link })}>${before}<span dir="auto">${link}</span>${after}</span>`;
}

export abstract class RowElement extends UsherElement {
  @property({ attribute: false }) row!: Row;
  /** What is searched for; the part of the name that matches is marked. */
  @property({ attribute: false }) search = "";
  @property({ attribute: false }) maySelect = false;
  @property({ attribute: false }) isPicked = false;
  /** Several are being selected, so every row shows its box. */
  @property({ attribute: false }) isSelecting = false;
  /** The one row whose buttons are reached with the Tab key. */
  @property({ attribute: false }) isActive = false;
  /** Something was asked for about them, and the answer has not come. */
  @property({ attribute: false }) isPending = false;

  /** It was asked that they be gone from here. */
  @property({ attribute: false }) isGoing = false;

  protected get stop(): "0" | "-1" {
    return this.isActive ? "0" : "-1";
  }

  /** The face, and over it the box that selects. */
  protected renderFace(): TemplateResult {
    const { row } = this;
    this.classList.toggle("selecting", this.isSelecting && this.maySelect);
    this.classList.toggle("picked", this.isPicked);
    this.classList.toggle("pending", this.isPending);
    this.classList.toggle("going", this.isGoing);
    this.ariaBusy = this.isPending ? "true" : null;
    return html`<span class="face" role="gridcell">
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(row.name)}</span>
      ${this.maySelect
        ? html`<input type="checkbox" aria-label=${tab("select.person", { name: row.name })} tabindex=${this.stop}
              .checked=${this.isPicked} @click=${this.onPick} />
            <span class="box" aria-hidden="true">${icon("check")}</span>`
        : nothing}
    </span>`;
  }

  protected renderName(after: unknown = nothing): TemplateResult {
    const { name } = this.row;
    const found = parts(name, this.search).map((part) =>
      part.isFound ? html`<mark>${part.text}</mark>` : part.text,
    );
    return html`<div class="name"><b dir="auto" title=${name}>${found}</b>${after}</div>`;
  }

  private onPick(event: MouseEvent): void {
    const box = event.target as HTMLInputElement;
    this.dispatchEvent(new PickEvent(this.row.id, box.checked, event.shiftKey));
    // What is picked is said from above; a range may leave the box as it was.
    void this.updateComplete.then(() => (box.checked = this.isPicked));
  }
}
