/** One person in the tab: who, what they are here, hand, microphone, camera, and a menu. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { actionsFor } from "../lib/person-actions";
import { initials, labels, tint } from "../lib/words";
import type { Row, SelfView, SessionView } from "../lib/protocol";
import { icon, type IconName } from "./icons";
import "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./participant-row.css?inline";

@customElement("participant-row")
export class ParticipantRow extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) row!: Row;
  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) session!: SessionView;
  /** Whose turn it is, counted from 1; only among raised hands. */
  @property({ attribute: false }) turn: number | null = null;

  protected override render(): TemplateResult {
    const { row } = this;
    const isAway = row.presence === "reconnecting" || row.presence === "seat";
    this.classList.toggle("away", isAway);
    return html`
      <span class="avatar tint-${tint(row.id)}" aria-hidden="true">${initials(row.name)}</span>
      <div class="words">
        <div class="name">
          <b title=${row.name}>${row.name}</b>
          ${row.id === this.you.participant_id ? html`<span class="faint">(you)</span>` : nothing}
        </div>
        ${this.renderFacts()}
      </div>
      <div class="marks">${this.renderMarks()}</div>
      ${this.renderMenu()}
    `;
  }

  private renderFacts(): TemplateResult | typeof nothing {
    const { row } = this;
    const facts = [
      ...labels(row).map((label) => html`<span class="role">${label}</span>`),
      row.presence === "reconnecting" ? html`<span class="warn">reconnecting</span>` : nothing,
      row.presence === "seat" ? html`<span>joining</span>` : nothing,
      row.stage === "requested" ? html`<span class="accent">asks for the stage</span>` : nothing,
      row.stage === "offered" ? html`<span class="accent">invited to the stage</span>` : nothing,
      row.link_name ? html`<span>via ${row.link_name}</span>` : nothing,
      row.email ? html`<span>${row.email}</span>` : nothing,
    ].filter((fact) => fact !== nothing);
    return facts.length > 0 ? html`<div class="facts">${facts}</div>` : nothing;
  }

  private renderMarks(): (TemplateResult | typeof nothing)[] {
    const { row } = this;
    const isOn = row.stage === "on";
    return [
      row.devices > 1 ? mark("devices", `on ${row.devices} devices`, "", String(row.devices)) : nothing,
      row.hand_raised_at
        ? mark("hand", this.turn ? `hand raised, number ${this.turn}` : "hand raised", "hand", this.turn ? String(this.turn) : "")
        : nothing,
      isOn ? (row.has_microphone_on ? mark("mic", "microphone on", "on") : mark("micOff", "muted")) : nothing,
      isOn ? (row.has_camera_on ? mark("camera", "camera on", "on") : mark("cameraOff", "camera off")) : nothing,
    ];
  }

  private renderMenu(): TemplateResult | typeof nothing {
    const { row, you, session } = this;
    if (actionsFor(row, you, session).length === 0) return nothing;
    return html`<menu-button small label=${`More for ${row.name}`}
      .items=${() => actionsFor(row, you, session)}></menu-button>`;
  }
}

function mark(name: IconName, words: string, look = "", text = ""): TemplateResult {
  return html`<span class=${look} title=${words}>${icon(name)}
    <span class="hidden-visually">${words}</span>${text
      ? html`<span aria-hidden="true">${text}</span>`
      : nothing}</span>`;
}
