/** One guest link: how it stands, its address, and what can be done with it. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { MenuGroup } from "../lib/menu";
import { linkName } from "../lib/words";
import { number } from "../lib/language";
import { untilText } from "../lib/invite-words";
import { invite } from "../messages/invite";
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

const EXTEND_DAYS = [1, 7, 30] as const;
const TICK_MS = 30_000;

@customElement("guest-link")
export class GuestLink extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) link!: GuestLinkView;
  @state() private isEditing = false;
  @state() private isBusy = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // What is said of time goes on by itself.
    this.#timer = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const { link } = this;
    if (this.isEditing) {
      return html`<guest-link-form .link=${link} @cancelled=${this.stopEditing} @saved=${this.stopEditing}></guest-link-form>`;
    }
    const { uses, max_uses, inside } = link;
    return html`<article class="link" aria-label=${link.name} data-link=${link.id}>
      <div class="head">
        <div class="line grow">
          <h3>${link.name}</h3>
          <span class="badge ${LOOK[link.state]}">${linkName(link.state)}</span>
          ${link.needs_approval ? html`<span class="badge">${invite("link.needs_approval")}</span>` : nothing}
        </div>
        <button type="button" class="button small" aria-disabled=${this.isBusy} @click=${this.pause}>
          ${invite(link.is_paused ? "link.resume" : "link.pause")}
        </button>
        <menu-button small label=${invite("more.of", { name: link.name })} .items=${this.menu}
          @choose=${this.chosen}></menu-button>
      </div>
      <copy-field label=${invite("guest_link.of", { name: link.name })} .value=${link.url}></copy-field>
      ${link.state === "active" ? nothing : html`<p class="why">${invite(`link.why.${link.state}`)}</p>`}
      <dl>
        <div>
          <dt>${invite("link.used")}</dt>
          <dd>${max_uses ? invite("link.used.of", { uses, most: max_uses }) : number(uses)}</dd>
        </div>
        <div><dt>${invite("link.inside")}</dt><dd>${number(inside)}</dd></div>
        <div>
          <dt>${invite("link.valid")}</dt>
          <dd>${link.expires_at ? untilText(link.expires_at, Date.now(), true) : invite("link.unlimited")}</dd>
        </div>
      </dl>
      ${max_uses ? html`<progress class="uses" max=${max_uses} value=${Math.min(uses, max_uses)} aria-hidden="true"></progress>` : nothing}
    </article>`;
  }

  private readonly stopEditing = async (): Promise<void> => {
    this.isEditing = false;
    await this.updateComplete;
    this.renderRoot.querySelector("menu-button")?.shadowRoot?.querySelector("button")?.focus();
  };

  private readonly menu = (): MenuGroup[] => {
    const link_id = this.link.id;
    const extensions = EXTEND_DAYS.map((days) => ({
      label: invite("link.extend", { days }),
      command: { type: "extend_guest_link", link_id, days } as const,
    }));
    return [
      { items: [{ label: invite("link.edit") }] },
      ...(this.link.expires_at ? [{ label: invite("link.extend.by"), items: extensions }] : []),
      {
        items: [
          {
            label: invite("link.regenerate"),
            text: invite("link.regenerate.short"),
            command: { type: "regenerate_guest_link", link_id },
          },
        ],
      },
      {
        items: [
          {
            label: invite("link.delete"),
            text: invite("link.delete.short"),
            tone: "danger",
            command: { type: "delete_guest_link", link_id },
          },
          { label: invite("link.revoke"), tone: "danger", command: { type: "revoke_guest_link", link_id } },
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
    if (this.isBusy) return;
    this.isBusy = true;
    this.dispatchEvent(new GuestAskEvent(command, question, () => (this.isBusy = false)));
  }

  private question(command: Command): Question | null {
    const { name, inside } = this.link;
    const how = new Map<Command["type"], "regenerate" | "delete" | "revoke">([
      ["regenerate_guest_link", "regenerate"],
      ["delete_guest_link", "delete"],
      ["revoke_guest_link", "revoke"],
    ]).get(command.type);
    if (!how) return null;
    return {
      heading: invite(`link.${how}.ask`, { name }),
      text: invite(`link.${how}.text`, { inside }),
      action: invite(`link.${how}.do`),
    };
  }
}
