/**
 * Messages to text and back, in JSON. It stands in for the msgpack of our pages in the module,
 * where what a page of another site loads counts for more than what it receives.
 */

import { Malformed, message, type Frame } from "./frames";
import type { ClientMessage, ServerMessage } from "./protocol";

export const SUBPROTOCOL = "usher.v1.json";

export const write = (said: ClientMessage): string => JSON.stringify(said);

/** @throws Malformed the text is not one JSON map with a `type`. */
export function read(frame: Frame): ServerMessage {
  if (typeof frame !== "string") throw new Malformed("not text");
  let plain: unknown;
  try {
    plain = JSON.parse(frame);
  } catch (error) {
    throw new Malformed("not JSON", { cause: error });
  }
  return message(plain);
}
