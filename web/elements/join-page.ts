/** The page behind every guest link and invite link. The token stands in the fragment. */

import { html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../lib/page";
import * as api from "../lib/api";
import { doorOf, type Door } from "../lib/fragment";
import type { GuestDoor, InvitationDoor, LinkState, Problem } from "../lib/protocol";
import "./guest-door";
import "./invite-lobby";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";

const NO_LINK: Problem = {
  code: "link_not_found",
  sentence: "This link is not valid. Check that you copied all of it, or ask whoever sent it.",
  again: false,
};

type Looked =
  | { kind: "guest"; token: string; door: GuestDoor }
  | { kind: "invitation"; token: string; door: InvitationDoor };

@customElement("join-page")
export class JoinPage extends UsherElement {
  static override styles = sheets(page);

  @state() private looked: Looked | null = null;
  @state() private problem: Problem | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.look);
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.look);
  }

  protected override render(): TemplateResult {
    return html`<site-header></site-header>
      <main id="main" class="narrow" @refused=${this.onRefused}>${this.renderDoor()}</main>`;
  }

  private renderDoor(): TemplateResult {
    if (this.problem) {
      return html`<problem-card .problem=${this.problem}>
        ${this.problem.again
          ? html`<button type="button" class="button primary" @click=${this.look}>Try again</button>`
          : html`<a class="button" href="/">Go to the home page</a>`}
      </problem-card>`;
    }
    const looked = this.looked;
    if (!looked) return html`<p class="loading" role="status">Looking at your link…</p>`;
    return looked.kind === "guest"
      ? html`<guest-door-form .token=${looked.token} .door=${looked.door}></guest-door-form>`
      : html`<invite-lobby .token=${looked.token} .door=${looked.door}></invite-lobby>`;
  }

  private readonly look = async (): Promise<void> => {
    this.problem = this.looked = null;
    const door = doorOf(location.hash.slice(1));
    if (!door) {
      this.problem = NO_LINK;
      return;
    }
    try {
      this.looked = await lookAt(door);
      document.title = `${this.looked.door.entry_name} – usher`;
      if (this.looked.kind === "guest") this.problem = stateProblem(this.looked.door);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  };

  private onRefused(event: CustomEvent<Problem>): void {
    this.problem = event.detail;
  }
}

async function lookAt({ kind, token }: Door): Promise<Looked> {
  return kind === "guest"
    ? { kind, token, door: await api.lookAtGuestLink(token) }
    : { kind, token, door: await api.lookAtInvitation(token) };
}

/** What the look already tells. A used-up link still lets those back in who used it. */
function stateProblem(door: GuestDoor): Problem | null {
  const { state } = door;
  if (state === "active" || (state === "used_up" && door.is_returning)) return null;
  return CLOSED[state];
}

const CLOSED: Record<Exclude<LinkState, "active">, Problem> = {
  expired: {
    code: "link_expired",
    sentence: "This link has expired. Ask whoever sent it for a new one.",
    again: false,
  },
  used_up: {
    code: "link_used_up",
    sentence: "This link has been used as often as it may be. Ask the host for another.",
    again: false,
  },
  paused: {
    code: "link_disabled",
    sentence: "This link is switched off at the moment. Ask the host to switch it on.",
    again: true,
  },
  off: {
    code: "link_disabled",
    sentence: "This link is switched off at the moment. Ask the host to switch it on.",
    again: true,
  },
};
