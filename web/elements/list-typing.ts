/** What is typed in the tab: moving, selecting, the menu, shortcuts, search and help. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { tab } from "../messages/tab";
import { run } from "../lib/asking";
import { commandsFor } from "../lib/bulk";
import type { MenuGroup, MenuItem } from "../lib/menu";
import { actionsFor } from "../lib/person-actions";
import { placeOf } from "../lib/places";
import { findRow } from "../lib/roster";
import {
  areLettersOn, bulkNamesOf, commandFor, deedOf, keyFor, keyName, pageDeedOf, type Deed,
} from "../lib/shortcuts";
import type { Row, SelfView, View } from "../lib/protocol";
import { ChooseEvent } from "./floating-menu";
import type { ListKeys } from "./list-keys";
import type { ListMenus } from "./list-menus";
import type { ListPicks } from "./list-picks";
import { idOf, ParticipantGroup } from "./participant-group";

/** Somebody wants to take back what they did last. */
export class UndoEvent extends Event {
  static readonly kind = "usher-undo";

  constructor() {
    super(UndoEvent.kind, { bubbles: true, composed: true });
  }
}

interface Host extends ReactiveControllerHost, HTMLElement {
  view: View;
  you: SelfView;
  readonly keys: ListKeys;
  readonly picks: ListPicks;
  readonly menus: ListMenus;
  focusSearch(): void;
  showHelp(): void;
}

export class ListTyping implements ReactiveController {
  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("keydown", this.#onPageKey);
  }

  hostDisconnected(): void {
    document.removeEventListener("keydown", this.#onPageKey);
  }

  /** Everything for one person: the menu of the three dots, of a right click and a long press. */
  menuOf(id: string, isTouch: boolean): { groups: MenuGroup[]; name: string } {
    const { view, you, picks } = this.host;
    const row = findRow(view, id);
    if (!row) return { groups: [], name: "" };
    const isWaiting = placeOf(view, id, ["waiting"]) !== null;
    const groups = isWaiting ? this.#waitingMenu(row) : actionsFor(row, you, view.session);
    const keyed = groups.map((group) => ({ ...group, items: group.items.map(withKey) }));
    if (!picks.may(row)) return { groups: keyed, name: row.name };
    const isPicked = picks.people.has(id);
    const select: MenuItem = {
      label: tab(isPicked ? "deselect" : "select"),
      act: () => picks.toggle(id),
      key: keyName("Space"),
    };
    // With a finger there is no other way to begin, so there it comes first.
    const all = isTouch ? [{ items: [select] }, ...keyed] : [...keyed, { items: [select] }];
    return { groups: all, name: row.name };
  }

  readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const { picks } = this.host;
    const row = event.composedPath().find((one) => idOf(one) !== null) as HTMLElement | undefined;
    const isDone =
      event.key === "Escape" ? this.#escape(picks) : row ? this.#onRow(event, row) : this.#onHeading(event);
    if (!isDone) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #escape(picks: ListPicks): boolean {
    if (picks.size === 0) return false;
    picks.clear();
    return true;
  }

  #onHeading(event: KeyboardEvent): boolean {
    if (event.key !== "ArrowDown") return false;
    const group = event.composedPath().find((one) => one instanceof ParticipantGroup);
    if (!group || group.shown === 0) return false;
    void this.host.keys.go({ group: group.group, index: 0 });
    return true;
  }

  #onRow(event: KeyboardEvent, row: HTMLElement): boolean {
    const { keys, picks, menus } = this.host;
    const isOnRow = event.composedPath()[0] === row;
    const isControl = event.ctrlKey || event.metaKey;
    const id = idOf(row) ?? "";
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) return menus.openFor(row);
    if (isControl && event.key.toLowerCase() === "a" && keys.active) {
      picks.all(keys.active.group);
      return true;
    }
    if (event.altKey || (isControl && event.key !== "Home" && event.key !== "End")) return false;
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight": {
        const isOn = (event.key === "ArrowRight") === (getComputedStyle(row).direction !== "rtl");
        keys.across(isOn ? 1 : -1);
        return true;
      }
      case "Enter":
        return isOnRow && menus.openFor(row);
      case " ":
        if (isOnRow) picks.toggle(id);
        return isOnRow;
      case "x":
        if (areLettersOn()) picks.toggle(id);
        return areLettersOn();
    }
    return this.#move(event) || this.#deed(event, id);
  }

  #move(event: KeyboardEvent): boolean {
    const { keys, picks } = this.host;
    const from = keys.active;
    const to = keys.move(event);
    if (!to || !from) return false;
    if (event.shiftKey && to.group === from.group) picks.extend(from, to);
    void keys.go(to);
    return true;
  }

  #deed(event: KeyboardEvent, id: string): boolean {
    const deed = deedOf(event);
    if (!deed || event.repeat) return false;
    const { picks } = this.host;
    const isSingle = deed === "rename" || deed === "block";
    if (picks.size > 0 && !isSingle) return picks.do(bulkNamesOf(deed));
    return this.#single(deed, id);
  }

  #single(deed: Deed, id: string): boolean {
    const { host } = this;
    const row = findRow(host.view, id);
    if (!row) return false;
    if (deed === "rename" || deed === "block") {
      const item = actionsFor(row, host.you, host.view.session)
        .flatMap((group) => group.items)
        .find((one) => one.dialog?.name === deed);
      if (item) host.dispatchEvent(new ChooseEvent(item));
      return item !== undefined;
    }
    const command = commandFor(deed, row, host.you, host.view.session);
    if (command) void run(host, command);
    return command !== null;
  }

  #waitingMenu(row: Row): MenuGroup[] {
    const { you, view } = this.host;
    return [{
      items: commandsFor(row, you, view.session).map((command) => ({
        label: tab(command.type === "admit" ? "admit" : "decline"),
        command,
        ...(command.type === "decline" ? { tone: "danger" as const } : {}),
      })),
    }].filter((group) => group.items.length > 0);
  }

  /** Keys that do the same wherever one is, but in a field, in a window, or on another's part of a page. */
  readonly #onPageKey = (event: KeyboardEvent): void => {
    const deed = event.defaultPrevented ? null : pageDeedOf(event);
    if (!deed) return;
    const path = event.composedPath();
    const root = this.host.getRootNode();
    const around = root instanceof ShadowRoot ? root.host : this.host;
    const isOurs = path[0] === document.body || path.includes(around);
    if (!isOurs || path.some(isTaking)) return;
    event.preventDefault();
    if (deed === "search") this.host.focusSearch();
    else if (deed === "undo") this.host.dispatchEvent(new UndoEvent());
    else this.host.showHelp();
  };
}

function withKey(item: MenuItem): MenuItem {
  const key = keyFor(item.command, item.dialog?.name);
  return key === undefined ? item : { ...item, key };
}

function isTaking(one: EventTarget): boolean {
  if (!(one instanceof HTMLElement)) return false;
  if (one.isContentEditable || one.matches("dialog, textarea, select")) return true;
  return one.matches("input:not([type=checkbox], [type=radio], [type=button])");
}
