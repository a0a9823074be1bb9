/** The audit log: what the page asks of the server, and how a line is said. */

import { audit } from "../messages/audit";
import { request } from "./api";
import { locale } from "./language";
import { endText, invitationName, modeName, partName, roleName } from "./words";
import type {
  AuditCheck, AuditLine, AuditPage, AuditPerson, EndReason, InvitationType, Part, Role, StageMode,
} from "./protocol";

/** Lines that are asked for at once. */
export const LINES_A_PAGE = 50;
/** People whom a line names; the rest are counted. */
const NAMED = 5;

const id = encodeURIComponent;

export const lines = (entryId: string, before?: number): Promise<AuditPage> =>
  request("GET", `/entries/${id(entryId)}/audit?limit=${LINES_A_PAGE}${before ? `&before=${before}` : ""}`);

export const check = (entryId: string): Promise<AuditCheck> =>
  request("GET", `/entries/${id(entryId)}/audit/check`);

export const exportUrl = (entryId: string, format: "csv" | "json"): string =>
  `/api/v1/entries/${id(entryId)}/audit/export?format=${format}`;

/** Who did it. */
export function byName(by: AuditPerson): string {
  if (!by.id) return audit("by.server");
  if (by.id === "unknown") return audit("by.unknown");
  if (by.id.startsWith("platform:")) return audit("by.platform");
  return by.name || nameless(by);
}

const nameless = (one: AuditPerson): string => audit(one.is_withheld ? "withheld" : "erased");

/** To whom it was done; empty when to nobody. */
export function aboutNames(line: AuditLine): string {
  const { about } = line;
  const named = about.slice(0, NAMED).map((one) => one.name || one.email || nameless(one));
  const more = about.length - named.length;
  if (more) named.push(audit("more", { count: more }));
  return new Intl.ListFormat(locale(), { type: more ? "unit" : "conjunction" }).format(named);
}

/** What else there is to say of a line, in words of the page; empty for nothing. */
export function detail(line: AuditLine): string {
  const { before, after, ...facts } = line.facts;
  const say = nameOf(line);
  if (say && before && after) return audit("change", { before: say(before), after: say(after) });
  if (say && (after ?? before)) return say(after ?? before ?? "");
  if (facts.link_name) return facts.link_name;
  if (facts.invitation_type) return invitationName(facts.invitation_type as InvitationType);
  if (facts.reason) return endText(facts.reason as EndReason);
  return facts.format ? facts.format.toUpperCase() : "";
}

function nameOf({ action }: AuditLine): ((value: string) => string) | null {
  switch (action) {
    case "role_changed":
      return (value) => roleName(value as Role);
    case "part_given":
    case "part_taken":
      return (value) => partName(value as Part);
    case "stage_access_set":
      return (value) => modeName(value as StageMode);
    default:
      return null;
  }
}
