/** The Participants tab: its list, rows, menus, shortcuts, and what is done with several people. */

import { catalogue } from "../lib/language";

export const tab = catalogue<typeof import("./tab/en.json")>(
  import.meta.glob("./tab/*.json", { import: "default" }),
);
