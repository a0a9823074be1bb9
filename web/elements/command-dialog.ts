/** A window with a form that ends in one command. */

import { html, nothing, type TemplateResult } from "lit";
import { query, state } from "lit/decorators.js";
import { runQuietly } from "../lib/asking";
import type { Command, Problem } from "../lib/protocol";
import { common } from "../messages/common";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets, windowHost } from "./sheets";
import { UsherElement } from "./usher-element";

/** Heirs say what the form holds and which command comes of it. */
export abstract class CommandDialog extends UsherElement {
  static override styles = sheets(windowHost);

  @state() private problem: Problem | null = null;
  @state() private isBusy = false;
  @state() private isOpen = false;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected abstract heading(): string;
  /** What the button that sends it is called. */
  protected abstract action(): string;
  protected abstract fields(): TemplateResult;
  protected abstract command(form: FormData): Command;
  protected isDangerous = false;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${this.heading()} @closed=${() => (this.isOpen = false)}>
      ${this.isOpen ? this.renderForm() : nothing}
    </modal-dialog>`;
  }

  private renderForm(): TemplateResult {
    return html`<form id="form" class="stack" @submit=${this.submit}>
        ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
        ${this.fields()}
      </form>
      <button slot="foot" type="button" class="button" @click=${() => this.dialog.close()}>${common("cancel")}</button>
      <button slot="foot" form="form" class="button primary ${this.isDangerous ? "danger" : ""}" ?disabled=${this.isBusy}>
        ${this.action()}
      </button>`;
  }

  protected async show(): Promise<void> {
    this.problem = null;
    this.isBusy = false;
    this.isOpen = true;
    await this.updateComplete;
    await this.dialog.open();
    this.renderRoot.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.isBusy = true;
    const answer = await runQuietly(this, this.command(new FormData(event.target as HTMLFormElement)));
    this.isBusy = false;
    if (answer.isDone) this.dialog.close();
    else this.problem = answer.problem;
  }
}
