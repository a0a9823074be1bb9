/** Above those who wait: admit all, all from one link, or those who are picked. */

import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
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
        padding: var(--space-1) var(--space-2) var(--space-2) var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) entryId = "";
  @property({ attribute: false }) rows: readonly Row[] = [];
  @property({ attribute: false }) picked: ReadonlySet<string> = new Set();
  /** Links are named in the menu for those who may see them. */
  @property({ attribute: false }) seesLinks = false;
  @state() private links: readonly GuestLinkView[] = [];

  protected override render(): TemplateResult {
    const ids = [...this.picked];
    if (ids.length > 0) {
      return html`
        <button type="button" class="button primary small"
          @click=${() => run(this, { type: "admit", participant_ids: ids })}>Admit ${ids.length}</button>
        <button type="button" class="button small"
          @click=${() => run(this, { type: "decline", participant_ids: ids })}>Decline ${ids.length}</button>
        <span class="grow"></span>
        <button type="button" class="button quiet small"
          @click=${() => this.dispatchEvent(new Event("unpick"))}>Clear selection</button>
      `;
    }
    const came = new Set(this.rows.map((row) => row.link_name));
    const links = this.links.filter((link) => came.has(link.name));
    return html`
      <button type="button" class="button primary small" @click=${() => run(this, { type: "admit_all" })}>
        Admit all
      </button>
      <span class="grow"></span>
      <menu-button small label="More for those waiting" .items=${() => waitingMenu(links)}></menu-button>
    `;
  }

  protected override willUpdate(): void {
    const came = this.rows.map((row) => row.link_name).filter(Boolean);
    const isUnknown = came.some((name) => !this.links.some((link) => link.name === name));
    if (this.seesLinks && isUnknown) void this.load();
  }

  #loading: Promise<void> | null = null;

  /** A row names its link and not the link's id, which only *Manage guest access* tells. */
  private load(): Promise<void> {
    this.#loading ??= api.guestAccess(this.entryId).then(
      (access) => {
        this.links = access.links;
      },
      () => undefined, // Without the links, everybody can still be admitted.
    );
    return this.#loading;
  }
}
