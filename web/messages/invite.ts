/** Words of the windows: inviting, guest links, the ledger, sharing. */

import { catalogue } from "../lib/language";

export const invite = catalogue<typeof import("./invite/en.json")>(
  import.meta.glob("./invite/*.json", { import: "default" }),
);
