/** Messages to bytes and back, in msgpack. */

import { decode, encode } from "@msgpack/msgpack";
import type { ClientMessage, ServerMessage } from "./protocol";

export const WIRE_VERSION = 1;
export const SUBPROTOCOL = "usher.v1.msgpack";

/** Strings longer than this are no part of any message; the decoder stops there. */
const MAX_TEXT = 64 * 1024;
/** Items of one array or map; a window has at most 200 rows. */
const MAX_ITEMS = 4096;

/** What arrived is not a message of the protocol. */
export class Malformed extends Error {}

export function write(message: ClientMessage): Uint8Array<ArrayBuffer> {
  return encode(message, { ignoreUndefined: true }) as Uint8Array<ArrayBuffer>;
}

/**
 * Read one frame. Its fields are trusted beyond `type`, because the server checks what it
 * sends against the same contract.
 *
 * @throws Malformed the bytes are not one msgpack map with a `type`.
 */
export function read(frame: ArrayBuffer | Uint8Array): ServerMessage {
  let plain: unknown;
  try {
    plain = decode(frame, {
      maxStrLength: MAX_TEXT,
      maxArrayLength: MAX_ITEMS,
      maxMapLength: MAX_ITEMS,
      maxBinLength: 0,
      maxExtLength: 0,
    });
  } catch (error) {
    throw new Malformed("not msgpack", { cause: error });
  }
  if (typeof plain !== "object" || plain === null || Array.isArray(plain)) {
    throw new Malformed("not a map");
  }
  if (typeof (plain as { type?: unknown }).type !== "string") throw new Malformed("no type");
  return plain as ServerMessage;
}
