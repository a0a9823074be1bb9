/** What the windows say about people, links and moments, in whole sentences. */

import { invite } from "../messages/invite";
import { number } from "./language";
import { isLive } from "./ranks";
import { fromNow, moment } from "./timing";
import type { Person } from "./invitees";
import type { EntryKind, InvitationType } from "./protocol";

/** Why somebody cannot be invited as it stands. */
export function faultText(one: Pick<Person, "fault" | "sameAs">): string {
  if (one.fault === "repeated" && one.sameAs) return invite("fault.repeated.line", { line: number(one.sameAs) });
  return one.fault ? invite(`fault.${one.fault}`) : "";
}

/** What somebody invited in this way may do with this kind of thing, in plain words. */
export const mayText = (type: InvitationType, kind: EntryKind): string =>
  type === "viewer" && !isLive(kind) ? invite("may.viewer.content") : invite(`may.${type}`);

/**
 * Until when something is good, as people count and as calendars do.
 *
 * @param isShort beside a label that says that it is about being valid.
 */
export function untilText(at: number | null | undefined, now: number, isShort = false): string {
  if (at === null || at === undefined) return invite("until.open");
  const when = { moment: moment(at), away: fromNow(at, now) };
  if (at <= now) return invite("until.past", when);
  return invite(isShort ? "until.short" : "until", when);
}
