/** Tests read the words of the page, which load on their own. */

import { beforeAll } from "vitest";
import { whenLoaded } from "../lib/language";

beforeAll(async () => {
  await whenLoaded();
});
