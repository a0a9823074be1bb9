/** What a person is told of what was done to them. */

import { catalogue } from "../lib/language";

export const notices = catalogue<typeof import("./notices/en.json")>(
  import.meta.glob("./notices/*.json", { import: "default" }),
);
