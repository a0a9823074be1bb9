/** A button that opens a menu: arrow keys, Home, End, first letters, Escape; focus returns. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { MenuGroup, MenuItem } from "../lib/menu";
import { icon } from "./icons";
import { place } from "./placing";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./menu-button.css?inline";

export class ChooseEvent extends Event {
  constructor(readonly item: MenuItem) {
    super("choose", { bubbles: true, composed: true });
  }
}

@customElement("menu-button")
export class MenuButton extends UsherElement {
  static override styles = sheets(own);

  /** What the button is called for those who do not see it. */
  @property() label = "More";
  /** Words on the button; without them it shows three dots. */
  @property() text = "";
  @property({ type: Boolean }) small = false;
  /** Asked when the menu opens, so that a hundred rows do not make a hundred menus. */
  @property({ attribute: false }) items: () => MenuGroup[] = () => [];

  @state() private groups: MenuGroup[] | null = null;
  @query("button") private button!: HTMLButtonElement;
  @query(".menu") private menu!: HTMLElement | null;

  protected override render(): TemplateResult {
    const isOpen = this.groups !== null;
    const size = this.small ? "small" : "";
    return html`
      <button
        type="button"
        class="button ${this.text ? "" : "quiet icon"} ${size}"
        aria-haspopup="menu"
        aria-expanded=${isOpen}
        aria-label=${this.text ? nothing : this.label}
        title=${this.text ? nothing : this.label}
        @click=${this.toggle}
        @keydown=${this.onButtonKey}
      >${this.text ? this.text : icon("more")}</button>
      ${this.groups ? this.renderMenu(this.groups) : nothing}
    `;
  }

  private renderMenu(groups: MenuGroup[]): TemplateResult {
    return html`<div
      class="menu"
      role="menu"
      popover="auto"
      aria-label=${this.label}
      @keydown=${this.onMenuKey}
      @toggle=${this.onToggle}
    >
      ${groups.map(
        (group) => html`<div class="group" role="group" aria-label=${group.label ?? nothing}>
          ${group.label ? html`<div class="title" aria-hidden="true">${group.label}</div>` : nothing}
          ${group.items.map((item) => this.renderItem(item, group.isChoice ? "menuitemradio" : "menuitemcheckbox"))}
        </div>`,
      )}
    </div>`;
  }

  private renderItem(item: MenuItem, roleWhenChecked: string): TemplateResult {
    const face = html`<span>${item.label}</span>${item.isChecked ? icon("check") : nothing}
      ${item.text ? html`<small>${item.text}</small>` : nothing}`;
    const look = `item ${item.tone ?? ""}`;
    if (item.href) {
      return html`<a class=${look} role="menuitem" tabindex="-1" href=${item.href} download
        @click=${() => this.close()}>${face}</a>`;
    }
    const isSwitch = item.isChecked !== undefined;
    return html`<button
      type="button"
      class=${look}
      role=${isSwitch ? roleWhenChecked : "menuitem"}
      aria-checked=${isSwitch ? String(item.isChecked) : nothing}
      tabindex="-1"
      @click=${() => this.choose(item)}
    >${face}</button>`;
  }

  private readonly toggle = (): void => {
    if (this.groups) this.close();
    else void this.open("first");
  };

  private async open(where: "first" | "last"): Promise<void> {
    this.groups = this.items();
    await this.updateComplete;
    if (!this.menu) return;
    this.menu.showPopover();
    place(this.menu, this.button.getBoundingClientRect());
    this.focusItem(where === "first" ? 0 : -1);
  }

  private close(): void {
    this.menu?.hidePopover();
    this.groups = null;
    this.button.focus();
  }

  private choose(item: MenuItem): void {
    this.close();
    this.dispatchEvent(new ChooseEvent(item));
  }

  /** Closed from outside: a click elsewhere, Escape, another popover. */
  private onToggle(event: ToggleEvent): void {
    if (event.newState === "closed") this.groups = null;
  }

  private onButtonKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    void this.open(event.key === "ArrowDown" ? "first" : "last");
  }

  private onMenuKey(event: KeyboardEvent): void {
    const all = this.entries();
    const now = all.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const last = all.length - 1;
    const next = new Map([
      ["ArrowDown", now === last ? 0 : now + 1],
      ["ArrowUp", now <= 0 ? last : now - 1],
      ["Home", 0],
      ["End", last],
    ]).get(event.key);
    if (event.key === "Tab" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (next !== undefined) {
      event.preventDefault();
      this.focusItem(next);
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.key !== " ") {
      const letter = event.key.toLocaleLowerCase();
      const around = [...all.slice(now + 1), ...all.slice(0, now + 1)];
      around.find((entry) => entry.innerText.trim().toLocaleLowerCase().startsWith(letter))?.focus();
    }
  }

  private focusItem(index: number): void {
    this.entries().at(index)?.focus();
  }

  private entries(): HTMLElement[] {
    return [...(this.menu?.querySelectorAll<HTMLElement>(".item") ?? [])];
  }
}
