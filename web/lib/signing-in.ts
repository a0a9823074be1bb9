/**
 * Signing in at a provider (OpenID Connect), as far as the browser has to do with it. It ends in the
 * tab in which it began: a key is kept there, and shown when the provider has sent the browser back.
 */

import * as api from "./api";
import { freshKey } from "./lti";
import { refusalOf } from "./refusals";
import type { SignedIn } from "./protocol";

const KEY = "usher.sign-in";
const PLACE = "usher.sign-in.place";

/** What the provider has put into the address. */
export type Return = { provider_id: string; state: string; code: string; iss?: string };

const BACK = /^\/sign-in\/([a-z0-9-]{1,40})$/;

/** Take it out of the address; null when nobody has come back, `refused` when they were not let in. */
export function takeReturn(): Return | "refused" | null {
  const given = new URLSearchParams(location.search);
  const [state, code, iss] = [given.get("state"), given.get("code"), given.get("iss")];
  const provider_id = BACK.exec(location.pathname)?.[1];
  if (!state && !code && !given.has("error")) return null;
  history.replaceState(null, "", "/sign-in");
  if (!provider_id || !state || !code) return "refused";
  return iss === null ? { provider_id, state, code } : { provider_id, state, code, iss };
}

/** Go to a provider. */
export async function goTo(provider_id: string): Promise<void> {
  const key = freshKey();
  const { url } = await api.signInBegin({ provider_id, key });
  sessionStorage.setItem(KEY, key);
  location.assign(url);
}

/** Where somebody was who is to sign in first; a path of ours, that no address from outside can name. */
export function rememberPlace(): void {
  sessionStorage.setItem(PLACE, location.pathname);
}

/** Where to go on: where one was, unless the server has somewhere better than its first page. */
export function placeAfter(next: string): string {
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  return next === "/" && place ? place : next;
}

/** @throws Refused it did not begin in this tab, or the server does not believe it. */
export async function comeBack(given: Return): Promise<SignedIn> {
  const key = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (!key) throw new api.Refused(refusalOf("sign_in_failed"));
  return api.signInFinish({ ...given, key });
}
