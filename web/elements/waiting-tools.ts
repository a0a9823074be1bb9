/** Above those who wait: admit all, or all from one link. */

import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { tab } from "../messages/tab";
import * as api from "../lib/api";
import { run } from "../lib/asking";
import { waitingMenu } from "../lib/room-menus";
import type { GuestLinkView, Row } from "../lib/protocol";
import "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("waiting-tools")
export class WaitingTools extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        padding-block: var(--space-1) var(--space-2);
        padding-inline: var(--space-4) var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) rows: readonly Row[] = [];
  /** Links are named in the menu for those who may see them. */
  @property({ attribute: false }) seesLinks = false;
  @state() private links: readonly GuestLinkView[] = [];

  protected override render(): TemplateResult {
    const came = new Set(this.rows.map((row) => row.link_name));
    const links = this.links.filter((link) => came.has(link.name));
    return html`
      <button type="button" class="button primary small" @click=${() => run(this, { type: "admit_all" })}>
        ${tab("admit.all")}
      </button>
      <span class="grow"></span>
      <menu-button small label=${tab("more.waiting")} .items=${() => waitingMenu(links)}></menu-button>
    `;
  }

  protected override willUpdate(): void {
    const unknown = this.rows
      .map((row) => row.link_name)
      .filter((name) => name && !this.links.some((link) => link.name === name));
    const wanted = [...new Set(unknown)].sort().join("\n");
    if (this.seesLinks && wanted !== "" && wanted !== this.#wanted) void this.load(wanted);
  }

  /** The names that were looked up last; one that stays unknown is not looked up again. */
  #wanted = "";

  /** A row names its link and not the link's id, which only *Manage guest access* tells. */
  private async load(wanted: string): Promise<void> {
    this.#wanted = wanted;
    try {
      this.links = (await api.guestAccess(this.entryId)).links;
    } catch {
      // Without the links, everybody can still be admitted.
    }
  }
}
