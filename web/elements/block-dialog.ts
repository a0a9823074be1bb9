/** Remove somebody and keep them out: by what shall they be recognised? */

import { html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { BLOCK_WAYS } from "../lib/menu";

import type { BlockBy, Command, Row } from "../lib/protocol";
import { blockName, blockText } from "../lib/permissions";
import { dialogs } from "../messages/dialogs";
import { CommandDialog } from "./command-dialog";

@customElement("block-dialog")
export class BlockDialog extends CommandDialog {
  @state() private row: Row | null = null;
  protected override isDangerous = true;

  async open(row: Row): Promise<void> {
    this.row = row;
    await this.show();
  }

  protected heading(): string {
    return dialogs("block.heading", { name: this.row?.name ?? "" });
  }

  protected action(): string {
    return dialogs("block.action");
  }

  protected fields(): TemplateResult {
    const ways = BLOCK_WAYS.filter((by) => by !== "link" || this.row?.origin === "guest_link");
    return html`<p class="soft">
        ${dialogs("block.text")}
      </p>
      <fieldset class="field">
        <legend>${dialogs("block.by")}</legend>
        <div class="stack">
          ${ways.map(
            (by) => html`<label class="check">
              <input type="checkbox" name="by" value=${by} ?checked=${by !== "link"}
                aria-labelledby=${`by-${by}`} aria-describedby=${`means-${by}`} />
              <span id=${`by-${by}`}>${blockName(by)}</span>
              <span class="hint" id=${`means-${by}`}>${blockText(by)}</span>
            </label>`,
          )}
        </div>
      </fieldset>`;
  }

  protected command(form: FormData): Command {
    const by = form.getAll("by") as BlockBy[];
    return { type: "block", participant_id: this.row?.id ?? "", by };
  }
}
