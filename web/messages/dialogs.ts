/** Words of the room's small windows: permissions, ways of blocking, renaming, messages, being called. */

import { catalogue } from "../lib/language";

export const dialogs = catalogue<typeof import("./dialogs/en.json")>(
  import.meta.glob("./dialogs/*.json", { import: "default" }),
);
