/** What is asked about an invitation: how much longer, and whether to withdraw it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { Command, LedgerRow } from "../lib/protocol";
import { CommandDialog } from "./command-dialog";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";

/** Minutes, and how they are called. */
const LASTS = ["60", "1440", "10080", "43200"] as const;
const USUAL = "1440";

const lastsField = (): TemplateResult => html`<div class="field">
  <label for="minutes">${invite("extend.label")}</label>
  <select class="input" id="minutes" name="minutes" data-first data-autofocus>
    ${LASTS.map((minutes) => html`<option value=${minutes} ?selected=${minutes === USUAL}>${invite(`valid.${minutes}`)}</option>`)}
  </select>
  <p class="hint">${invite("extend.hint")}</p>
</div>`;

const whoIs = (row: LedgerRow | null): string => row?.name || row?.email || "";

@customElement("extend-dialog")
export class ExtendDialog extends CommandDialog {
  @state() private row: LedgerRow | null = null;

  async open(row: LedgerRow): Promise<void> {
    this.row = row;
    await this.show();
  }

  protected heading(): string {
    return invite("extend.title", { who: whoIs(this.row) });
  }

  protected action(): string {
    return invite("extend.do");
  }

  protected fields(): TemplateResult {
    return lastsField();
  }

  protected command(form: FormData): Command {
    const minutes = Number(form.get("minutes"));
    return { type: "extend_invitation", invitation_id: this.row?.id ?? "", minutes };
  }
}

@customElement("revoke-dialog")
export class RevokeDialog extends CommandDialog {
  @state() private row: LedgerRow | null = null;
  protected override isDangerous = true;

  async open(row: LedgerRow): Promise<void> {
    this.row = row;
    await this.show();
  }

  protected heading(): string {
    return invite("revoke.title", { who: whoIs(this.row) });
  }

  protected action(): string {
    return invite("revoke.do");
  }

  protected fields(): TemplateResult {
    return html`<p class="soft">${invite("revoke.text")}</p>
      ${this.row?.participant_id
        ? html`<label class="check">
            <input type="checkbox" name="remove" />
            <span>${invite("revoke.remove")}</span>
          </label>`
        : nothing}`;
  }

  protected command(form: FormData): Command {
    const remove = form.get("remove") === "on";
    return { type: "revoke_invitation", invitation_id: this.row?.id ?? "", remove };
  }
}

/** Asks for how long, for several at once. */
@customElement("extend-many")
export class ExtendMany extends UsherElement {
  static override styles = sheets(windowHost);

  @property({ attribute: false }) count = 0;
  @query("modal-dialog") private dialog!: ModalDialog;
  @query("form") private form!: HTMLFormElement;
  private settle: ((minutes: number | null) => void) | null = null;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${invite("extend.many", { count: this.count })} @closed=${() => this.end(null)}>
      <form class="stack" @submit=${this.submit}>
        ${lastsField()}
        <div class="line">
          <span class="grow"></span>
          <button type="button" class="button" @click=${() => this.end(null)}>${common("cancel")}</button>
          <button class="button primary">${invite("extend.do")}</button>
        </div>
      </form>
    </modal-dialog>`;
  }

  async ask(count: number): Promise<number | null> {
    this.count = count;
    await this.updateComplete;
    const answer = new Promise<number | null>((settle) => (this.settle = settle));
    await this.dialog.open();
    return answer;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    this.end(Number(new FormData(this.form).get("minutes")));
  }

  private end(minutes: number | null): void {
    const settle = this.settle;
    this.settle = null;
    if (!settle) return;
    settle(minutes);
    this.dialog.close();
  }
}
