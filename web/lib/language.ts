/**
 * The language of the page, and its messages: ICU MessageFormat, one file for each area and
 * language, compiled by the build and loaded when needed. A page speaks one language at a time.
 *
 * Messages: https://unicode-org.github.io/icu/userguide/format_parse/messages/
 */

/** The languages that there are messages in, each by its own name. */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  de: "Deutsch",
  fr: "Français",
  ar: "العربية",
  he: "עברית",
} as const;

export type Language = keyof typeof LANGUAGES;
export type Direction = "ltr" | "rtl";
export type Values = Record<string, string | number | Date>;

export interface Translate<Key extends string> {
  (key: Key, values?: Values): string;
  /** Say whether there is a message of this name, for names that come from the server. */
  has(key: string): key is Key;
}

const KEPT = "usher.language";
const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set<Language>(["ar", "he"]);

/** Take the first of the wished languages that there are messages in; English if there is none. */
export function pick(wished: readonly (string | null | undefined)[]): Language {
  for (const tag of wished) {
    const found = tag?.toLowerCase().split("-")[0];
    if (found && found in LANGUAGES) return found as Language;
  }
  return "en";
}

/** A message as the build compiles it. */
type Compiled = (values: Values) => string;
type Load = () => Promise<Readonly<Record<string, Compiled>>>;

class Catalogue {
  #messages: Readonly<Record<string, Compiled>> = {};

  constructor(readonly files: ReadonlyMap<string, Load>) {}

  /** Load a language; where that fails, what was shown before stays, or English is better than nothing. */
  async load(language: Language): Promise<void> {
    const english = this.files.get("en");
    const load = this.files.get(language) ?? english;
    let messages;
    try {
      messages = await load?.();
    } catch (problem) {
      const isShown = Object.keys(this.#messages).length > 0;
      if (isShown || load === english) throw problem;
      warn(problem);
      messages = await english?.();
    }
    if (messages && language === current) this.#messages = messages;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#messages, key);
  }

  format(key: string, values: Values = {}): string {
    return this.#messages[key]?.(values) ?? key;
  }
}

const catalogues = new Set<Catalogue>();
const followers = new Set<() => void>();
let current: Language = pick([kept(), ...(globalThis.navigator?.languages ?? [])]);
let loading: Promise<void> | null = null;

/**
 * Make the function that gives the messages of one area.
 *
 * @param files what `import.meta.glob("./area/*.json", { import: "default" })` gives.
 */
export function catalogue<Messages extends Record<string, string>>(
  files: Record<string, () => Promise<unknown>>,
): Translate<keyof Messages & string> {
  const byLanguage = Object.entries(files).map(
    ([path, load]) => [/(\w+)\.json$/u.exec(path)?.[1] ?? "", load] as const,
  );
  const made = new Catalogue(new Map(byLanguage as [string, Load][]));
  catalogues.add(made);
  wait([made]);
  return Object.assign((key: string, values?: Values) => made.format(key, values), {
    has: (key: string): key is keyof Messages & string => made.has(key),
  });
}

export const language = (): Language => current;

/**
 * How moments are written: as where the reader lives, if that is a place of the page's language.
 * Somebody in London reads 14:30, not 2:30 PM.
 */
export const locale = (): string =>
  (globalThis.navigator?.languages ?? []).find((tag) => tag.toLowerCase().split("-")[0] === current) ?? current;

export const direction = (): Direction => (RIGHT_TO_LEFT.has(current) ? "rtl" : "ltr");

/** Speak another language from now on; resolves when its messages are here. */
export async function speak(wished: Language): Promise<void> {
  if (wished === current) return whenLoaded() ?? undefined;
  current = wished;
  numbers = new Intl.NumberFormat(wished);
  wait([...catalogues]);
  await whenLoaded();
}

/** Speak it on every visit of this browser. */
export function keep(wished: Language): void {
  try {
    localStorage.setItem(KEPT, wished);
  } catch {
    // Without storage it holds until the page is closed.
  }
}

/** Nothing once the messages are here; until then what to wait for. */
export const whenLoaded = (): Promise<void> | null => loading;

/** Be told when another language has come. Give what is returned back to stop. */
export function follow(tell: () => void): () => void {
  followers.add(tell);
  return () => followers.delete(tell);
}

let numbers = new Intl.NumberFormat(current);

/** A number as it is written in the language of the page. */
export const number = (value: number): string => numbers.format(value);

/** Begun a moment later: by then an element that was on the page already has said its language. */
function wait(some: readonly Catalogue[]): void {
  const before = loading;
  // A task later, not a microtask: a page that names its language has said so by then.
  const begun = new Promise<void>((go) => setTimeout(go));
  const all = Promise.all([before, ...some.map((one) => begun.then(() => one.load(current)).catch(warn))]);
  const mine = all.then(() => {
    if (loading !== mine) return;
    loading = null;
    for (const tell of followers) tell();
  });
  loading = mine;
}

function warn(problem: unknown): void {
  console.warn("messages did not load", problem);
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
