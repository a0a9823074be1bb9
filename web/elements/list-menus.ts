/** One menu for all rows: by the three dots, a right click, a long press, or the keyboard. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { tab } from "../messages/tab";
import type { MenuGroup } from "../lib/menu";
import type { FloatingMenu } from "./floating-menu";
import type { MenuButton } from "./menu-button";
import { idOf } from "./participant-group";
import type { RowMenuEvent } from "./row-element";

const LONG_PRESS_MS = 500;
const LONG_PRESS_SLOP_PX = 10;

interface Host extends ReactiveControllerHost, HTMLElement {
  readonly menu: FloatingMenu;
  /** Everything for one row; empty where nothing may be done. */
  menuOf(id: string, isTouch: boolean): { groups: MenuGroup[]; name: string };
  focusRow(id: string): void;
}

export class ListMenus implements ReactiveController {
  #from: HTMLElement | null = null;
  #press: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | null = null;
  /** A finger is still down on what its long press has opened. */
  #isHeld = false;

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#letGo();
  }

  readonly wanted = (event: RowMenuEvent): void => {
    const { button } = event;
    if (this.host.menu.isOpen && this.#from === button) return this.host.menu.close();
    this.#open(event.id, button.getBoundingClientRect(), "end", button, false);
  };

  readonly contextMenu = (event: PointerEvent): void => {
    const row = rowOf(event);
    if (!row || isInText(event)) return;
    if (this.#isHeld || this.host.menu.isOpen) return event.preventDefault();
    const isByKey = event.button !== 2 && event.pointerType !== "touch";
    const at = isByKey ? row.getBoundingClientRect() : new DOMRect(event.clientX, event.clientY, 0, 0);
    if (this.#openRow(row, at, isByKey ? "end" : "start", event.pointerType === "touch")) event.preventDefault();
  };

  /** Of the row in focus, from the keyboard. */
  openFor(row: HTMLElement): boolean {
    return this.#openRow(row, row.getBoundingClientRect(), "end", false);
  }

  /** Rows with a menu of their own open that. */
  #openRow(row: HTMLElement, at: DOMRect, align: "start" | "end", isTouch: boolean): boolean {
    const button = row.shadowRoot?.querySelector<MenuButton>("menu-button");
    if (!button) return this.#open(idOf(row) ?? "", at, align, null, isTouch);
    void button.show();
    return true;
  }

  readonly pointerDown = (event: PointerEvent): void => {
    this.#letGo();
    this.#isHeld = false;
    const row = rowOf(event);
    if (!row || event.pointerType !== "touch" || !event.isPrimary) return;
    const [x, y] = [event.clientX, event.clientY];
    const timer = setTimeout(() => {
      this.#press = null;
      if (this.host.menu.isOpen) return;
      this.#isHeld = this.#openRow(row, new DOMRect(x, y, 0, 0), "start", true);
    }, LONG_PRESS_MS);
    this.#press = { timer, x, y };
  };

  readonly pointerMove = (event: PointerEvent): void => {
    if (!this.#press) return;
    const { x, y } = this.#press;
    if (Math.hypot(event.clientX - x, event.clientY - y) > LONG_PRESS_SLOP_PX) this.#letGo();
  };

  readonly pointerEnd = (): void => this.#letGo();

  /** The finger that opened the menu is lifted: that is no click on what lies below it. */
  readonly click = (event: MouseEvent): void => {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly closed = (event: CustomEvent<{ isLeft: boolean }>): void => {
    const from = this.#from;
    this.#from = null;
    from?.setAttribute("aria-expanded", "false");
    if (event.detail.isLeft) return;
    if (from?.isConnected) from.focus({ preventScroll: true });
    else this.host.focusRow(this.#id);
  };

  #id = "";

  #open(
    id: string, at: DOMRect, align: "start" | "end", button: HTMLElement | null, isTouch: boolean,
  ): boolean {
    const { groups, name } = this.host.menuOf(id, isTouch);
    if (groups.length === 0) return false;
    this.#from = button;
    this.#id = id;
    button?.setAttribute("aria-expanded", "true");
    const label = tab("more.person", { name });
    void this.host.menu.open({ groups, label, at, align, ...(button ? { owner: button } : {}) });
    return true;
  }

  #letGo(): void {
    if (this.#press) clearTimeout(this.#press.timer);
    this.#press = null;
  }
}

function rowOf(event: Event): HTMLElement | null {
  return (event.composedPath().find((one) => idOf(one) !== null) as HTMLElement | undefined) ?? null;
}

/** On a selected text the browser's own menu is wanted, to copy it. */
function isInText(event: MouseEvent): boolean {
  const selected = getSelection();
  if (!selected || selected.isCollapsed || selected.rangeCount === 0) return false;
  const boxes = [...selected.getRangeAt(0).getClientRects()];
  const { clientX: x, clientY: y } = event;
  return boxes.some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
}
