/** What keys do in the tab. Elements do what is named here; `shortcut-help` lists it. */

import { tab } from "../messages/tab";
import { commandsFor, nameOf, type BulkName } from "./bulk";
import type { Command, Row, SelfView, SessionView } from "./protocol";

const KEPT = "usher.shortcuts";

/** What a typed key does with the person in focus, or with all who are selected. */
export type Deed =
  | "admit" | "decline" | "lower_hand" | "mute" | "camera" | "stage" | "viewer" | "speaker"
  | "moderator" | "rename" | "remove" | "block";

/** Letters are of the English words; they stay the same in every language, as in other products. */
export const DEEDS: readonly (readonly [key: string, deed: Deed])[] = [
  ["a", "admit"],
  ["d", "decline"],
  ["l", "lower_hand"],
  ["m", "mute"],
  ["c", "camera"],
  ["s", "stage"],
  ["v", "viewer"],
  ["k", "speaker"],
  ["o", "moderator"],
  ["F2", "rename"],
  ["Delete", "remove"],
];

const BY_KEY: ReadonlyMap<string, Deed> = new Map([...DEEDS, ["Backspace", "remove"] as const]);

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const isPlain = (event: Pressed): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;

/** A key that also writes a letter; those can be switched off (WCAG 2.1.4). */
const isLetter = (event: Pressed): boolean => event.key.length === 1 && event.key !== " ";

/** What a key does with people; null when it does nothing with them. */
export function deedOf(event: Pressed): Deed | null {
  if (!isPlain(event) || (isLetter(event) && !areLettersOn())) return null;
  if (event.key === "Delete" && event.shiftKey) return "block";
  return event.shiftKey ? null : (BY_KEY.get(event.key.length === 1 ? event.key.toLowerCase() : event.key) ?? null);
}

/** What a key does wherever one is in the tab. */
export function pageDeedOf(event: Pressed): "search" | "help" | "undo" | null {
  const isControl = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (isControl && event.key.toLowerCase() === "z") return "undo";
  if (isControl && event.key.toLowerCase() === "k") return "search";
  if (!isPlain(event) || !areLettersOn()) return null;
  return event.key === "/" ? "search" : event.key === "?" ? "help" : null;
}

/** In a group only one of them is possible; the first that is, is meant. */
const COMMANDS: Record<Exclude<Deed, "rename" | "block">, readonly (BulkName | Command["type"])[]> = {
  admit: ["admit"],
  decline: ["decline", "decline_stage_request"],
  lower_hand: ["lower_hand"],
  mute: ["mute", "request_unmute", "set_microphone"],
  camera: ["turn_camera_off", "set_camera"],
  stage: [
    "offer_stage", "revoke_stage_offer", "remove_from_stage", "join_stage", "request_stage",
    "withdraw_stage_request", "leave_stage",
  ],
  viewer: ["set_viewer"],
  speaker: ["set_speaker"],
  moderator: ["set_moderator"],
  remove: ["remove"],
};

/** What a key means for several people: the first of these that applies to anybody. */
export function bulkNamesOf(deed: Deed): readonly string[] {
  return deed === "rename" || deed === "block" ? [] : COMMANDS[deed];
}

/** The command that a key means for a person; null when it is not possible now. */
export function commandFor(
  deed: Exclude<Deed, "rename" | "block">,
  row: Row,
  you: SelfView,
  session: SessionView,
): Command | null {
  const possible = commandsFor(row, you, session);
  for (const name of COMMANDS[deed]) {
    const found = possible.find((command) => (nameOf(command) ?? command.type) === name);
    if (found) return found;
  }
  return null;
}

/** The key that does the same as an item of a menu, to be shown beside it. */
export function keyFor(command: Command | undefined, dialog: string | undefined): string | undefined {
  const name = command ? (nameOf(command) ?? command.type) : dialog;
  const deed = (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).find((one) =>
    COMMANDS[one].includes(name as Command["type"]),
  ) ?? (name === "rename" ? "rename" : undefined);
  const key = DEEDS.find(([, one]) => one === deed)?.[0];
  if (key === undefined || (key.length === 1 && !areLettersOn())) return undefined;
  return keyName(key);
}

/** A key as it is printed on keyboards. */
export function keyName(key: string): string {
  const message = `key.${key}`;
  return tab.has(message) ? tab(message) : key.length === 1 ? key.toUpperCase() : key;
}

export function areLettersOn(): boolean {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

export function switchLetters(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  } catch {
    // Without storage they stay as they are.
  }
}
