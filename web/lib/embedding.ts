/** How a tab on another site's page comes in, and stays in when that page is loaded again. */

import * as api from "./api";
import { grantAccess } from "./access";

/** Who has come in, as what `sessionStorage` of the other site keeps for a reload. */
interface Kept {
  session_id: string;
  ticket: string;
}

/**
 * Enter with a host token. A token is good once: when the page is loaded again with the same
 * one, the ticket that it brought goes on.
 *
 * @param key of this browser, where the token is for it alone.
 * @returns the id of the session.
 * @throws Refused the token is no good, and nothing is kept of it.
 */
export async function enterWith(server: string, token: string, key = ""): Promise<string> {
  let kept: Kept;
  try {
    const { session_id, ticket } = await api.enterEmbedded(server, token, key);
    kept = { session_id, ticket };
    keep(token, kept);
  } catch (error) {
    const before = keptFor(token);
    if (!before || api.problemOf(error).code !== "token_invalid") throw error;
    kept = before;
  }
  const entryId = kept.session_id.split(".")[0] ?? kept.session_id;
  grantAccess(entryId, { server, ticket: kept.ticket });
  return kept.session_id;
}

// The end of a token is its signature's: enough to tell tokens apart, and of no use to others.
const keyOf = (token: string): string => `usher.tab.${token.slice(-16)}`;

function keep(token: string, kept: Kept): void {
  try {
    sessionStorage.setItem(keyOf(token), JSON.stringify(kept));
  } catch {
    // Without storage a reload needs a fresh token.
  }
}

function keptFor(token: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(token)) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
