/** Those who are to be invited, as they are collected in the window: typed, pasted or listed. */

import { addressKey, isPlausible, type Typed } from "./addresses";
import { toCsv } from "./csv";
import type { CsvFault, CsvPreview, CsvRow, Invitee } from "./protocol";

/** As many as the server takes in one command. */
export const MOST_PEOPLE = 500;
export const MOST_NAME_CHARS = 120;

export interface Person extends Typed {
  /** Of this window only, so that what is shown keeps its place while addresses change. */
  key: number;
  fault: CsvFault | null;
  /** Where the address stands already, for a repeated one. */
  sameAs: number | null;
  isInvited: boolean;
  /** The line in the list; 0 for what was typed. */
  line: number;
  /** Left out, although it stands in the list. */
  isSkipped: boolean;
}

let keys = 0;

export const person = (typed: Typed, fields: Partial<Person> = {}): Person => ({
  key: ++keys,
  fault: null,
  sameAs: null,
  isInvited: false,
  line: 0,
  isSkipped: false,
  ...typed,
  ...fields,
});

export const fromRow = (row: CsvRow): Person =>
  person(
    { email: row.email, first: row.first_name ?? "", last: row.last_name ?? "" },
    { line: row.line, fault: row.fault ?? null, sameAs: row.same_as ?? null, isInvited: row.is_invited ?? false },
  );

/** Find what a page can find out by itself: no address, an address twice, too many. */
export function checked(people: readonly Person[]): Person[] {
  const seen = new Set<string>();
  return people.map((one) => {
    if (one.isSkipped) return one;
    const key = addressKey(one.email);
    const fault: CsvFault | null = !isPlausible(one.email)
      ? "not_an_email"
      : seen.has(key)
        ? "repeated"
        : seen.size >= MOST_PEOPLE
          ? "too_many"
          : one.first.length > MOST_NAME_CHARS || one.last.length > MOST_NAME_CHARS
            ? "name_too_long"
            : null;
    if (!fault) seen.add(key);
    return { ...one, fault: fault ?? (one.fault === "not_yours" ? one.fault : null) };
  });
}

/** What the server says of those asked about, whose rows come back in their order. */
export function told(
  people: readonly Person[],
  asked: readonly Person[],
  preview: CsvPreview,
): Person[] {
  const counted = asked.filter(isCounted);
  const answers = new Map(counted.map((one, at) => [one.key, { email: one.email, row: preview.rows[at] }]));
  return people.map((one) => {
    const { email, row } = answers.get(one.key) ?? {};
    // Changed while the question was on its way: the next answer is about it.
    if (!row || email !== one.email) return one;
    // The first row of what was asked holds the headings.
    const same = row.same_as ? counted[row.same_as - 2] : undefined;
    return {
      ...one,
      fault: row.fault ?? null,
      sameAs: same ? same.line || null : null,
      isInvited: row.is_invited ?? false,
    };
  });
}

/** The list that asks the server about people. */
export function asCsv(people: readonly Person[]): string {
  const rows = people
    .filter(isCounted)
    .map(({ email, first, last }) => [email, first, last].map((text) => text.replace(/\s+/gu, " ").trim()));
  return toCsv([["email", "first_name", "last_name"], ...rows]);
}

/** Faults of the list itself have no row that could be asked about. */
const WHOLE: ReadonlySet<CsvFault | null> = new Set<CsvFault | null>(["quotes", "cut_off"]);

export const isFixable = (one: Person): boolean => !WHOLE.has(one.fault);

const isCounted = (one: Person): boolean => !one.isSkipped && isFixable(one) && one.email.trim() !== "";

export const good = (people: readonly Person[]): Person[] =>
  people.filter((one) => !one.isSkipped && one.fault === null);

export const bad = (people: readonly Person[]): Person[] =>
  people.filter((one) => !one.isSkipped && one.fault !== null);

export const inviteesOf = (people: readonly Person[]): Invitee[] =>
  people.map(({ email, first, last }) => ({ email: email.trim(), first_name: first.trim(), last_name: last.trim() }));
