/** What is asked about an invitation: how much longer, and whether to withdraw it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Command, LedgerRow } from "../lib/protocol";
import { CommandDialog } from "./command-dialog";

const LASTS: readonly (readonly [string, number])[] = [
  ["1 hour", 60],
  ["24 hours", 24 * 60],
  ["7 days", 7 * 24 * 60],
  ["30 days", 30 * 24 * 60],
];

@customElement("extend-dialog")
export class ExtendDialog extends CommandDialog {
  @state() private row: LedgerRow | null = null;

  async open(row: LedgerRow): Promise<void> {
    this.row = row;
    await this.show();
  }

  protected heading(): string {
    return `Extend the invitation of ${this.row?.name || this.row?.email || ""}`;
  }

  protected action(): string {
    return "Extend";
  }

  protected fields(): TemplateResult {
    return html`<div class="field">
      <label for="minutes">Valid from now for</label>
      <select class="input" id="minutes" name="minutes" data-first>
        ${LASTS.map(([label, minutes]) => html`<option value=${minutes} ?selected=${minutes === 1440}>${label}</option>`)}
      </select>
    </div>`;
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
    return `Revoke the invitation of ${this.row?.name || this.row?.email || ""}?`;
  }

  protected action(): string {
    return "Revoke";
  }

  protected fields(): TemplateResult {
    return html`<p class="soft">Its link stops working for good. Inviting the address again makes a new one.</p>
      ${this.row?.participant_id
        ? html`<label class="check">
            <input type="checkbox" name="remove" />
            <span>Also remove them from the room</span>
          </label>`
        : nothing}`;
  }

  protected command(form: FormData): Command {
    const remove = form.get("remove") === "on";
    return { type: "revoke_invitation", invitation_id: this.row?.id ?? "", remove };
  }
}
