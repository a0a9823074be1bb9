/** What is said about people in a room: permissions, ways of blocking, notices to oneself. */

import { catalogue } from "../lib/language";

export const people = catalogue<typeof import("./people/en.json")>(
  import.meta.glob("./people/*.json", { import: "default" }),
);
