/** A window over the page: a native dialog with a title, a body, and buttons at its foot. */

import { html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common } from "../messages/common";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./modal-dialog.css?inline";

/**
 * The browser keeps focus inside, closes on Escape and gives focus back. Dispatches `closed`
 * however it was closed.
 */
@customElement("modal-dialog")
export class ModalDialog extends UsherElement {
  static override styles = sheets(own);

  @property() heading = "";
  /** Fills the screen of a phone. */
  @property({ type: Boolean, reflect: true }) sheet = false;
  /** Asked before a person closes it: whether what they filled in may go. */
  @property({ attribute: false }) mayClose: (() => boolean | Promise<boolean>) | null = null;
  @state() private hasFoot = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading" @close=${this.onClose} @cancel=${this.onCancel}
      @keydown=${this.onKey} @click=${this.onClick}>
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button type="button" class="button quiet icon small" aria-label=${common("close")} @click=${this.leave}>
          ${icon("close")}
        </button>
      </div>
      <div class="body"><slot></slot></div>
      <div class="foot ${this.hasFoot ? "used" : ""}">
        <slot name="foot" @slotchange=${this.onFoot}></slot>
      </div>
    </dialog>`;
  }

  async open(): Promise<void> {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    const first = this.querySelector<HTMLElement>("[data-autofocus]");
    if (first) first.focus();
  }

  readonly close = (): void => this.dialog.close();

  /** Close by a person's wish. */
  readonly leave = async (): Promise<void> => {
    if (!this.mayClose || (await this.mayClose())) this.close();
  };

  /**
   * Where a browser thinks that a page holds somebody up, it closes a window on Escape without
   * asking; the key alone it never takes from us. A window inside this one has had its turn.
   */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    void this.leave();
  }

  /** The way back of a phone. One that comes out of a window inside this one is not about this one. */
  private onCancel(event: Event): void {
    if (event.target !== this.dialog) return;
    event.preventDefault();
    void this.leave();
  }

  /** A browser tells of a closing later; by then it may be open again, for the next question. */
  private onClose(): void {
    if (!this.dialog.open) this.dispatchEvent(new Event("closed"));
  }

  /** A press on the veil closes; one inside, and the end of a drag from inside, does not. */
  private onClick(event: MouseEvent): void {
    if (event.composedPath()[0] !== this.dialog || event.detail === 0) return;
    const box = this.dialog.getBoundingClientRect();
    const isInside =
      event.clientX >= box.left && event.clientX <= box.right &&
      event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside && getSelection()?.isCollapsed !== false) void this.leave();
  }

  private onFoot(event: Event): void {
    this.hasFoot = (event.target as HTMLSlotElement).assignedElements().length > 0;
  }
}
