/** Words of doing something with everybody who is selected. */

import { catalogue } from "../lib/language";

export const bulk = catalogue<typeof import("./bulk/en.json")>(
  import.meta.glob("./bulk/*.json", { import: "default" }),
);
