/** One notice for all who arrive at the waiting room, with their number. */

import type { Note } from "../lib/asking";
import type { Command, SelfView, View } from "../lib/protocol";
import { room } from "../messages/room";

/**
 * Say that people wait, when there are more of them than before; null when nothing is new.
 * One person can be admitted from the notice; of several it leads to the list.
 */
export function arrivals(
  before: number,
  view: View | null,
  you: SelfView | null,
  show: () => void,
  carry: (command: Command) => void,
): Note | null {
  const now = view?.counts.waiting ?? 0;
  if (now <= before || !you?.rights.includes("admit")) return null;
  const first = view?.groups.waiting?.rows?.[0];
  if (now === 1 && first) {
    return {
      key: "waiting",
      stays: true,
      text: room("knock.one", { name: first.name }),
      action: { label: room("knock.admit"), run: () => carry({ type: "admit", participant_ids: [first.id] }) },
    };
  }
  return {
    key: "waiting",
    stays: true,
    text: room("knock.many", { count: now }),
    action: { label: room("knock.show"), run: show },
  };
}
