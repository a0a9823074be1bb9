/** From the *Edit* form to commands that name what changed, and nothing else. */

import { readCaptions, writeCaptions } from "./captions";
import { fromLocalInput, toLocalInput } from "./timing";
import type { EditEntry, EditSettings, EntrySettings, EntryView, SettingName, StageMode, ViewerList } from "./protocol";

/** What the generated types hold, before it is sealed. */
type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

export function entryChanges(entry: EntryView, form: FormData): EditEntry | null {
  const command: Draft<EditEntry> = { type: "edit_entry" };
  for (const field of ["name", "description", "content_url"] as const) {
    if (!form.has(field)) continue;
    const typed = String(form.get(field)).trim();
    if (typed !== (entry[field] ?? "")) command[field] = typed;
  }
  for (const field of ["starts_at", "ends_at"] as const) {
    // Compared as shown, because the field knows no seconds.
    const typed = String(form.get(field) ?? "");
    if (form.has(field) && typed !== toLocalInput(entry[field])) command[field] = fromLocalInput(typed);
  }
  if (form.has("captions")) {
    const captions = readCaptions(String(form.get("captions")));
    const isNew = writeCaptions(entry.captions) !== (Array.isArray(captions) ? writeCaptions(captions) : "");
    if (Array.isArray(captions) && isNew) command.captions = captions;
  }
  return Object.keys(command).length > 1 ? command : null;
}

const ROOM_SWITCHES = ["opens_by_itself", "guests_may_rename"] as const;
const DOOR_SWITCHES = ["moderators_may_invite", "approve_guests", "code_on_first_use"] as const;

/** @param isLive the form has the fields of the room as well; those of the doors it always has. */
export function settingChanges(
  old: EntrySettings,
  form: FormData,
  isLive: boolean,
): EditSettings | null {
  const settings: Draft<EntrySettings> = { ...old, consent: String(form.get("consent")) };
  for (const name of DOOR_SWITCHES) settings[name] = form.get(name) === "on";
  if (isLive) {
    for (const name of ROOM_SWITCHES) settings[name] = form.get(name) === "on";
    settings.stage_mode = form.get("stage_mode") as StageMode;
    settings.stage_capacity = Number(form.get("stage_capacity"));
    settings.viewer_list = form.get("viewer_list") as ViewerList;
  }
  const names = Object.keys(settings) as SettingName[];
  const only = names.filter((name) => settings[name] !== old[name]);
  return only.length > 0 ? { type: "edit_settings", settings, only } : null;
}
