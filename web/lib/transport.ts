/** What the life cycle needs of a WebSocket, and no more; tests have one of their own. */

import { SUBPROTOCOL } from "./codec";
import type { Frame } from "./frames";

export interface Listener {
  opened(): void;
  received(frame: Frame): void;
  /** At most once, and never after `hangUp`. */
  closed(code: number): void;
}

export interface Transport {
  send(frame: Frame): void;
  hangUp(): void;
}

export type Connect = (url: string, listener: Listener) => Transport;

/** Before a ticket among the subprotocols: pages can set no header on a WebSocket. */
const TICKET = "usher.ticket.";

/**
 * @param ticket for whom no cookie of ours reaches: a tab on a page of another site, a program.
 * @param Socket in place of the platform's own.
 */
export const overWebSocket = (ticket?: string, Socket = globalThis.WebSocket): Connect => (url, listener) => {
  const socket = new Socket(url, ticket ? [SUBPROTOCOL, TICKET + ticket] : SUBPROTOCOL);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => listener.opened();
  socket.onmessage = (event: MessageEvent<Frame>) => listener.received(event.data);
  socket.onclose = (event) => listener.closed(event.code);
  // What failed is told by the close that follows; an emitter without a listener ends a program.
  socket.onerror = () => undefined;
  return {
    send: (frame) => socket.send(frame),
    // A browser may take long to report the end of a dead line, so nobody listens for it.
    hangUp: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
};
