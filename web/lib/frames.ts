/** What the codecs share. */

import type { ServerMessage } from "./protocol";

export const WIRE_VERSION = 1;

/** One frame as a WebSocket gives it: text or bytes, as the codec has it. */
export type Frame = string | ArrayBuffer | Uint8Array<ArrayBuffer>;

/** What arrived is not a message of the protocol. */
export class Malformed extends Error {}

/**
 * Take what a frame holds for a message. Its fields are trusted beyond `type`, because the
 * server checks what it sends against the same contract.
 *
 * @throws Malformed it is not one map with a `type`.
 */
export function message(plain: unknown): ServerMessage {
  if (typeof plain !== "object" || plain === null || Array.isArray(plain)) {
    throw new Malformed("not a map");
  }
  if (typeof (plain as { type?: unknown }).type !== "string") throw new Malformed("no type");
  return plain as ServerMessage;
}
