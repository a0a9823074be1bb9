/** Words of the frame around the documentation; what it says of the API stays English. */

import { catalogue } from "../lib/language";

export const docs = catalogue<typeof import("./docs/en.json")>(
  import.meta.glob("./docs/*.json", { import: "default" }),
);
