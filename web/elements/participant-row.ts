/** One person in the tab: who, what they are here, hand, microphone, camera, and a menu. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { tab } from "../messages/tab";
import { actionsFor } from "../lib/person-actions";
import { labels } from "../lib/words";
import type { SelfView, SessionView } from "../lib/protocol";
import { icon, type IconName } from "./icons";
import { emailFact, linkFact, RowElement, RowMenuEvent } from "./row-element";
import { sheets } from "./sheets";
import own from "./participant-row.css?inline";

@customElement("participant-row")
export class ParticipantRow extends RowElement {
  static override styles = sheets(own);

  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) session!: SessionView;
  /** Whose turn it is, counted from 1; only among raised hands. */
  @property({ attribute: false }) turn: number | null = null;

  protected override render(): TemplateResult {
    const { row } = this;
    const isAway = row.presence === "reconnecting" || row.presence === "seat";
    this.classList.toggle("away", isAway);
    const isMe = row.id === this.you.participant_id;
    // The name comes first for those who listen; the face stands before it by its style.
    return html`
      <div class="words" role="gridcell">
        ${this.renderName(isMe ? html` <span class="faint">${tab("you")}</span>` : nothing)}
        ${this.renderFacts()}
      </div>
      ${this.renderFace()}
      <div class="ends" role="gridcell">
        <div class="marks">${this.renderMarks()}</div>
        ${this.renderMenu()}
      </div>
    `;
  }

  private renderFacts(): TemplateResult | typeof nothing {
    const { row } = this;
    const facts = [
      ...labels(row).map((label) => html`<span class="role">${label}</span>`),
      row.presence === "reconnecting" ? html`<span class="warn">${tab("reconnecting")}</span>` : nothing,
      row.presence === "seat" ? html`<span>${tab("joining")}</span>` : nothing,
      row.stage === "requested" ? wish(tab("asks_for_stage")) : nothing,
      row.stage === "offered" ? wish(tab("invited_to_stage")) : nothing,
      row.link_name ? linkFact(row.link_name) : nothing,
      row.email ? emailFact(row.email) : nothing,
    ].filter((fact) => fact !== nothing);
    return facts.length > 0 ? html`<div class="facts">${facts}</div>` : nothing;
  }

  private renderMarks(): (TemplateResult | typeof nothing)[] {
    const { row, turn } = this;
    const isOn = row.stage === "on";
    const hand = turn ? tab("mark.hand.turn", { turn }) : tab("mark.hand");
    return [
      row.devices > 1
        ? mark("devices", tab("mark.devices", { count: row.devices }), "", String(row.devices))
        : nothing,
      row.hand_raised_at ? mark("hand", hand, "hand", turn ? String(turn) : "") : nothing,
      isOn ? (row.has_microphone_on ? mark("mic", tab("mark.mic"), "on") : mark("micOff", tab("mark.mic_off"))) : nothing,
      isOn ? (row.has_camera_on ? mark("camera", tab("mark.camera"), "on") : mark("cameraOff", tab("mark.camera_off"))) : nothing,
    ];
  }

  private renderMenu(): TemplateResult | typeof nothing {
    const { row, you, session } = this;
    if (actionsFor(row, you, session).length === 0) return nothing;
    const label = tab("more.person", { name: row.name });
    return html`<button type="button" class="button quiet icon small" aria-haspopup="menu" aria-label=${label}
      title=${label} tabindex=${this.stop} @click=${this.openMenu}>${icon("more")}</button>`;
  }

  private openMenu(event: Event): void {
    this.dispatchEvent(new RowMenuEvent(this.row.id, event.currentTarget as HTMLElement));
  }
}

/** About the stage; where type is set wide on a small phone, its end gives way. */
const wish = (words: string): TemplateResult => html`<span class="accent long" title=${words}>${words}</span>`;

function mark(name: IconName, words: string, look = "", text = ""): TemplateResult {
  return html`<span class=${look} title=${words}>${icon(name)}
    <span class="hidden-visually">${words}</span>${text
      ? html`<span aria-hidden="true">${text}</span>`
      : nothing}</span>`;
}
