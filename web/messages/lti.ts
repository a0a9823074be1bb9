/** Words of the way in from a course of a learning platform. */

import { catalogue } from "../lib/language";

export const lti = catalogue<typeof import("./lti/en.json")>(
  import.meta.glob("./lti/*.json", { import: "default" }),
);
