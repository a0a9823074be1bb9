/** The list of what keys do, as the help sheet shows it: apart, because few open it. */

import { shortcuts } from "../messages/shortcuts";
import type { SelfView } from "./protocol";
import { DEEDS, type Deed } from "./shortcuts";

export interface Help {
  /** Each alternative is a chord of keys. */
  keys: string[][];
  text: string;
}

export interface HelpGroup {
  title: string;
  rows: Help[];
}

/** Everything that keys do for somebody with these rights. */
export function helpFor(you: SelfView, maySelectPeople: boolean): HelpGroup[] {
  const has = (right: SelfView["rights"][number]): boolean => you.rights.includes(right);
  const help = (name: Parameters<typeof shortcuts>[0], ...keys: string[][]): Help => ({ keys, text: shortcuts(name) });
  const control = isApple() ? "Meta" : "Control";
  const may: Partial<Record<Deed, boolean>> = {
    admit: has("admit"),
    decline: has("admit"),
    lower_hand: has("lower_hands") || has("raise_hand"),
    mute: has("mute_others"),
    camera: has("mute_others"),
    stage: has("manage_stage"),
    viewer: has("set_role"),
    speaker: has("set_role"),
    moderator: has("set_role"),
    rename: has("rename_others") || has("rename_self"),
    remove: has("remove"),
  };
  return [
    {
      title: shortcuts("group.moving"),
      rows: [
        help("move", ["ArrowUp"], ["ArrowDown"]),
        help("page", ["PageUp"], ["PageDown"]),
        help("ends", ["Home"], ["End"]),
        help("controls", ["ArrowRight"], ["ArrowLeft"]),
        help("menu", ["Enter"], ["Shift", "F10"]),
      ],
    },
    {
      title: shortcuts("group.people"),
      rows: [
        ...DEEDS.filter(([, deed]) => may[deed]).map(([key, deed]) => help(deed, [key])),
        ...(has("block") ? [help("block", ["Shift", "Delete"])] : []),
      ],
    },
    {
      title: shortcuts("group.selecting"),
      rows: maySelectPeople
        ? [
            help("select", ["Space"], ["x"]),
            help("range", ["Shift", "ArrowUp"], ["Shift", "ArrowDown"]),
            help("all", [control, "a"]),
          ]
        : [],
    },
    {
      title: shortcuts("group.tab"),
      rows: [
        help("search", ["/"], [control, "k"]),
        help("undo", [control, "z"]),
        help("clear", ["Escape"]),
        help("help", ["?"]),
      ],
    },
  ].filter((group) => group.rows.length > 0);
}

function isApple(): boolean {
  return /Mac|iP(?:hone|ad)/u.test(globalThis.navigator?.platform ?? "");
}

