/** Words of the media page and of the settings of an entry. */

import { catalogue } from "../lib/language";

export const entry = catalogue<typeof import("./entry/en.json")>(
  import.meta.glob("./entry/*.json", { import: "default" }),
);
