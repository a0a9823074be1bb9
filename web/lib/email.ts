/** Help with typing an e-mail address. Whether it exists, only a mail can tell. */

export type EmailFault = "missing" | "no_at" | "spaces" | "start" | "incomplete";

/** Say what is wrong with what was typed, in the order in which one would notice; null: nothing. */
export function emailFault(typed: string): EmailFault | null {
  const text = typed.trim();
  if (text === "") return "missing";
  if (/\s/u.test(text)) return "spaces";
  const at = text.lastIndexOf("@");
  if (at < 0) return "no_at";
  if (at === 0) return "start";
  return /^[^.@]+(\.[^.@]+)+$/u.test(text.slice(at + 1)) ? null : "incomplete";
}

/** Where many people have their mail, in the languages of the pages. */
const COMMON = [
  "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com",
  "icloud.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "web.de", "t-online.de",
  "orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "yahoo.fr", "hotmail.fr", "yahoo.es",
  "hotmail.es", "walla.co.il", "mail.com", "ymail.com", "email.com",
];

/** The address that was probably meant, where a common domain is one slip away; else null. */
export function meantEmail(typed: string): string | null {
  const text = typed.trim();
  if (emailFault(text)) return null;
  const at = text.lastIndexOf("@") + 1;
  const domain = text.slice(at).toLowerCase();
  if (COMMON.includes(domain)) return null;
  const near = COMMON.find((each) => isOneSlipAway(domain, each));
  return near ? text.slice(0, at) + near : null;
}

/** One letter wrong, missing, too many, or two that changed places (Damerau, 1964). */
function isOneSlipAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let first = 0;
  while (first < a.length && a[first] === b[first]) first += 1;
  const rest = (text: string, from: number): string => text.slice(first + from);
  if (a.length !== b.length) {
    return a.length > b.length ? rest(a, 1) === rest(b, 0) : rest(a, 0) === rest(b, 1);
  }
  const isSwapped = a[first] === b[first + 1] && a[first + 1] === b[first] && rest(a, 2) === rest(b, 2);
  return rest(a, 1) === rest(b, 1) || isSwapped;
}
