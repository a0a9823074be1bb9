/** One's own hand, microphone, camera and way to the stage. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { run } from "../lib/asking";
import { isLive } from "../lib/ranks";
import { ownStage } from "../lib/person-actions";
import type { MenuItem } from "../lib/menu";
import type { SelfView, SessionView } from "../lib/protocol";
import { room } from "../messages/room";
import { icon } from "./icons";
import { ChooseEvent } from "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./own-controls.css?inline";

@customElement("own-controls")
export class OwnControls extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) session!: SessionView;
  /** Something of one's own was asked for, and the answer has not come. */
  @property({ attribute: false }) isPending = false;

  protected override render(): TemplateResult {
    const { you, session } = this;
    // An offer has its own window, so its two answers are not repeated here.
    const ways = isLive(session.kind) && you.stage !== "offered" ? ownStage(you, session) : [];
    this.ariaBusy = this.isPending ? "true" : null;
    return html`
      ${you.stage === "on" ? this.renderDevices() : nothing}
      ${this.renderHand()}
      ${ways.map((way) => this.renderWay(way))}
      ${you.rights.includes("rename_self") ? this.renderRename() : nothing}
    `;
  }

  private renderDevices(): TemplateResult {
    const { has_microphone_on: mic, has_camera_on: camera, is_hard_muted } = this.you;
    const isKeptMuted = is_hard_muted && !mic;
    return html`
      <button type="button" class="button ${mic ? "on" : ""}" ?disabled=${isKeptMuted}
        title=${isKeptMuted ? room("kept_muted") : nothing}
        @click=${() => run(this, { type: "set_microphone", is_on: !mic })}>
        ${icon(mic ? "mic" : "micOff")}${room(mic ? "mute" : "unmute")}
      </button>
      <button type="button" class="button ${camera ? "on" : ""}"
        @click=${() => run(this, { type: "set_camera", is_on: !camera })}>
        ${icon(camera ? "camera" : "cameraOff")}${room(camera ? "camera_off" : "camera_on")}
      </button>
    `;
  }

  private renderHand(): TemplateResult | typeof nothing {
    const isUp = Boolean(this.you.hand_raised_at);
    if (!isUp && !this.you.rights.includes("raise_hand")) return nothing;
    return html`<button type="button" class="button ${isUp ? "on" : ""}"
      @click=${() => run(this, isUp ? { type: "lower_hand" } : { type: "raise_hand" })}>
      ${icon("hand")}${room(isUp ? "lower_hand" : "raise_hand")}
    </button>`;
  }

  private renderWay(way: MenuItem): TemplateResult {
    return html`<button type="button" class="button" @click=${() => this.choose(way)}>
      ${icon("stage")}${way.label}
    </button>`;
  }

  private renderRename(): TemplateResult {
    const item: MenuItem = {
      label: room("rename.action"),
      dialog: { name: "rename", participantId: this.you.participant_id },
    };
    return html`<button type="button" class="button quiet rename" title=${room("rename_self")}
      @click=${() => this.choose(item)}>${icon("pencil")}<span>${this.you.name}</span></button>`;
  }

  private choose(item: MenuItem): void {
    this.dispatchEvent(new ChooseEvent(item));
  }
}
