/** What every element of ours is: it speaks the language of the page, also when that changes. */

import { LitElement } from "lit";
import { follow, whenLoaded } from "../lib/language";

export class UsherElement extends LitElement {
  #unfollow: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unfollow = follow(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unfollow?.();
  }

  /** Nothing is rendered before its words are here. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const loading = whenLoaded();
    if (!loading) return super.scheduleUpdate();
    return loading.then(() => super.scheduleUpdate());
  }
}
