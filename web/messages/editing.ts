/** Words of creating an entry, of its settings and of its collaborators. */

import { catalogue } from "../lib/language";

export const editing = catalogue<typeof import("./editing/en.json")>(
  import.meta.glob("./editing/*.json", { import: "default" }),
);
