/** Words of the attendance view. */

import { catalogue } from "../lib/language";

export const attendance = catalogue<typeof import("./attendance/en.json")>(
  import.meta.glob("./attendance/*.json", { import: "default" }),
);
