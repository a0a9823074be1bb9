/** Those who are heard and seen, one tile each. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { onStage } from "../lib/roster";
import { initials, tint } from "../lib/words";
import type { Row, View } from "../lib/protocol";
import { room } from "../messages/room";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./room-stage.css?inline";

/** More tiles than these may have to be scrolled, which the keyboard does in what has the focus. */
const ROOM_FOR = 4;
/** More than these are drawn smaller, so that a full stage is seen at once. */
const MANY = 12;

@customElement("room-stage")
export class RoomStage extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) selfId = "";
  /** Whoever looks at it may bring others up. */
  @property({ attribute: false }) mayInvite = false;
  /** With a search only matches arrive, so the stage keeps those it had. */
  #people: Row[] = [];

  protected override render(): TemplateResult {
    this.#people = this.view.matches ? updated(this.#people, onStage(this.view)) : onStage(this.view);
    if (this.#people.length === 0) {
      return html`<div class="empty">${icon("stage")}
        <p>${room("stage.empty")}</p>
        ${this.mayInvite ? html`<p class="hint">${room("stage.empty.staff")}</p>` : nothing}
      </div>`;
    }
    return html`<ul class="tiles ${this.#people.length > MANY ? "many" : ""}" role="list" aria-label=${room("stage")}
      tabindex=${this.#people.length > ROOM_FOR ? 0 : nothing}>
      ${repeat(this.#people, (row) => row.id, (row) => this.renderTile(row))}
    </ul>`;
  }

  private renderTile(row: Row): TemplateResult {
    const look = `${row.has_microphone_on ? "speaks" : ""} ${row.presence === "reconnecting" ? "away" : ""}`;
    return html`<li class="tile ${look}" data-tile=${row.id}>
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(row.name)}</span>
      <div class="caption">
        <b title=${row.name}>${row.id === this.selfId ? room("stage.you", { name: row.name }) : row.name}</b>
        ${row.presence === "reconnecting" ? html`<span>${room("stage.reconnecting")}</span>` : nothing}
        ${row.hand_raised_at ? html`<span class="hand" title=${room("stage.hand")}>${icon("hand")}<span class="hidden-visually">${room("stage.hand")}</span></span>` : nothing}
        ${row.has_camera_on ? html`<span class="on" title=${room("stage.camera")}>${icon("camera")}<span class="hidden-visually">${room("stage.camera")}</span></span>` : nothing}
        <span class=${row.has_microphone_on ? "on" : ""} title=${room(row.has_microphone_on ? "stage.mic" : "stage.muted")}>
          ${icon(row.has_microphone_on ? "mic" : "micOff")}
          <span class="hidden-visually">${room(row.has_microphone_on ? "stage.mic" : "stage.muted")}</span>
        </span>
      </div>
    </li>`;
  }
}

function updated(old: Row[], seen: Row[]): Row[] {
  const fresh = new Map(seen.map((row) => [row.id, row]));
  return old.map((row) => fresh.get(row.id) ?? row);
}
