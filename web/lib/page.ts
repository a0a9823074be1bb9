/** Pages of our own say their language and direction on the document; imported for that alone. */

import { direction, follow, language } from "./language";

function tellDocument(): void {
  document.documentElement.lang = language();
  document.documentElement.dir = direction();
}

tellDocument();
follow(tellDocument);
