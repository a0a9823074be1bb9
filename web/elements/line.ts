/** The line to the server, as somebody at a door sees it: whether it is dead, and work that waits for it. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { reach } from "../lib/api";
import { insist, type Trouble } from "../lib/insisting";
import { doors } from "../messages/doors";

const SECOND_MS = 1_000;

export class Line implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #trouble: Trouble["kind"] | null = null;
  /** When a busy server is asked again, by the clock of this page. */
  #until = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The browser knows of some dead lines at once; of the others only a request finds out. */
  get isDead(): boolean {
    return this.#trouble === "dead" || !navigator.onLine;
  }

  get isInTrouble(): boolean {
    return this.isDead || this.#trouble === "busy";
  }

  hostConnected(): void {
    window.addEventListener("online", this.#changed);
    window.addEventListener("offline", this.#changed);
  }

  hostDisconnected(): void {
    window.removeEventListener("online", this.#changed);
    window.removeEventListener("offline", this.#changed);
    clearInterval(this.#timer);
  }

  insist<T>(work: () => Promise<T>): Promise<T> {
    return insist(work, (trouble) => {
      clearInterval(this.#timer);
      this.#trouble = trouble?.kind ?? null;
      if (trouble?.kind === "busy") {
        this.#until = performance.now() + trouble.forMs;
        this.#timer = setInterval(this.#changed, SECOND_MS);
      }
      this.#changed();
    });
  }

  /**
   * What is the trouble, for people at a door. The seconds are shown, but not read aloud each time.
   *
   * @param hasTyped somebody has typed something here, and fears for it.
   * @param note what else there is to say at this place.
   */
  render(hasTyped = false, note: TemplateResult | typeof nothing = nothing): TemplateResult {
    const more = hasTyped ? doors("nothing_lost") : nothing;
    const isBusy = this.isInTrouble && !this.isDead;
    const seconds = Math.max(0, Math.round((this.#until - performance.now()) / SECOND_MS));
    return html`<div role="status">
        ${note}
        ${this.isDead ? html`<p class="offline">${doors("offline")} ${more}</p>` : nothing}
        ${isBusy ? html`<p class="offline">${doors("busy")} ${more}</p>` : nothing}
      </div>
      ${isBusy ? html`<p class="hint">${doors("busy.again", { seconds })}</p>` : nothing}`;
  }

  /**
   * Go on to a page of ours as soon as it can be had; a browser's own page of errors would end
   * the way. Replaced, so that the token of a link is left in no history.
   */
  async goOn(path: string): Promise<void> {
    await this.insist(() => reach(path));
    location.replace(path);
  }

  /** Load this page anew as soon as it can be had. */
  async reload(): Promise<void> {
    await this.insist(() => reach(location.pathname));
    location.reload();
  }

  readonly #changed = (): void => this.#host.requestUpdate();
}
