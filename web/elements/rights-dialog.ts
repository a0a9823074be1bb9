/** Give or take single permissions; the person is then shown as custom. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { ABOUT, aboutName, RIGHTS, rightName } from "../lib/permissions";
import { ROLE_RIGHTS } from "../lib/ranks";
import type { Command, Right, Row } from "../lib/protocol";
import { common } from "../messages/common";
import { dialogs } from "../messages/dialogs";
import { CommandDialog } from "./command-dialog";

@customElement("rights-dialog")
export class RightsDialog extends CommandDialog {
  static override styles = [
    ...CommandDialog.styles,
    css`
      .rights {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
        gap: var(--space-2) var(--space-4);
      }
      legend {
        margin-block-end: var(--space-2);
        font-size: var(--type-label);
        font-weight: var(--weight-strong);
      }
    `,
  ];

  @state() private row: Row | null = null;
  @state() private mine: ReadonlySet<Right> = new Set();

  /** @param mine nobody can give what they lack themselves. */
  async open(row: Row, mine: readonly Right[]): Promise<void> {
    this.row = row;
    this.mine = new Set(mine);
    await this.show();
  }

  protected heading(): string {
    return dialogs("rights.heading", { name: this.row?.name ?? "" });
  }

  protected action(): string {
    return common("save");
  }

  protected fields(): TemplateResult {
    const role = this.row?.role ?? "viewer";
    const base = ROLE_RIGHTS[role];
    return html`<p class="soft">
        ${dialogs("rights.text", { role })}
        ${this.row?.is_custom ? dialogs("rights.custom") : nothing}
      </p>
      ${ABOUT.map((about) => html`<fieldset>
        <legend>${aboutName(about)}</legend>
        <div class="rights">${RIGHTS[about].map(
          (right) => html`<label class="check">
            <input type="checkbox" name="right" value=${right} ?checked=${base.has(right)}
              ?disabled=${!base.has(right) && !this.mine.has(right)} />
            <span>${rightName(right)}</span>
          </label>`,
        )}</div>
      </fieldset>`)}`;
  }

  protected command(form: FormData): Command {
    const row = this.row;
    const change = difference(ROLE_RIGHTS[row?.role ?? "viewer"], form.getAll("right") as Right[]);
    return { type: "set_rights", participant_id: row?.id ?? "", ...change };
  }
}

/** What was ticked, against what comes with the role. */
export function difference(
  base: ReadonlySet<Right>,
  ticked: readonly Right[],
): { granted: Right[]; revoked: Right[] } {
  return {
    granted: ticked.filter((right) => !base.has(right)),
    revoked: [...base].filter((right) => !ticked.includes(right)),
  };
}
