/** Say something to everybody in the waiting room. */

import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import type { Command } from "../lib/protocol";
import { dialogs } from "../messages/dialogs";
import { CommandDialog } from "./command-dialog";

@customElement("message-dialog")
export class MessageDialog extends CommandDialog {
  async open(): Promise<void> {
    await this.show();
  }

  protected heading(): string {
    return dialogs("message.heading");
  }

  protected action(): string {
    return dialogs("message.send");
  }

  protected fields(): TemplateResult {
    return html`<div class="field">
      <label for="text">${dialogs("message.text")}</label>
      <textarea class="input" id="text" name="text" rows="3" maxlength="300" data-first
        aria-describedby="who"></textarea>
      <p class="hint" id="who">${dialogs("message.who")}</p>
    </div>`;
  }

  protected command(form: FormData): Command {
    return { type: "message_waiting", text: String(form.get("text")).trim() };
  }
}
