/** Words of the gates: the countdown and the waiting room. */

import { catalogue } from "../lib/language";

export const gate = catalogue<typeof import("./gate/en.json")>(
  import.meta.glob("./gate/*.json", { import: "default" }),
);
