/** Words of the pages for operators: how the site runs, and webhooks. */

import { catalogue } from "../lib/language";

export const operator = catalogue<typeof import("./operator/en.json")>(
  import.meta.glob("./operator/*.json", { import: "default" }),
);
