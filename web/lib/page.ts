/** Pages of our own say their language and direction on the document, and what they are called. */

import { common } from "../messages/common";
import { direction, follow, language } from "./language";

function tellDocument(): void {
  document.documentElement.lang = language();
  document.documentElement.dir = direction();
}

tellDocument();
follow(tellDocument);

/** Call the page by a name, in the language that the name is in. */
export function nameThePage(name: string): void {
  const title = common("page_title", { name });
  if (document.title !== title) document.title = title;
}
