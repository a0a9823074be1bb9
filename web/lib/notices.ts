/** What a notice tells the person it is for. */

import { notices } from "../messages/notices";
import type { Notice } from "./protocol";

export function noticeText(notice: Notice): string {
  const by = notice.by ?? notices("somebody");
  return notices(notice.kind, { by, role: notice.role ?? "" });
}
