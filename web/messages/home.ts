/** Words of the home page, the outbox and the top of every page. */

import { catalogue } from "../lib/language";

export const home = catalogue<typeof import("./home/en.json")>(
  import.meta.glob("./home/*.json", { import: "default" }),
);
