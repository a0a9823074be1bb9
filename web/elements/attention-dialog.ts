/** *Notify me…*: whether a page out of sight calls its moderator back, and how. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { call, keepWishes, mayNotify, wishes, type Wishes } from "../lib/attention";
import { common } from "../messages/common";
import { dialogs } from "../messages/dialogs";
import { room } from "../messages/room";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("attention-dialog")
export class AttentionDialog extends UsherElement {
  static override styles = sheets(windowHost);

  @state() private wished: Wishes = wishes();
  @state() private isDenied = false;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    const { wished } = this;
    return html`<modal-dialog heading=${dialogs("attention")}>
      <div class="stack">
        <p class="soft">${dialogs("attention.text")}</p>
        <label class="check"><input type="checkbox" .checked=${wished.desktop} @change=${this.onDesktop} />
          <span>${dialogs("attention.desktop")}</span></label>
        <p role="status" class="hint">${this.isDenied ? dialogs("attention.denied") : nothing}</p>
        <label class="check"><input type="checkbox" .checked=${wished.sound} @change=${this.onSound} />
          <span>${dialogs("attention.sound")}</span></label>
      </div>
      <button slot="foot" type="button" class="button" ?disabled=${!wished.desktop && !wished.sound}
        @click=${() => call(dialogs("attention"), room("hands.many", { count: 1 }))}>${dialogs("attention.test")}</button>
      <button slot="foot" type="button" class="button primary" @click=${() => this.dialog.close()}>${common("done")}</button>
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.wished = wishes();
    await this.updateComplete;
    await this.dialog.open();
  }

  private async onDesktop(event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    const isAllowed = !box.checked || (await mayNotify());
    this.isDenied = !isAllowed;
    if (!isAllowed) box.checked = false;
    this.keep({ ...this.wished, desktop: box.checked });
  }

  private onSound(event: Event): void {
    this.keep({ ...this.wished, sound: (event.target as HTMLInputElement).checked });
  }

  private keep(wished: Wishes): void {
    this.wished = wished;
    keepWishes(wished);
  }
}
