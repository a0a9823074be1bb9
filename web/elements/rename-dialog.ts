/** Change a displayed name, one's own or somebody's. */

import { html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Command } from "../lib/protocol";
import { common } from "../messages/common";
import { dialogs } from "../messages/dialogs";
import { CommandDialog } from "./command-dialog";

@customElement("rename-dialog")
export class RenameDialog extends CommandDialog {
  /** Null for oneself. */
  @state() private participantId: string | null = null;
  @state() private name = "";

  async open(participantId: string | null, name: string): Promise<void> {
    this.participantId = participantId;
    this.name = name;
    await this.show();
  }

  protected heading(): string {
    return this.participantId ? dialogs("rename.heading", { name: this.name }) : dialogs("rename.self");
  }

  protected action(): string {
    return dialogs("rename.action");
  }

  protected fields(): TemplateResult {
    return html`<div class="field">
      <label for="name">${common("name")}</label>
      <input class="input" id="name" name="name" required maxlength="120" data-first
        autocomplete="off" .value=${this.name} />
    </div>`;
  }

  protected command(form: FormData): Command {
    const name = String(form.get("name")).trim();
    return { type: "rename", name, ...(this.participantId ? { participant_id: this.participantId } : {}) };
  }
}
