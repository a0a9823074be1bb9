/** A window over the page: a native dialog with a title, a body, and buttons at its foot. */

import { html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
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
  @state() private hasFoot = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading" @close=${this.onClose} @click=${this.onClick}>
      <header>
        <h2 id="heading">${this.heading}</h2>
        <button type="button" class="button quiet icon small" aria-label="Close" @click=${this.close}>
          ${icon("close")}
        </button>
      </header>
      <div class="body"><slot></slot></div>
      <footer class=${this.hasFoot ? "used" : ""}>
        <slot name="foot" @slotchange=${this.onFoot}></slot>
      </footer>
    </dialog>`;
  }

  async open(): Promise<void> {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    const first = this.querySelector<HTMLElement>("[data-autofocus]");
    if (first) first.focus();
  }

  readonly close = (): void => this.dialog.close();

  private onClose(): void {
    this.dispatchEvent(new Event("closed"));
  }

  /** A press on the veil closes; one inside, and the end of a drag from inside, does not. */
  private onClick(event: MouseEvent): void {
    if (event.composedPath()[0] !== this.dialog || event.detail === 0) return;
    const box = this.dialog.getBoundingClientRect();
    const isInside =
      event.clientX >= box.left && event.clientX <= box.right &&
      event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside && getSelection()?.isCollapsed !== false) this.close();
  }

  private onFoot(event: Event): void {
    this.hasFoot = (event.target as HTMLSlotElement).assignedElements().length > 0;
  }
}
