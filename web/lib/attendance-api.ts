/** What the attendance view asks of the server; no other page needs it. */

import { request } from "./api";
import type { AttendancePage, AttendanceSummary, Origin, Role, SittingsView } from "./protocol";

/** People on one page of the list. */
export const PEOPLE_A_PAGE = 50;

export type SortKey = "joined" | "name" | "present" | "stage" | "hands";
export type Sort = SortKey | `-${SortKey}`;

/** Whom the list shows, in which order, from which place on. */
export interface PeopleQuery {
  search: string;
  origin: Origin | "";
  linkName: string;
  role: Role | "";
  sort: Sort;
  first: number;
}

export const EVERYBODY: PeopleQuery = {
  search: "", origin: "", linkName: "", role: "", sort: "joined", first: 0,
};

const id = encodeURIComponent;

export const sittings = (entryId: string): Promise<SittingsView> =>
  request("GET", `/entries/${id(entryId)}/sessions`);

export const summary = (sessionId: string): Promise<AttendanceSummary> =>
  request("GET", `/sessions/${id(sessionId)}/attendance/summary`);

export function people(sessionId: string, query: PeopleQuery): Promise<AttendancePage> {
  const asked = new URLSearchParams({
    first: String(query.first), limit: String(PEOPLE_A_PAGE), sort: query.sort,
  });
  if (query.search) asked.set("q", query.search);
  if (query.origin) asked.set("origin", query.origin);
  if (query.linkName) asked.set("link", query.linkName);
  if (query.role) asked.set("role", query.role);
  return request("GET", `/sessions/${id(sessionId)}/attendance/people?${asked}`);
}
