/** Words of the sheet that lists what keys do. */

import { catalogue } from "../lib/language";

export const shortcuts = catalogue<typeof import("./shortcuts/en.json")>(
  import.meta.glob("./shortcuts/*.json", { import: "default" }),
);
