/** How a refusal reads as a page: a heading, beside the sentence that the server gives. */

import type { ErrorCode } from "./protocol";

const HEADINGS = new Map<ErrorCode, string>([
  ["link_not_found", "This link is not valid"],
  ["link_disabled", "This link is switched off"],
  ["link_expired", "This link has expired"],
  ["link_used_up", "This link is used up"],
  ["link_revoked", "This link was withdrawn"],
  ["wrong_account", "You are signed in with another account"],
  ["email_mismatch", "That is another e-mail address"],
  ["other_device", "In use on another device"],
  ["code_required", "One more step"],
  ["not_started", "Not started yet"],
  ["waiting", "Please wait"],
  ["declined", "You were not let in"],
  ["removed", "You were removed"],
  ["blocked", "You cannot join"],
  ["room_full", "The room is full"],
  ["room_locked", "The room is locked"],
  ["session_ended", "The session is over"],
  ["not_signed_in", "Sign in first"],
  ["not_allowed", "Not allowed"],
  ["not_found", "Nothing here"],
  ["ticket_invalid", "Your way in has run out"],
  ["token_invalid", "This sign-in link is not valid"],
  ["taken_over", "You went on in another place"],
  ["rate_limited", "A moment, please"],
  ["overloaded", "The server is busy"],
  ["restarting", "The server is restarting"],
  ["version_unsupported", "This page is out of date"],
]);

export const headingOf = (code: ErrorCode): string => HEADINGS.get(code) ?? "That did not work";

/** The calm ends of a session, which are no fault of anybody. */
const CALM: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "session_ended", "taken_over", "not_started", "waiting", "not_signed_in", "code_required",
]);

export const isCalm = (code: ErrorCode): boolean => CALM.has(code);
