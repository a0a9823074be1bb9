/** The offer of a place on stage: *Join stage* or *Decline*. Away as soon as it is answered. */

import { css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { run } from "../lib/asking";
import { room } from "../messages/room";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("stage-offer")
export class StageOffer extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: contents;
      }
      dialog {
        inline-size: min(24rem, calc(100vw - 2rem));
        padding: var(--space-5);
        border: 0;
        border-radius: var(--radius-large);
        background: var(--paper-raised);
        color: var(--ink);
        box-shadow: var(--shadow-float);
      }
      dialog::backdrop {
        background: var(--veil);
      }
      h2 {
        font-size: var(--type-lead);
      }
      p {
        margin-block: var(--space-2) var(--space-5);
        color: var(--ink-soft);
      }
      .line {
        justify-content: flex-end;
      }
    `,
  ];

  @property({ attribute: false }) isOffered = false;
  /** Who invites, when that is known. */
  @property({ attribute: false }) by = "";
  @query("dialog") private dialog!: HTMLDialogElement;

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading" @cancel=${this.onEscape}>
      <h2 id="heading">${room("offer")}</h2>
      <p>${this.by ? room("offer.by", { name: this.by }) : room("offer.text")}</p>
      <div class="line">
        <button type="button" class="button" @click=${() => this.answer(false)}>${room("offer.decline")}</button>
        <button type="button" class="button primary" autofocus @click=${() => this.answer(true)}>${room("offer.join")}</button>
      </div>
    </dialog>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("isOffered")) return;
    if (this.isOffered && !this.dialog.open) this.dialog.showModal();
    if (!this.isOffered && this.dialog.open) this.dialog.close();
  }

  private answer(is_accepted: boolean): void {
    void run(this, { type: "answer_stage_offer", is_accepted });
  }

  /** Escape declines, so that nobody is left with an offer out of sight. */
  private onEscape(event: Event): void {
    event.preventDefault();
    this.answer(false);
  }
}
