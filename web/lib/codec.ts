/** Messages to bytes and back, in msgpack. */

import { decode, encode } from "@msgpack/msgpack";
import { Malformed, message, type Frame } from "./frames";
import type { ClientMessage, ServerMessage } from "./protocol";

export const SUBPROTOCOL = "usher.v1.msgpack";

/** Strings longer than this are no part of any message; the decoder stops there. */
const MAX_TEXT = 64 * 1024;
/** Items of one array or map; a window has at most 200 rows. */
const MAX_ITEMS = 4096;

export function write(said: ClientMessage): Uint8Array<ArrayBuffer> {
  return encode(said, { ignoreUndefined: true }) as Uint8Array<ArrayBuffer>;
}

/** @throws Malformed the bytes are not one msgpack map with a `type`. */
export function read(frame: Frame): ServerMessage {
  if (typeof frame === "string") throw new Malformed("not bytes");
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
  return message(plain);
}
