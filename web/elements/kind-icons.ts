/** The mark of each kind of entry. */

import type { EntryKind } from "../lib/protocol";
import type { IconName } from "./icons";

export const KIND_ICONS: Record<EntryKind, IconName> = {
  video: "play",
  document: "file",
  quiz: "quiz",
  live_event: "stage",
  room: "people",
  channel_room: "people",
  gallery_room: "people",
};
