/** What helps after a refusal: for every code, so that nobody is left at a dead end. */

import type { ErrorCode } from "./protocol";

/**
 * - `again`: the same once more, perhaps a little later.
 * - `reload`: the page itself is out of date.
 * - `link`: the link that one was given, opened once more.
 * - `elsewhere`: nothing here; the sentence says whom to ask.
 */
export type NextStep = "again" | "reload" | "link" | "elsewhere";

const STEPS: Partial<Record<ErrorCode, NextStep>> = {
  link_disabled: "again",
  not_started: "again",
  waiting: "again",
  room_full: "again",
  room_locked: "again",
  stage_full: "again",
  conflict: "again",
  rate_limited: "again",
  taken_over: "again",
  too_slow: "again",
  overloaded: "again",
  restarting: "again",
  read_only: "again",
  internal: "again",
  platform_unreachable: "again",
  version_unsupported: "reload",
  bad_request: "reload",
  bad_origin: "reload",
  command_reused: "reload",
  other_device: "link",
  code_required: "link",
  consent_required: "link",
  code_wrong: "link",
  code_expired: "link",
  email_mismatch: "link",
  wrong_account: "link",
  ticket_invalid: "link",
  lti_launch_invalid: "link",
  lti_other_browser: "link",
};

export const nextStep = (code: ErrorCode): NextStep => STEPS[code] ?? "elsewhere";
