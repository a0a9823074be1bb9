/** Words of the room: the stage, what one does oneself, what is told about it. */

import { catalogue } from "../lib/language";

export const room = catalogue<typeof import("./room/en.json")>(
  import.meta.glob("./room/*.json", { import: "default" }),
);
