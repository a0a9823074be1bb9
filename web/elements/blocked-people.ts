/** Who is kept out of this entry, and the way back for them. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { runQuietly } from "../lib/asking";
import { language } from "../lib/language";
import { moment } from "../lib/timing";
import { blockName } from "../lib/permissions";
import type { BlockBy, BlockView, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { dialogs } from "../messages/dialogs";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("blocked-people")
export class BlockedPeople extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: contents;
      }
      ul {
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding-block: var(--space-3);
      }
      li + li {
        border-block-start: 1px solid var(--line);
      }
      .name {
        font-weight: var(--weight-medium);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: "entry-id" }) entryId = "";
  @state() private blocks: readonly BlockView[] | null = null;
  @state() private problem: Problem | null = null;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${dialogs("blocked")}>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      ${this.blocks ? this.renderList(this.blocks) : html`<p class="faint" role="status">${common("loading")}</p>`}
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.problem = null;
    void this.load();
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderList(blocks: readonly BlockView[]): TemplateResult {
    if (blocks.length === 0) return html`<p class="soft">${dialogs("blocked.none")}</p>`;
    return html`<ul role="list">
      ${blocks.map(
        (block) => html`<li data-block=${block.id}>
          <div class="grow">
            <p class="name">${block.name}</p>
            <p class="hint">${block.email}</p>
            <p class="hint">${about(block)}</p>
          </div>
          <button type="button" class="button small" aria-label=${dialogs("blocked.lift.person", { name: block.name })}
            @click=${() => this.unblock(block.id)}>${dialogs("blocked.lift")}</button>
        </li>`,
      )}
    </ul>`;
  }

  private async unblock(block_id: string): Promise<void> {
    const answer = await runQuietly(this, { type: "unblock", block_id });
    this.problem = answer.isDone ? null : answer.problem;
    await this.load();
  }

  private async load(): Promise<void> {
    try {
      this.blocks = await api.blocks(this.entryId);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}

/** By whom, when, and by what somebody is recognised. */
function about(block: BlockView): string {
  const list = new Intl.ListFormat(language(), { type: "conjunction" });
  const facts = {
    name: block.blocked_by,
    when: moment(block.blocked_at),
    ways: list.format(block.by.map((by) => blockName(by as BlockBy))),
  };
  // The name stands for a way of recognising; of a link that is none of the ways it says nothing.
  return block.link_name && block.by.includes("link")
    ? dialogs("blocked.about.link", { ...facts, link: block.link_name })
    : dialogs("blocked.about", facts);
}
