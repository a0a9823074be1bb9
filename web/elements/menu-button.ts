/** A button that opens a menu. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common } from "../messages/common";
import type { MenuGroup } from "../lib/menu";
import "./floating-menu";
import type { FloatingMenu } from "./floating-menu";
import { icon, type IconName } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

export { ChooseEvent } from "./floating-menu";

@customElement("menu-button")
export class MenuButton extends UsherElement {
  static override styles = [...sheets(), css`:host { display: inline-flex; }`];

  /** What the button is called for those who do not see it. */
  @property() label = "";
  /** Words on the button; without them it shows three dots. */
  @property() text = "";
  /** Before the words on the button. */
  @property({ attribute: false }) face: IconName | null = null;
  @property({ type: Boolean }) small = false;
  /** Asked when the menu opens, so that a hundred rows do not make a hundred menus. */
  @property({ attribute: false }) items: () => MenuGroup[] = () => [];

  @state() private isOpen = false;
  @query("button") private button!: HTMLButtonElement;
  @query("floating-menu") private menu!: FloatingMenu;

  protected override render(): TemplateResult {
    const label = this.label || common("more");
    const size = this.small ? "small" : "";
    return html`
      <button
        type="button"
        class="button ${this.text ? "" : "quiet icon"} ${size}"
        aria-haspopup="menu"
        aria-expanded=${this.isOpen}
        aria-label=${this.text ? nothing : label}
        title=${label}
        @click=${this.toggle}
        @keydown=${this.onKey}
      >${this.text ? html`${this.face ? icon(this.face) : nothing}${this.text}` : icon("more")}</button>
      <floating-menu @closed=${this.onClosed}></floating-menu>
    `;
  }

  async show(first: "first" | "last" = "first"): Promise<void> {
    this.isOpen = true;
    const at = this.button.getBoundingClientRect();
    const label = this.label || common("more");
    await this.menu.open({ groups: this.items(), label, at, first, owner: this.button });
  }

  private readonly toggle = (): void => {
    if (this.isOpen) this.menu.close();
    else void this.show();
  };

  private onClosed(event: CustomEvent<{ isLeft: boolean }>): void {
    this.isOpen = false;
    if (!event.detail.isLeft) this.button.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    void this.show(event.key === "ArrowDown" ? "first" : "last");
  }
}
