/** Tokens arrive in the fragment, which no server sees; here they leave the URL as well. */

/** Take the fragment, without its `#`, out of the address bar and out of history. */
export function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (fragment) history.replaceState(null, "", location.pathname + location.search);
  return fragment;
}

export type Door = { kind: "guest" | "invitation"; token: string };

/** Which door a fragment leads to: `g.…` is a guest link, `i.…` an invite link. */
export function doorOf(fragment: string): Door | null {
  const kind = fragment.slice(0, 2);
  const token = fragment.slice(2);
  if (token === "") return null;
  if (kind === "g.") return { kind: "guest", token };
  return kind === "i." ? { kind: "invitation", token } : null;
}
