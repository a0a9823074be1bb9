/** Tests read the words of the page, which load on their own. */

import { beforeAll } from "vitest";
import { whenLoaded } from "../lib/language";

beforeAll(async () => {
  await whenLoaded();
});

// happy-dom has no popovers; what is in one is in the document all the same.
if (globalThis.HTMLElement) {
  globalThis.HTMLElement.prototype.showPopover ??= () => undefined;
  globalThis.HTMLElement.prototype.hidePopover ??= () => undefined;
}
