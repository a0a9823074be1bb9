/** Make a guest link, or edit one: name, number of uses, days, approval. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { moment } from "../lib/timing";
import type { Command, GuestLinkView } from "../lib/protocol";
import { GuestAskEvent } from "./guest-ask";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

@customElement("guest-link-form")
export class GuestLinkForm extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host(:not([hidden])) {
        display: block;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr));
        gap: var(--space-4);
      }
      .end {
        justify-content: flex-end;
      }
    `,
  ];

  /** Left out for a new one. */
  @property({ attribute: false }) link: GuestLinkView | null = null;
  @state() private isBusy = false;

  protected override render(): TemplateResult {
    const { link } = this;
    const expiry = link?.expires_at ? ` Now until ${moment(link.expires_at)}.` : "";
    return html`<form class="stack" aria-label=${link ? `Edit ${link.name}` : "New guest link"}
      @submit=${this.submit}>
      <div class="field">
        <label for="name">Link name</label>
        <input class="input" id="name" name="name" required maxlength="120" autocomplete="off"
          .value=${link?.name ?? ""} aria-describedby="name-hint" />
        <p class="hint" id="name-hint">Seen by hosts and moderators beside those who came by it.</p>
      </div>
      <div class="pair">
        <div class="field">
          <label for="uses">Number of uses</label>
          <input class="input" id="uses" name="uses" type="number" min="1" max="1000000"
            placeholder="Unlimited" .value=${link?.max_uses ? String(link.max_uses) : ""} />
        </div>
        <div class="field">
          <label for="days">Valid for days</label>
          <input class="input" id="days" name="days" type="number" min="1" max="3650"
            placeholder=${link?.expires_at ? "Unchanged" : "Without limit"} aria-describedby="days-hint" />
          <p class="hint" id="days-hint">Counted from now.${expiry}</p>
        </div>
      </div>
      ${link?.expires_at
        ? html`<label class="check"><input type="checkbox" name="forever" /><span>Valid without limit</span></label>`
        : nothing}
      <label class="check">
        <input type="checkbox" name="needs_approval" ?checked=${link?.needs_approval ?? false}
          aria-labelledby="approval" aria-describedby="approval-hint" />
        <span id="approval">Host approval</span>
        <span class="hint" id="approval-hint">Guests knock, and wait until they are admitted.</span>
      </label>
      <div class="line end">
        <button type="button" class="button" @click=${this.cancel}>Cancel</button>
        <button class="button primary" ?disabled=${this.isBusy}>${link ? "Save" : "Create link"}</button>
      </div>
    </form>`;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLInputElement>("#name")?.focus();
  }

  private cancel(): void {
    this.dispatchEvent(new Event("cancelled"));
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    this.isBusy = true;
    const command = this.command(new FormData(event.target as HTMLFormElement));
    this.dispatchEvent(
      new GuestAskEvent(command, null, (isDone) => {
        this.isBusy = false;
        if (isDone) this.dispatchEvent(new Event("saved"));
      }),
    );
  }

  /** An empty number of days leaves an existing expiry as it is. */
  private command(form: FormData): Command {
    const number = (name: string): number | null => Number(form.get(name)) || null;
    const name = String(form.get("name")).trim();
    const needs_approval = form.get("needs_approval") === "on";
    const [uses, days] = [number("uses"), number("days")];
    if (!this.link) return { type: "create_guest_link", name, uses, days, needs_approval };
    const expiry = days !== null ? { days } : form.get("forever") === "on" ? { days: null } : {};
    return { type: "edit_guest_link", link_id: this.link.id, name, uses, needs_approval, ...expiry };
  }
}
