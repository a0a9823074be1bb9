/** Make a guest link, or edit one: name, number of uses, days, approval. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { untilText } from "../lib/invite-words";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
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
  @query("form") private form!: HTMLFormElement;
  #before = "";

  /** Something was filled in that would be lost. */
  get isDirty(): boolean {
    return this.#before !== written(this.form);
  }

  protected override render(): TemplateResult {
    const { link } = this;
    const expires = link?.expires_at;
    return html`<form class="stack" aria-label=${link ? invite("link.edit.of", { name: link.name }) : invite("link.new")}
      @submit=${this.submit}>
      <div class="field">
        <label for="name">${invite("link.name")}</label>
        <input class="input" id="name" name="name" required maxlength="120" autocomplete="off"
          .value=${link?.name ?? ""} aria-describedby="name-hint" />
        <p class="hint" id="name-hint">${invite("link.name.hint")}</p>
      </div>
      <div class="pair">
        <div class="field">
          <label for="uses">${invite("link.uses")}</label>
          <input class="input" id="uses" name="uses" type="number" min="1" max="1000000" inputmode="numeric"
            placeholder=${invite("uses.unlimited")} .value=${link?.max_uses ? String(link.max_uses) : ""}
            aria-describedby="uses-hint" />
          <p class="hint" id="uses-hint">${invite("link.uses.hint")}</p>
        </div>
        <div class="field">
          <label for="days">${invite("link.days")}</label>
          <input class="input" id="days" name="days" type="number" min="1" max="3650" inputmode="numeric"
            placeholder=${invite(expires ? "link.days.unchanged" : "link.days.unlimited")} aria-describedby="days-hint" />
          <p class="hint" id="days-hint">
            ${expires ? invite("link.days.hint.now", { until: untilText(expires, Date.now()) }) : invite("link.days.hint")}
          </p>
        </div>
      </div>
      ${expires
        ? html`<label class="check"><input type="checkbox" name="forever" /><span>${invite("link.forever")}</span></label>`
        : nothing}
      <label class="check">
        <input type="checkbox" name="needs_approval" ?checked=${link?.needs_approval ?? false}
          aria-labelledby="approval" aria-describedby="approval-hint" />
        <span id="approval">${invite("link.approval")}</span>
        <span class="hint" id="approval-hint">${invite("link.approval.hint")}</span>
      </label>
      <div class="line end">
        <button type="button" class="button" @click=${this.cancel}>${common("cancel")}</button>
        <button class="button primary" aria-disabled=${this.isBusy}>
          ${link ? common("save") : invite("link.create")}
        </button>
      </div>
    </form>`;
  }

  protected override firstUpdated(): void {
    this.#before = written(this.form);
    this.renderRoot.querySelector<HTMLInputElement>("#name")?.focus();
  }

  private cancel(): void {
    this.dispatchEvent(new Event("cancelled"));
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.isBusy) return;
    this.isBusy = true;
    const command = this.command(new FormData(this.form));
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

/** All that stands in a form, for seeing whether it changed. */
const written = (form: HTMLFormElement): string => JSON.stringify([...new FormData(form)]);
