/** Words of the audit log. */

import { catalogue } from "../lib/language";

export const audit = catalogue<typeof import("./audit/en.json")>(
  import.meta.glob("./audit/*.json", { import: "default" }),
);
