/** Windows whose code comes when it is needed. */

import type { LitElement } from "lit";
import { problems } from "../messages/problems";
import { tell } from "./asking";

/** Those about inviting. */
export const loadWindows = (): Promise<unknown> => import("../elements/invite-windows");

/** What can be done with several people at once. */
export const loadBulkBar = (): Promise<unknown> => import("../elements/bulk-bar");

/** Load ahead of need, once nothing else is to do: a window then opens without a connection. */
export function prepareWindows(): void {
  const soon = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 2_000));
  soon(() => void Promise.all([loadWindows(), loadBulkBar()]).catch(() => undefined));
}

/**
 * Open a window of an element, which may not be loaded yet.
 *
 * @param owner renders the window, and tells when it cannot be loaded.
 * @param load gets the code of the window.
 */
export async function openWindow(owner: LitElement,
  load: () => Promise<unknown>,
  open: () => unknown,
): Promise<void> {
  try {
    await load();
  } catch {
    tell(owner, { text: problems("unreachable"), tone: "bad" });
    return;
  }
  // What an element was given before it was known, it has only after its first update.
  const windows = [...owner.renderRoot.querySelectorAll("*")] as Partial<LitElement>[];
  await Promise.all(windows.map((one) => one.updateComplete));
  await open();
}
