/** Every route of a command; a test holds them to `protocol/routes.py`. Pages do without some of them. */

import type { Command } from "../lib/protocol";
import { PAGE_ROUTES, requestOf as requestBy, type Route, type Routes } from "../lib/routes";

const ROUTES: Routes = new Map<Command["type"], Route>([
  ...PAGE_ROUTES,
  ["create_entry", { method: "POST", path: "" }],
  ["set_lock", { method: "PUT", path: "/session/lock" }],
  ["set_stage_mode", { method: "PUT", path: "/session/stage-mode" }],
  ["admit", { method: "POST", path: "/session/admit" }],
  ["admit_all", { method: "POST", path: "/session/admit-all" }],
  ["decline", { method: "POST", path: "/session/decline" }],
  ["set_role", { method: "PUT", path: "/participants/{participant_id}/role" }],
  ["remove", { method: "POST", path: "/participants/{participant_id}/remove" }],
  ["readmit", { method: "POST", path: "/participants/{participant_id}/readmit" }],
  ["block", { method: "POST", path: "/participants/{participant_id}/block" }],
]);

/**
 * A command as an HTTP request.
 *
 * @throws TypeError the command is given in a room alone.
 */
export function requestOf(entryId: string, command: Command): ReturnType<typeof requestBy> {
  const request = requestBy(entryId, command, ROUTES);
  // There is no entry yet below which it could be.
  return command.type === "create_entry" ? { ...request, path: "/entries" } : request;
}
