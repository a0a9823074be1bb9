/** The page behind every guest link and invite link. The token stands in the fragment. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { doorOf, type Door } from "../lib/fragment";
import type { Guest } from "../lib/guest-memory";
import { whenLoaded } from "../lib/language";
import { nextStep } from "../lib/next-steps";
import { nameThePage } from "../lib/page";
import type { ErrorCode, GuestDoor, InvitationDoor, LinkState, Problem } from "../lib/protocol";
import { cardOf, refusalOf } from "../lib/refusals";
import { common } from "../messages/common";
import { doors } from "../messages/doors";
import "./guest-door";
import "./invite-lobby";
import { Line } from "./line";
import "./problem-card";
import type { RefusedEvent } from "./refused-event";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";

type Looked =
  | { kind: "guest"; token: string; door: GuestDoor }
  | { kind: "invitation"; token: string; door: InvitationDoor };

@customElement("join-page")
export class JoinPage extends UsherElement {
  static override styles = sheets(page);

  @state() private looked: Looked | null = null;
  @state() private problem: Problem | null = null;
  /** What was typed before a refusal: trying again loses none of it. */
  #typed: Partial<Guest> = {};
  readonly #line = new Line(this);

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

  /** Whoever comes back to one of many tabs reads there what became of their link. */
  protected override updated(): void {
    const { problem, looked } = this;
    nameThePage(problem ? cardOf(problem).heading : (looked?.door.entry_name ?? doors("looking")));
  }

  private renderDoor(): TemplateResult {
    const { problem, looked } = this;
    if (problem) {
      return html`<problem-card .problem=${problem}>
        ${nextStep(problem.code) === "again" || problem.again
          ? html`<button type="button" class="button primary" @click=${this.look}>${common("try_again")}</button>`
          : nothing}
        ${nextStep(problem.code) === "reload"
          ? html`<button type="button" class="button primary" @click=${() => this.#line.reload()}>${doors("end.reload")}</button>`
          : nothing}
        <a class="button" href="/">${common("home")}</a>
      </problem-card>`;
    }
    if (!looked) {
      return html`<div class="loading">
        <div role="status"><h1>${doors("looking")}</h1></div>
        ${this.#line.render()}
      </div>`;
    }
    return looked.kind === "guest"
      ? html`<guest-door-form .token=${looked.token} .door=${looked.door} .typed=${this.#guest()}></guest-door-form>`
      : html`<invite-lobby .token=${looked.token} .door=${looked.door} .typed=${this.#typed.email ?? ""}></invite-lobby>`;
  }

  private readonly look = async (): Promise<void> => {
    this.problem = this.looked = null;
    // What the page itself refuses has to be said in words that are here.
    await whenLoaded();
    const door = doorOf(location.hash.slice(1));
    if (!door) {
      this.problem = refusalOf("link_not_found");
      return;
    }
    try {
      this.looked = await this.#line.insist(() => lookAt(door));
      if (this.looked.kind === "guest") this.problem = stateProblem(this.looked.door);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  };

  private onRefused({ problem, typed }: RefusedEvent): void {
    this.#typed = { ...this.#typed, ...typed };
    this.problem = problem;
  }

  #guest(): Guest | null {
    const { name, email } = this.#typed;
    return name !== undefined && email !== undefined ? { name, email } : null;
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
  return refusalOf(CLOSED[state]);
}

const CLOSED = {
  expired: "link_expired",
  used_up: "link_used_up",
  paused: "link_disabled",
  off: "link_disabled",
} as const satisfies Record<Exclude<LinkState, "active">, ErrorCode>;
