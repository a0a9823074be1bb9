/** Files on disk: of the server, where a link would carry no ticket, and what a page has drawn. */

import { attendanceUrl, download, ledgerUrl } from "./api";
import { fileOf, type LedgerQuery } from "./ledger";

const KEPT_MS = 60_000;

/**
 * Save the attendance of a session.
 *
 * @throws Refused the person may not have it, or the server was not reached.
 */
export async function saveAttendance(sessionId: string, format: "csv" | "json"): Promise<void> {
  save(await download(attendanceUrl(sessionId, format)), `attendance-${sessionId}.${format}`);
}

/**
 * Save all invitations that match, in their order.
 *
 * @throws Refused the person may not have them, or the server was not reached.
 */
export async function saveLedger(entryId: string, query: LedgerQuery): Promise<void> {
  save(await download(ledgerUrl(entryId, fileOf(query))), `invitations-${entryId}.csv`);
}

/** Have the browser keep a file that the page has. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
