/** The guides that stand beside the reference, each loaded when it is read. */

type Load = () => Promise<{ default: string }>;

/** Those that the reference lists, in the order of a reader who begins. */
export const GUIDES = [
  "sign-in", "embed", "lti", "webhooks", "media", "attendance", "audit", "operations", "python", "javascript", "protocol",
  "wire",
] as const;
export type Guide = (typeof GUIDES)[number];

const LOAD: ReadonlyMap<string, Load> = new Map<string, Load>([
  ["sign-in", () => import("virtual:guide/sign-in")],
  ["embed", () => import("virtual:guide/embed")],
  ["embed.py", () => import("virtual:guide/embed.py")],
  ["embed.ts", () => import("virtual:guide/embed.ts")],
  ["lti", () => import("virtual:guide/lti")],
  ["webhooks", () => import("virtual:guide/webhooks")],
  ["media", () => import("virtual:guide/media")],
  ["attendance", () => import("virtual:guide/attendance")],
  ["audit", () => import("virtual:guide/audit")],
  ["operations", () => import("virtual:guide/operations")],
  ["python", () => import("virtual:guide/python")],
  ["javascript", () => import("virtual:guide/javascript")],
  ["protocol", () => import("virtual:guide/protocol")],
  ["wire", () => import("virtual:guide/wire")],
]);

/** Every guide that can be read, the examples among them. */
export const READABLE: readonly string[] = [...LOAD.keys()];

/** The guide that an address names; null for the reference itself. */
export const guideAt = (path: string): string | null => /^\/docs\/([\w.-]+)$/u.exec(path)?.[1] ?? null;

/** The place on a page that an address names; null where it names none, or is not written as addresses are. */
export function fragmentOf(hash: string): string | null {
  try {
    return decodeURIComponent(hash.slice(1)) || null;
  } catch {
    return null;
  }
}

/** @returns the HTML that the build has made of it: text of our own repository. */
export async function readGuide(name: string): Promise<string | null> {
  return (await LOAD.get(name)?.())?.default ?? null;
}
