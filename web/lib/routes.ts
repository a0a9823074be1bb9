/** Which HTTP route carries which command that pages give over HTTP; a test holds it to `protocol/routes.py`. */

import type { Command } from "./protocol";

export interface Route {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the entry; words in braces are fields of the command. */
  path: string;
}

export type Routes = ReadonlyMap<Command["type"], Route>;

export const PAGE_ROUTES: Routes = new Map<Command["type"], Route>([
  ["edit_entry", { method: "PATCH", path: "" }],
  ["edit_settings", { method: "PATCH", path: "/settings" }],
  ["delete_entry", { method: "DELETE", path: "" }],
  ["set_collaborator", { method: "PUT", path: "/collaborators/{account_id}" }],
  ["remove_collaborator", { method: "DELETE", path: "/collaborators/{account_id}" }],
  ["set_quiz", { method: "PUT", path: "/quiz" }],
  ["submit_quiz", { method: "POST", path: "/quiz/attempts" }],
  ["set_guest_access", { method: "PUT", path: "/guest-access" }],
  ["create_guest_link", { method: "POST", path: "/guest-links" }],
  ["edit_guest_link", { method: "PATCH", path: "/guest-links/{link_id}" }],
  ["pause_guest_link", { method: "PUT", path: "/guest-links/{link_id}/pause" }],
  ["extend_guest_link", { method: "POST", path: "/guest-links/{link_id}/extend" }],
  ["regenerate_guest_link", { method: "POST", path: "/guest-links/{link_id}/regenerate" }],
  ["revoke_guest_link", { method: "POST", path: "/guest-links/{link_id}/revoke" }],
  ["delete_guest_link", { method: "DELETE", path: "/guest-links/{link_id}" }],
  ["invite", { method: "POST", path: "/invitations" }],
  ["resend_invitation", { method: "POST", path: "/invitations/{invitation_id}/resend" }],
  ["change_invitation", { method: "PATCH", path: "/invitations/{invitation_id}" }],
  ["extend_invitation", { method: "POST", path: "/invitations/{invitation_id}/extend" }],
  ["reset_invitation_device", { method: "POST", path: "/invitations/{invitation_id}/reset-device" }],
  ["revoke_invitation", { method: "POST", path: "/invitations/{invitation_id}/revoke" }],
  ["start_session", { method: "POST", path: "/session/start" }],
  ["end_session", { method: "POST", path: "/session/end" }],
  ["unblock", { method: "DELETE", path: "/blocks/{block_id}" }],
]);

/**
 * A command as an HTTP request: ids that stand in the path leave the body.
 *
 * @throws TypeError the command is given in a room alone.
 */
export function requestOf(
  entryId: string,
  command: Command,
  routes = PAGE_ROUTES,
): { method: Route["method"]; path: string; body: Record<string, unknown> } {
  const route = routes.get(command.type);
  if (!route) throw new TypeError(`${command.type} is given in a room alone: it has no HTTP route`);
  const { type: _, ...rest } = command;
  const body = new Map<string, unknown>(Object.entries(rest));
  const path = route.path.replace(/\{(\w+)\}/g, (_whole, field: string) => {
    const value = String(body.get(field));
    body.delete(field);
    return encodeURIComponent(value);
  });
  return {
    method: route.method,
    path: `/entries/${encodeURIComponent(entryId)}${path}`,
    body: Object.fromEntries(body),
  };
}
