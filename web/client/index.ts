/** Take part in the live rooms of an usher server, from browsers and Node. */

export { Refused, TimedOut, Unreachable } from "./errors";
export { FIRST_PAGE, Room, type AskOptions, type Result, type RoomOptions } from "./room";
export { Usher, type GuestForm, type UsherOptions } from "./usher";
export type { Status } from "../lib/socket";
export type * from "../lib/protocol";
