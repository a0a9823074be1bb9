/** Ask before what cannot be undone. */

import { html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { common } from "../messages/common";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";

export interface Question {
  heading: string;
  /** What happens, in plain words. */
  text: string;
  /** The button that does it. */
  action: string;
  /** It cannot be undone, but does nobody any harm. */
  isHarmless?: boolean;
}

@customElement("confirm-dialog")
export class ConfirmDialog extends UsherElement {
  static override styles = sheets(windowHost);

  @property({ attribute: false }) question: Question | null = null;
  @query("modal-dialog") private dialog!: ModalDialog;
  private settle: ((isMeant: boolean) => void) | null = null;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${this.question?.heading ?? ""} @closed=${() => this.end(false)}>
      <p>${this.question?.text}</p>
      <button slot="foot" type="button" class="button" data-autofocus @click=${() => this.end(false)}>
        ${common("cancel")}
      </button>
      <button slot="foot" type="button" class="button primary ${this.question?.isHarmless ? "" : "danger"}" @click=${() => this.end(true)}>
        ${this.question?.action}
      </button>
    </modal-dialog>`;
  }

  async ask(question: Question): Promise<boolean> {
    this.question = question;
    await this.updateComplete;
    const answer = new Promise<boolean>((settle) => (this.settle = settle));
    await this.dialog.open();
    return answer;
  }

  private end(isMeant: boolean): void {
    const settle = this.settle;
    this.settle = null;
    if (!settle) return;
    settle(isMeant);
    this.dialog.close();
  }
}
