/** What a notice tells the person it is for. */

import { people } from "../messages/people";
import type { Notice } from "./protocol";

export function noticeText(notice: Notice): string {
  const by = notice.by ?? people("notice.somebody");
  return people(`notice.${notice.kind}`, { by, role: notice.role ?? "" });
}
