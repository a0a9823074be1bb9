/** The help sheet: everything that keys do in the tab, and the switch for single keys. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common } from "../messages/common";
import { shortcuts } from "../messages/shortcuts";
import { helpFor, type Help, type HelpGroup } from "../lib/shortcut-help";
import { areLettersOn, keyName, switchLetters } from "../lib/shortcuts";
import type { SelfView } from "../lib/protocol";
import "./modal-dialog";
import type { ModalDialog } from "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./shortcuts-sheet.css?inline";

@customElement("shortcuts-sheet")
export class ShortcutsSheet extends UsherElement {
  static override styles = sheets(windowHost, own);

  @property({ attribute: false }) you!: SelfView;
  @property({ attribute: false }) maySelect = false;
  @state() private isOpen = false;
  @state() private isOn = true;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult | typeof nothing {
    if (!this.isOpen) return nothing;
    return html`<modal-dialog heading=${shortcuts("title")} @closed=${() => (this.isOpen = false)}>
      ${this.renderSheet()}
      <button slot="foot" type="button" class="button primary" @click=${this.close}>
        ${common("done")}
      </button>
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.isOn = areLettersOn();
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderSheet(): TemplateResult {
    return html`<p class="soft">${shortcuts("text")}</p>
      <div class="groups">${helpFor(this.you, this.maySelect).map((group) => this.renderGroup(group))}</div>
      <label class="switching">
        <input type="checkbox" role="switch" class="switch" .checked=${this.isOn} @change=${this.onSwitch} />
        <span><b>${shortcuts("switch")}</b><span class="hint">${shortcuts("switch.text")}</span></span>
      </label>`;
  }

  private renderGroup(group: HelpGroup): TemplateResult {
    return html`<section>
      <h3>${group.title}</h3>
      <dl>${group.rows.map((row) => this.renderRow(row))}</dl>
    </section>`;
  }

  private renderRow({ keys, text }: Help): TemplateResult {
    const isOff = !this.isOn && keys.every((chord) => chord.length === 1 && chord[0]?.length === 1);
    return html`<div class=${isOff ? "off" : ""}>
      <dt>${text}</dt>
      <dd>${keys.map(
        (chord, at) => html`${at > 0 ? html`<span class="hint">${shortcuts("or")}</span>` : ""}
          <span class="chord">${chord.map((key) => html`<kbd>${keyName(key)}</kbd>`)}</span>`,
      )}</dd>
    </div>`;
  }

  private onSwitch(event: Event): void {
    this.isOn = (event.target as HTMLInputElement).checked;
    switchLetters(this.isOn);
  }

  private readonly close = (): void => this.dialog.close();
}
