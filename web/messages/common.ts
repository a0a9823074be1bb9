/** Words that are used all over: buttons, roles, kinds, states. */

import { catalogue } from "../lib/language";

export const common = catalogue<typeof import("./common/en.json")>(
  import.meta.glob("./common/*.json", { import: "default" }),
);
