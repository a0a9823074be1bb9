/** A wish about guest links, with the question to ask first where there is no way back. */

import type { Command } from "../lib/protocol";
import type { Question } from "./confirm-dialog";

export class GuestAskEvent extends Event {
  constructor(
    readonly command: Command,
    readonly question: Question | null = null,
    readonly done: (isDone: boolean) => void = () => undefined,
  ) {
    super("guest-ask", { bubbles: true, composed: true });
  }
}
