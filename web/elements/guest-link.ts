/** One guest link: how it stands, its address, and what can be done with it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { MenuGroup } from "../lib/menu";
import { moment } from "../lib/timing";
import { linkName } from "../lib/words";
import type { Command, GuestLinkView, LinkState } from "../lib/protocol";
import type { Question } from "./confirm-dialog";
import "./copy-field";
import { GuestAskEvent } from "./guest-ask";
import "./guest-link-form";
import { ChooseEvent } from "./menu-button";
import "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./guest-link.css?inline";

const LOOK: Record<LinkState, string> = {
  active: "good",
  paused: "warn",
  off: "",
  expired: "bad",
  used_up: "bad",
};

const EXTEND_DAYS = 7;

@customElement("guest-link")
export class GuestLink extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) link!: GuestLinkView;
  @state() private isEditing = false;

  protected override render(): TemplateResult {
    const { link } = this;
    if (this.isEditing) {
      return html`<guest-link-form .link=${link} @cancelled=${() => (this.isEditing = false)}
        @saved=${() => (this.isEditing = false)}></guest-link-form>`;
    }
    return html`<article class="link" aria-label=${link.name} data-link=${link.id}>
      <div class="line">
        <h3>${link.name}</h3>
        <span class="badge ${LOOK[link.state]}">${linkName(link.state)}</span>
        ${link.needs_approval ? html`<span class="badge">Needs approval</span>` : nothing}
        <span class="grow"></span>
        <button type="button" class="button small" @click=${this.pause}>
          ${link.is_paused ? "Resume" : "Pause"}
        </button>
        <menu-button small label=${`More for ${link.name}`} .items=${this.menu}
          @choose=${this.chosen}></menu-button>
      </div>
      <copy-field label=${`guest link ${link.name}`} .value=${link.url}></copy-field>
      <dl>
        <div><dt>Uses</dt><dd>${link.uses}${link.max_uses ? ` of ${link.max_uses}` : ""}</dd></div>
        <div><dt>Inside now</dt><dd>${link.inside}</dd></div>
        <div><dt>Valid</dt><dd>${link.expires_at ? `until ${moment(link.expires_at)}` : "without limit"}</dd></div>
      </dl>
    </article>`;
  }

  private readonly menu = (): MenuGroup[] => {
    const link_id = this.link.id;
    const extends_ = { type: "extend_guest_link", link_id, days: EXTEND_DAYS } as const;
    return [
      {
        items: [
          { label: "Edit…" },
          ...(this.link.expires_at ? [{ label: `Extend by ${EXTEND_DAYS} days`, command: extends_ }] : []),
          { label: "Regenerate…", command: { type: "regenerate_guest_link", link_id } },
        ],
      },
      {
        items: [
          { label: "Delete…", tone: "danger", command: { type: "delete_guest_link", link_id } },
          {
            label: "Revoke and remove those who came by it…",
            tone: "danger",
            command: { type: "revoke_guest_link", link_id },
          },
        ],
      },
    ];
  };

  private chosen(event: ChooseEvent): void {
    event.stopPropagation();
    const { command } = event.item;
    if (!command) this.isEditing = true;
    else this.ask(command, this.question(command));
  }

  private pause(): void {
    this.ask({ type: "pause_guest_link", link_id: this.link.id, is_paused: !this.link.is_paused });
  }

  private ask(command: Command, question: Question | null = null): void {
    this.dispatchEvent(new GuestAskEvent(command, question));
  }

  private question(command: Command): Question | null {
    const { name, inside } = this.link;
    switch (command.type) {
      case "regenerate_guest_link":
        return {
          heading: `Regenerate “${name}”?`,
          text: "It gets a new address and starts counting at nought. The old address stops working for good, wherever it was shared.",
          action: "Regenerate",
        };
      case "delete_guest_link":
        return {
          heading: `Delete “${name}”?`,
          text: "The link stops working for good and its place becomes free. People who came by it stay inside.",
          action: "Delete",
        };
      case "revoke_guest_link":
        return {
          heading: `Revoke “${name}”?`,
          text: `The link stops working for good, and everybody who came by it is removed from the room${inside > 0 ? `: ${inside} now` : ""}. Hosts and moderators among them stay.`,
          action: "Revoke and remove",
        };
      default:
        return null;
    }
  }
}
