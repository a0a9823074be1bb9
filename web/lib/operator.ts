/** What operators ask the server, and how its answers add up. */

import { request } from "./api";
import { backoff } from "./backoff";
import type { DeliveryView, NodeView, OperatorView, Problem, WebhookForm, WebhookView } from "./protocol";

const hook = (id: string): string => `/webhooks/${encodeURIComponent(id)}`;

export const site = (): Promise<OperatorView> => request("GET", "/operator");
export const webhooks = (): Promise<WebhookView[]> => request("GET", "/webhooks");
export const createWebhook = (form: WebhookForm): Promise<WebhookView> => request("POST", "/webhooks", form);
export const pauseWebhook = (id: string, is_paused: boolean): Promise<WebhookView> =>
  request("PATCH", hook(id), { is_paused });
export const deleteWebhook = (id: string): Promise<unknown> => request("DELETE", hook(id));
export const testWebhook = (id: string): Promise<DeliveryView> => request("POST", `${hook(id)}/test`);
export const deliveries = (id: string): Promise<DeliveryView[]> => request("GET", `${hook(id)}/deliveries`);
export const replay = (id: string, entry_id: string, from_number: number): Promise<{ messages: number }> =>
  request("POST", `${hook(id)}/replay`, { entry_id, from_number });

/** Nodes say as often how they are. */
const REFRESH_MS = 2_000;

/**
 * In how many ms to ask how the site runs; null: not again, because the answer would be the same.
 *
 * @param problem why there was no answer just now; null when there was one.
 * @param failures how many times in a row there was none, this one too.
 * @param draw a random number from 0 up to 1.
 */
export function askAgainIn(problem: Problem | null, failures: number, draw: number): number | null {
  if (!problem) return REFRESH_MS;
  if (!problem.again) return null;
  return Math.max(REFRESH_MS, backoff(failures, draw, problem.retry_after_ms));
}

export interface Sums {
  alive: number;
  gone: number;
  connections: number;
  slow: number;
  commands: number;
  joins: number;
  deliveries: number;
  putOff: number;
  /** Of the slowest node; null while nobody asks for anything. */
  p99: number | null;
}

/** Add up the nodes that run. One that does not answer is counted and adds nothing. */
export function sums(nodes: readonly NodeView[]): Sums {
  const alive = nodes.filter((node) => node.is_alive);
  const sum = (of: (node: NodeView) => number | undefined): number =>
    alive.reduce((all, node) => all + (of(node) ?? 0), 0);
  const waits = alive.flatMap((node) => (typeof node.p99_ms === "number" ? [node.p99_ms] : []));
  return {
    alive: alive.length,
    gone: nodes.length - alive.length,
    connections: sum((node) => node.connections),
    slow: sum((node) => node.slow),
    commands: sum((node) => node.commands_per_s),
    joins: sum((node) => node.joins_per_s),
    deliveries: sum((node) => node.deliveries_per_s),
    putOff: sum((node) => node.put_off),
    p99: waits.length ? Math.max(...waits) : null,
  };
}
