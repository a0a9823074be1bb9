/** A door stays shut: the page shows why, and keeps what was typed for another try. */

import type { Guest } from "../lib/guest-memory";
import type { Problem } from "../lib/protocol";

export class RefusedEvent extends Event {
  constructor(
    readonly problem: Problem,
    readonly typed: Partial<Guest> = {},
  ) {
    super("refused", { bubbles: true });
  }
}
