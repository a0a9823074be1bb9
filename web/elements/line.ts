/** The line to the server, as somebody at a door sees it: whether it is dead, and work that waits for it. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { reach } from "../lib/api";
import { insist } from "../lib/insisting";

export class Line implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #hasFailed = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The browser knows of some dead lines at once; of the others only a request finds out. */
  get isDead(): boolean {
    return this.#hasFailed || !navigator.onLine;
  }

  hostConnected(): void {
    window.addEventListener("online", this.#changed);
    window.addEventListener("offline", this.#changed);
  }

  hostDisconnected(): void {
    window.removeEventListener("online", this.#changed);
    window.removeEventListener("offline", this.#changed);
  }

  insist<T>(work: () => Promise<T>): Promise<T> {
    return insist(work, (isDead) => {
      this.#hasFailed = isDead;
      this.#changed();
    });
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
