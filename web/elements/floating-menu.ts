/** A menu that floats: arrow keys, Home, End, first letters, Escape; focus returns. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { MenuGroup, MenuItem } from "../lib/menu";
import { icon } from "./icons";
import { place } from "./placing";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./floating-menu.css?inline";

export class ChooseEvent extends Event {
  constructor(readonly item: MenuItem) {
    super("choose", { bubbles: true, composed: true });
  }
}

export interface Opening {
  groups: MenuGroup[];
  /** What the menu is called for those who do not see it. */
  label: string;
  /** What it stands beside: a button, or the place of the pointer. */
  at: DOMRect;
  align?: "start" | "end";
  first?: "first" | "last";
  /** The button that opened it and closes it again: presses on it are not outside. */
  owner?: EventTarget;
}

/** Dispatches `choose` for what is chosen, and `closed` however it was closed. */
@customElement("floating-menu")
export class FloatingMenu extends UsherElement {
  static override styles = sheets(own);

  @state() private opening: Opening | null = null;
  @query(".menu") private menu!: HTMLElement | null;

  get isOpen(): boolean {
    return this.opening !== null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  // The browser's own light dismissal would end a menu that opened under a finger or a
  // button that is still down, as soon as that is lifted. So it is manual, and done below.
  protected override render(): TemplateResult | typeof nothing {
    if (!this.opening) return nothing;
    const { groups, label } = this.opening;
    return html`<div class="menu" role="menu" popover="manual" aria-label=${label} @keydown=${this.onKey}
      @contextmenu=${(event: Event) => event.preventDefault()}>
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
      ${item.key && !item.isChecked ? html`<kbd aria-hidden="true">${item.key}</kbd>` : nothing}
      ${item.text ? html`<small>${item.text}</small>` : nothing}`;
    const look = `item ${item.tone ?? ""}`;
    if (item.href) {
      return html`<a class=${look} role="menuitem" tabindex="-1" href=${item.href}
        ?download=${!item.isPage} target=${item.isPage ? "_blank" : nothing}
        @click=${() => this.close()}>${face}</a>`;
    }
    const isSwitch = item.isChecked !== undefined;
    return html`<button
      type="button"
      class=${look}
      role=${isSwitch ? roleWhenChecked : "menuitem"}
      aria-checked=${isSwitch ? String(item.isChecked) : nothing}
      aria-keyshortcuts=${item.key ?? nothing}
      tabindex="-1"
      @click=${() => this.choose(item)}
    >${face}</button>`;
  }

  async open(opening: Opening): Promise<void> {
    this.forget();
    this.opening = opening;
    await this.updateComplete;
    if (!this.menu) return;
    this.menu.showPopover();
    place(this.menu, opening.at, opening.align);
    this.focusItem(opening.first === "last" ? -1 : 0);
    document.addEventListener("pointerdown", this.onOutside, true);
    window.addEventListener("blur", this.onBlur);
  }

  /** @param isLeft focus is going elsewhere by itself. */
  close(isLeft = false): void {
    if (!this.opening) return;
    this.forget();
    this.dispatchEvent(new CustomEvent("closed", { detail: { isLeft } }));
  }

  private forget(): void {
    document.removeEventListener("pointerdown", this.onOutside, true);
    window.removeEventListener("blur", this.onBlur);
    this.menu?.hidePopover();
    this.opening = null;
  }

  private choose(item: MenuItem): void {
    this.close();
    if (item.act) item.act(this);
    else this.dispatchEvent(new ChooseEvent(item));
  }

  private readonly onOutside = (event: PointerEvent): void => {
    const path = event.composedPath();
    const isOurs = [this.menu, this.opening?.owner].some((one) => one && path.includes(one));
    if (!isOurs) this.close(true);
  };

  private readonly onBlur = (): void => this.close(true);

  private onKey(event: KeyboardEvent): void {
    const all = this.entries();
    const now = all.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const last = all.length - 1;
    const next = new Map([
      ["ArrowDown", now === last ? 0 : now + 1],
      ["ArrowUp", now <= 0 ? last : now - 1],
      ["Home", 0],
      ["End", last],
    ]).get(event.key);
    // What is typed here is for the menu, and not a shortcut of what lies below it.
    event.stopPropagation();
    if (event.key === "Tab" || event.key === "Escape") {
      event.preventDefault();
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
