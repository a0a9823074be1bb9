/** At the foot of the tab while people are selected: how many, and what can be done with them. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { bulk } from "../messages/bulk";
import { runAsPart, tell } from "../lib/asking";
import { carryAll, undoOf, type BulkAction, type BulkName, type BulkResult } from "../lib/bulk";
import type { MenuGroup } from "../lib/menu";
import type { Command } from "../lib/protocol";
import { icon } from "./icons";
import "./menu-button";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./bulk-bar.css?inline";

/** Actions that have a button of their own; the rest are in the menu. */
const BUTTONS = 3;

/** Dispatches `clear`. */
@customElement("bulk-bar")
export class BulkBar extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) count = 0;
  @property({ attribute: false }) actions: readonly BulkAction[] = [];
  /** Who asks and tells: the bar itself may be gone before all is done, with the last selected. */
  @property({ attribute: false }) from: EventTarget = this;
  /** Something honest about who is not selected. */
  @property({ attribute: false }) hint = "";
  @state() private progress: { done: number; total: number } | null = null;

  protected override render(): TemplateResult {
    const buttons = this.actions.slice(0, BUTTONS);
    const others = this.actions.slice(BUTTONS);
    return html`<div class="bar" role="region" aria-label=${bulk("label")}>
      <div class="about">
        <b role="status">${bulk("selected", { count: this.count })}</b>
        <span class="grow" role="status">${this.renderProgress()}</span>
        <button type="button" class="button quiet icon small" aria-label=${bulk("clear")}
          title=${bulk("clear")} @click=${this.clear}>${icon("close")}</button>
      </div>
      ${this.hint ? html`<p class="hint">${this.hint}</p>` : nothing}
      <div class="actions">
        ${buttons.map((action) => this.renderAction(action))}
        ${others.length > 0
          ? html`<menu-button small label=${bulk("more")} .items=${() => this.menu(others)}></menu-button>`
          : nothing}
        ${this.actions.length === 0 ? html`<span class="hint">${bulk("nothing")}</span>` : nothing}
      </div>
    </div>`;
  }

  private renderProgress(): string | typeof nothing {
    return this.progress ? bulk("working", this.progress) : nothing;
  }

  private renderAction(action: BulkAction): TemplateResult {
    return html`<button type="button" class="button small ${action.isDanger ? "danger" : ""}"
      aria-disabled=${this.progress !== null} @click=${() => this.do(action)}>${words(action)}</button>`;
  }

  private menu(actions: readonly BulkAction[]): MenuGroup[] {
    const item = (action: BulkAction): MenuGroup["items"][number] => ({
      label: words(action),
      act: () => void this.do(action),
      ...(action.isDanger ? { tone: "danger" as const } : {}),
    });
    const [safe, danger] = [actions.filter((one) => !one.isDanger), actions.filter((one) => one.isDanger)];
    return [{ items: safe.map(item) }, { items: danger.map(item) }].filter((group) => group.items.length > 0);
  }

  async do(action: BulkAction): Promise<void> {
    if (this.progress) return;
    const { commands, name } = action;
    const result = await this.carry(commands);
    const undo = result.done.flatMap((command) => undoOf(command) ?? []);
    tell(this.from, {
      text: summary(name, result),
      tone: result.done.length === 0 ? "bad" : "plain",
      ...(undo.length > 0 ? { action: { label: bulk("undo"), isUndo: true, run: () => void this.undo(undo) } } : {}),
    });
  }

  private async undo(commands: Command[]): Promise<void> {
    const result = await this.carry(commands);
    const done = result.done.length > 0 ? bulk("done.undone", { count: result.done.length }) : "";
    tell(this.from, { text: withRefusals(done, result), tone: done ? "plain" : "bad" });
  }

  private async carry(commands: readonly Command[]): Promise<BulkResult> {
    const total = commands.length;
    const told = (done: number): void => {
      if (this.progress) this.progress = { done, total };
    };
    this.progress = { done: 0, total };
    try {
      return await carryAll(commands, (command) => runAsPart(this.from, command), told);
    } finally {
      this.progress = null;
    }
  }

  private readonly clear = (): void => {
    this.dispatchEvent(new Event("clear"));
  };
}

const words = ({ name, commands }: BulkAction): string =>
  bulk("do", { action: bulk(name), count: commands.length });

/** One sentence for all: how many it was done for, and why not for the others. */
export function summary(name: BulkName, result: BulkResult): string {
  const count = result.done.length;
  return withRefusals(count > 0 ? bulk(`done.${name}`, { count }) : "", result);
}

function withRefusals(done: string, { refused }: BulkResult): string {
  const [first] = refused;
  if (!first) return done;
  const values = { count: refused.length, reason: first.sentence };
  return done ? bulk("done.and_refused", { done, ...values }) : bulk("done.refused", values);
}
