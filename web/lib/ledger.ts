/** What is asked of the ledger: which invitations, in which order, from where on. */

import type { InvitationType, LedgerRow, LedgerState } from "./protocol";

export const PAGE = 50;
/** As many as the server gives at once. */
const MOST = 200;

export const SORTS = ["-invited_at", "invited_at", "name", "email", "state", "expires_at"] as const;
export type Sort = (typeof SORTS)[number];

/** Those who have not come yet, whom one reminds. */
export const NOT_IN_YET: readonly LedgerState[] = ["created", "sent", "delivered", "bounced", "opened"];

export interface LedgerQuery {
  /** Empty for all; `not_in` for those who have not come. */
  state: "" | "not_in" | LedgerState;
  type: "" | InvitationType;
  by: string;
  q: string;
  sort: Sort;
}

export const EVERYTHING: LedgerQuery = { state: "", type: "", by: "", q: "", sort: "-invited_at" };

export const isNarrowed = (query: LedgerQuery): boolean =>
  Boolean(query.state || query.type || query.by || query.q.trim());

/** The filters alone, as the summary takes them. */
export function filtersOf(query: LedgerQuery): URLSearchParams {
  const found = new URLSearchParams();
  const state = query.state === "not_in" ? NOT_IN_YET.join(",") : query.state;
  const q = query.q.trim().slice(0, 100);
  for (const [name, value] of Object.entries({ state, type: query.type, by: query.by, q })) {
    if (value) found.set(name, value);
  }
  return found;
}

export function pageOf(query: LedgerQuery, after: string, limit = PAGE): URLSearchParams {
  const found = filtersOf(query);
  found.set("sort", query.sort);
  found.set("limit", String(limit));
  if (after) found.set("after", after);
  return found;
}

/** All that match as a file. */
export function fileOf(query: LedgerQuery): URLSearchParams {
  const found = filtersOf(query);
  found.set("sort", query.sort);
  found.set("format", "csv");
  return found;
}

/** Read all that match, page by page. */
export async function everyRow(
  query: LedgerQuery,
  read: (page: URLSearchParams) => Promise<readonly LedgerRow[]>,
): Promise<LedgerRow[]> {
  const found: LedgerRow[] = [];
  for (let after = ""; ; after = found.at(-1)?.id ?? "") {
    const page = await read(pageOf(query, after, MOST));
    found.push(...page);
    if (page.length < MOST) return found;
  }
}
