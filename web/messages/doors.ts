/** Words of the way in: the doors, and every way out again. */

import { catalogue } from "../lib/language";

export const doors = catalogue<typeof import("./doors/en.json")>(
  import.meta.glob("./doors/*.json", { import: "default" }),
);
