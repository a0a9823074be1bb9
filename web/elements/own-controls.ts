/** One's own hand, microphone, camera and way to the stage. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { run } from "../lib/asking";
import { isLive } from "../lib/ranks";
import { ownStage } from "../lib/person-actions";
import type { MenuItem } from "../lib/menu";
import type { Command, SelfView, SessionView } from "../lib/protocol";
import { room } from "../messages/room";
import { icon } from "./icons";
import { ChooseEvent } from "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./own-controls.css?inline";

/** What of oneself is switched here. */
type Switch = "hand" | "microphone" | "camera";

const isOn: Record<Switch, (you: SelfView) => boolean> = {
  hand: (you) => Boolean(you.hand_raised_at),
  microphone: (you) => you.has_microphone_on,
  camera: (you) => you.has_camera_on,
};

@customElement("own-controls")
export class OwnControls extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) session!: SessionView;
  /** Something of one's own was asked for, and the answer has not come. */
  @property({ attribute: false }) isPending = false;

  /** What was asked for and is not confirmed: shown as if it were so, and marked. */
  @state() private wished: ReadonlyMap<Switch, boolean> = new Map();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("you")) return;
    for (const [name, wish] of this.wished) if (isOn[name](this.you) === wish) this.settle(name);
  }

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
    const mic = this.shows("microphone");
    const camera = this.shows("camera");
    const isKeptMuted = this.you.is_hard_muted && !mic;
    return html`
      <button type="button" class="button ${this.look("microphone")}" ?disabled=${isKeptMuted}
        title=${isKeptMuted ? room("kept_muted") : nothing}
        @click=${() => this.turn("microphone", { type: "set_microphone", is_on: !mic })}>
        ${icon(mic ? "mic" : "micOff")}<span>${room(mic ? "mute" : "unmute")}</span>
      </button>
      <button type="button" class="button ${this.look("camera")}"
        @click=${() => this.turn("camera", { type: "set_camera", is_on: !camera })}>
        ${icon(camera ? "camera" : "cameraOff")}<span>${room(camera ? "camera_off" : "camera_on")}</span>
      </button>
    `;
  }

  private renderHand(): TemplateResult | typeof nothing {
    const isUp = this.shows("hand");
    if (!isUp && !this.you.rights.includes("raise_hand")) return nothing;
    return html`<button type="button" class="button ${this.look("hand")}"
      @click=${() => this.turn("hand", isUp ? { type: "lower_hand" } : { type: "raise_hand" })}>
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
      label: room("rename"),
      dialog: { name: "rename", participantId: this.you.participant_id },
    };
    return html`<button type="button" class="button quiet rename" title=${room("rename_self")}
      @click=${() => this.choose(item)}>${icon("pencil")}<span>${this.you.name}</span></button>`;
  }

  private shows(name: Switch): boolean {
    return this.wished.get(name) ?? isOn[name](this.you);
  }

  private look(name: Switch): string {
    return `${this.shows(name) ? "on" : ""} ${this.wished.has(name) ? "pending" : ""}`;
  }

  /** Shown at once; a refusal, which the page tells, takes it back. */
  private async turn(name: Switch, command: Command): Promise<void> {
    if (this.wished.has(name)) return;
    this.wished = new Map(this.wished).set(name, !isOn[name](this.you));
    try {
      const answer = await run(this, command);
      // Done, but the news of it is not here yet: it comes on the same line, soon.
      if (answer.isDone && isOn[name](this.you) !== this.wished.get(name)) await news();
    } finally {
      this.settle(name);
    }
  }

  private settle(name: Switch): void {
    const wished = new Map(this.wished);
    if (wished.delete(name)) this.wished = wished;
  }

  private choose(item: MenuItem): void {
    this.dispatchEvent(new ChooseEvent(item));
  }
}

const NEWS_MS = 1_000;

const news = (): Promise<void> => new Promise((done) => setTimeout(done, NEWS_MS));
