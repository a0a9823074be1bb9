/**
 * What somebody changes of an entry while others may change it as well. What the server says
 * last is the base, and what is typed lies over it; a field that both changed is a clash, which
 * the person decides.
 */

import { readCaptions, writeCaptions } from "./captions";
import { FACTS, type FactName, type FieldName, type Value, type Values } from "./entry-fields";
import { fromLocalInput, toLocalInput } from "./timing";
import type { EditEntry, EditSettings, EntrySettings, EntryView, SettingName } from "./protocol";

export interface Draft {
  readonly base: Values;
  /** Only what differs from the base. */
  readonly own: Values;
  /** Changed here, and by somebody else since. */
  readonly clashes: ReadonlySet<FieldName>;
  /** Changed by somebody else while this was open. */
  readonly news: ReadonlySet<FieldName>;
}

/** What the generated types hold, before it is sealed. */
type Open<T> = { -readonly [Name in keyof T]: T[Name] };

export function valuesOf(entry: EntryView): Values {
  return {
    name: entry.name,
    description: entry.description,
    content_url: entry.content_url ?? "",
    captions: writeCaptions(entry.captions),
    // As shown: the field knows no seconds.
    starts_at: toLocalInput(entry.starts_at),
    ends_at: toLocalInput(entry.ends_at),
    ...entry.settings,
  };
}

export const begin = (entry: EntryView): Draft => ({
  base: valuesOf(entry), own: {}, clashes: new Set(), news: new Set(),
});

/** What the fields show. */
export const shown = (draft: Draft): Values => ({ ...draft.base, ...draft.own });

export const changed = (draft: Draft): FieldName[] => Object.keys(draft.own) as FieldName[];

export function edit(draft: Draft, name: FieldName, value: Value): Draft {
  if (value === draft.base[name]) return adopt(draft, name);
  return { ...draft, own: { ...draft.own, [name]: value } };
}

/** Give up one's own change, and with it the clash. */
export function adopt(draft: Draft, name: FieldName): Draft {
  const { [name]: _, ...own } = draft.own;
  return { ...draft, own, clashes: without(draft.clashes, name) };
}

/** Take in how the entry is now. */
export function merge(draft: Draft, entry: EntryView): Draft {
  const base = valuesOf(entry);
  const clashes = new Set(draft.clashes);
  const news = new Set(draft.news);
  const own: Partial<Record<FieldName, Value>> = { ...draft.own };
  for (const name of Object.keys(base) as FieldName[]) {
    if (base[name] !== draft.base[name]) {
      if (name in own) clashes.add(name);
      else news.add(name);
    }
    if (own[name] === base[name]) {
      // Both wanted the same.
      delete own[name];
      clashes.delete(name);
    }
  }
  return { base, own, clashes, news };
}

/** Some fields are saved. */
export function saved(draft: Draft, names: readonly FieldName[]): Draft {
  const base = { ...draft.base };
  let after = draft;
  for (const name of names) {
    if (name in draft.own) base[name] = draft.own[name] ?? null;
    after = adopt(after, name);
  }
  return { ...after, base };
}

const without = <T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> => new Set([...set].filter((other) => other !== one));

/** The changes of the entry itself, as a command; null for none. */
export function factsCommand(draft: Draft): EditEntry | null {
  const command: Open<EditEntry> = { type: "edit_entry" };
  for (const name of changed(draft)) {
    const typed = String(draft.own[name] ?? "");
    if (name === "starts_at" || name === "ends_at") command[name] = fromLocalInput(typed);
    else if (name === "captions") command.captions = readCaptions(typed) as EditEntry["captions"];
    else if (isFact(name)) command[name] = name === "description" ? typed : typed.trim();
  }
  return Object.keys(command).length > 1 ? command : null;
}

/** The changes of its settings, as a command; null for none. */
export function settingsCommand(draft: Draft, settings: EntrySettings): EditSettings | null {
  const only = changed(draft).filter((name): name is SettingName => !isFact(name));
  if (only.length === 0) return null;
  const own = Object.fromEntries(only.map((name) => [name, draft.own[name]]));
  return { type: "edit_settings", settings: { ...settings, ...own }, only };
}

export const isFact = (name: FieldName): name is FactName => FACTS.includes(name as FactName);
