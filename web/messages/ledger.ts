/** Words of one invitation in the tab; apart from the windows', which load when one is opened. */

import { catalogue } from "../lib/language";

export const ledger = catalogue<typeof import("./ledger/en.json")>(
  import.meta.glob("./ledger/*.json", { import: "default" }),
);
