/** A video with captions: what was chosen stays chosen, and what cannot be played says why. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { captionsAtFirst, rememberCaptions } from "../lib/caption-memory";
import type { Caption } from "../lib/protocol";
import { common } from "../messages/common";
import { entry as words } from "../messages/entry";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-content.css?inline";

type Trouble = "lost" | "broken" | "missing" | "unknown" | "elsewhere";

const REASONS: Readonly<Record<number, Trouble>> = {
  [2 /* MEDIA_ERR_NETWORK */]: "lost",
  [3 /* MEDIA_ERR_DECODE */]: "broken",
};
const GONE = [404, 410];

@customElement("video-player")
export class VideoPlayer extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) url!: URL;
  @property() name = "";
  @property({ attribute: false }) captions: readonly Caption[] = [];
  @state() private trouble: Trouble | null = null;
  @query("video") private video!: HTMLVideoElement | null;
  /** The language of the captions that are on. */
  #shown: string | null = null;
  /** Where it stopped, to go on from there. */
  #stoppedAt = 0;

  protected override willUpdate(): void {
    if (!this.hasUpdated) this.#shown = captionsAtFirst(this.captions.map((one) => one.language));
  }

  protected override firstUpdated(): void {
    this.video?.textTracks.addEventListener?.("change", this.onTrack);
  }

  protected override render(): TemplateResult {
    if (this.trouble) return this.renderTrouble(this.trouble);
    return html`<div class="frame">
      <video controls preload="metadata" playsinline src=${this.url.href} aria-label=${this.name}
        aria-keyshortcuts="Space ArrowLeft ArrowRight ArrowUp ArrowDown M C F"
        crossorigin=${this.captions.some(isForeign) ? "anonymous" : nothing}
        @error=${this.onError} @loadedmetadata=${this.onLoaded} @keydown=${this.onKey}>
        ${this.captions.map(
          (one) => html`<track kind="captions" src=${one.url} srclang=${one.language} label=${one.label}
            ?default=${one.language === this.#shown} />`,
        )}
      </video>
    </div>`;
  }

  private renderTrouble(trouble: Trouble): TemplateResult {
    return html`<div class="card">
      <div role="alert">
        <p class="said">${words("video.failed")}</p>
        <p>${words(`video.${trouble}`, { host: this.url.hostname })}</p>
      </div>
      <div class="line">
        <a class="button primary" href=${this.url.href} target="_blank" rel="noreferrer">${words("video.open")}</a>
        <button type="button" class="button" @click=${this.again}>${common("try_again")}</button>
      </div>
    </div>`;
  }

  private readonly onTrack = (): void => {
    const showing = [...(this.video?.textTracks ?? [])].find((track) => track.mode === "showing");
    const language = showing?.language ?? null;
    if (language === this.#shown) return;
    this.#shown = language;
    rememberCaptions(language);
  };

  private onLoaded(): void {
    if (this.video && this.#stoppedAt > 0) this.video.currentTime = this.#stoppedAt;
    this.#stoppedAt = 0;
  }

  private async onError(): Promise<void> {
    const { error, currentTime } = this.video ?? {};
    this.#stoppedAt = currentTime ?? 0;
    this.trouble = REASONS[error?.code ?? 0] ?? (await this.why());
  }

  /** The browser says only that there is nothing to play; of our own files the server says more. */
  private async why(): Promise<Trouble> {
    if (this.url.origin !== location.origin) return "elsewhere";
    try {
      const { status } = await fetch(this.url, { method: "HEAD" });
      return GONE.includes(status) ? "missing" : "unknown";
    } catch {
      return "lost";
    }
  }

  private async again(): Promise<void> {
    this.trouble = null;
    await this.updateComplete;
    // The element is a new one.
    this.video?.textTracks.addEventListener?.("change", this.onTrack);
    this.video?.focus();
  }

  /** What browsers' own controls leave out, or each does in a way of its own. */
  private onKey(event: KeyboardEvent): void {
    const { video } = this;
    if (!video || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key.toLowerCase()) {
      case "m":
        video.muted = !video.muted;
        break;
      case "c":
        this.switchCaptions(video);
        break;
      case "f":
        void (document.fullscreenElement ? document.exitFullscreen() : video.requestFullscreen?.());
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  private switchCaptions(video: HTMLVideoElement): void {
    const tracks = [...video.textTracks];
    const showing = tracks.find((track) => track.mode === "showing");
    if (showing) showing.mode = "disabled";
    else {
      const language = captionsAtFirst(tracks.map((track) => track.language)) ?? tracks[0]?.language;
      const track = tracks.find((one) => one.language === language);
      if (track) track.mode = "showing";
    }
  }
}

/** Captions of another host are given only to a video that asks in a way that can be answered. */
function isForeign(caption: Caption): boolean {
  return new URL(caption.url, location.href).origin !== location.origin;
}
