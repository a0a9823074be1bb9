import { describe, expect, it } from "vitest";
import { faultText, untilText } from "../../lib/invite-words";
import { fromNow } from "../../lib/timing";
import {
  asCsv, bad, checked, fromRow, good, inviteesOf, MOST_PEOPLE, person, told, type Person,
} from "../../lib/invitees";
import type { CsvRow } from "../../lib/protocol";

const typed = (email: string, fields: Partial<Person> = {}): Person =>
  person({ email, first: "", last: "" }, fields);
const answer = (email: string, fields: Partial<CsvRow> = {}): CsvRow => ({
  line: 0, email, first_name: "", last_name: "", is_invited: false, ...fields,
});
const faults = (people: readonly Person[]): unknown[] => people.map((one) => one.fault);

describe("those who are to be invited", () => {
  it("are looked at by the page first", () => {
    const people = checked([typed("ada@x.org"), typed("oops"), typed("ADA@x.org"), typed("b@x.org", { first: "x".repeat(121) })]);
    expect(faults(people)).toEqual([null, "not_an_email", "repeated", "name_too_long"]);
    expect([good(people).length, bad(people).length]).toEqual([1, 3]);
  });

  it("are never more than the server takes", () => {
    const people = checked(Array.from({ length: MOST_PEOPLE + 1 }, (_, at) => typed(`p${at}@x.org`)));
    expect(people.at(-1)?.fault).toBe("too_many");
    expect(good(people)).toHaveLength(MOST_PEOPLE);
  });

  it("that are skipped do not count", () => {
    const people = checked([typed("ada@x.org", { isSkipped: true }), typed("ada@x.org"), typed("no", { isSkipped: true })]);
    expect(good(people)).toHaveLength(1);
    expect(bad(people)).toEqual([]);
    expect(asCsv(people)).toBe("email,first_name,last_name\r\nada@x.org,,");
  });

  it("are asked about under headings, so that nobody is taken for one", () => {
    expect(asCsv([typed("email"), typed("a,b")])).toBe('email,first_name,last_name\r\nemail,,\r\n"a,b",,');
  });

  it("are told about by the server, each by each", () => {
    const people = [typed("ada@x.org", { line: 7 }), typed(""), typed("ada@x.org", { line: 9 })];
    const found = told(people, people, {
      good: 1,
      bad: 1,
      rows: [answer("ada@x.org", { is_invited: true }), answer("ada@x.org", { fault: "repeated", same_as: 2 })],
    });
    expect(found.map((one) => [one.isInvited, one.fault, one.sameAs])).toEqual([
      [true, null, null], [false, null, null], [false, "repeated", 7],
    ]);
    expect(faultText(found[2] as Person)).toBe("This address stands in line 7 already.");
  });

  it("that changed meanwhile are not told about what they were", () => {
    const [one, other] = [typed("ada@"), typed("bob@x.org")];
    const now = [{ ...one, email: "ada@x.org" }];
    const rows = [answer("ada@", { fault: "not_an_email" as const }), answer("bob@x.org")];
    expect(faults(told(now, [one, other], { good: 1, bad: 1, rows }))).toEqual([null]);
  });

  it("come out of a row as they stand there, and go into the command without spaces around", () => {
    const one = fromRow(answer(" ada@x.org", { line: 3, first_name: "Ada ", last_name: "Lovelace", is_invited: true }));
    expect([one.line, one.isInvited, one.fault]).toEqual([3, true, null]);
    expect(inviteesOf([one])).toEqual([{ email: "ada@x.org", first_name: "Ada", last_name: "Lovelace" }]);
  });
});

describe("moments", () => {
  const NOW = 1_800_000_000_000;
  const HOUR = 3_600_000;

  it.each([
    [NOW + 7 * 24 * HOUR - 5_000, "in 7 days"],
    [NOW + 24 * HOUR, "tomorrow"],
    [NOW + 5 * HOUR + 1_000, "in 5 hours"],
    [NOW + 90_000, "in 2 minutes"],
    [NOW - 3 * 24 * HOUR, "3 days ago"],
  ])("are said as people count: %d", (at, expected) => {
    expect(fromNow(at, NOW)).toBe(expected);
  });

  it("are said as calendars do too", () => {
    expect(untilText(NOW + 2 * HOUR, NOW)).toMatch(/^valid until .* 2027.* \(in 2 hours\)$/u);
    expect(untilText(NOW + 2 * HOUR, NOW, true)).toMatch(/^until /u);
    expect(untilText(NOW - 2 * HOUR, NOW)).toBe("expired 2 hours ago");
    expect(untilText(null, NOW)).toBe("valid until the session is over");
  });
});
