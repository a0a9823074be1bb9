import { describe, expect, it } from "vitest";
import { addressKey, isPlausible, parseAddresses, splitName } from "../../lib/addresses";

const emails = (text: string): string[] => parseAddresses(text).map((one) => one.email);

describe("addresses", () => {
  it.each([
    ["a@x.org,b@x.org", ["a@x.org", "b@x.org"]],
    [" a@x.org ; b@x.org;\r\n\r\nc@x.org\n", ["a@x.org", "b@x.org", "c@x.org"]],
    ["a@x.org b@x.org\tc@x.org", ["a@x.org", "b@x.org", "c@x.org"]],
    ["mailto:a@x.org", ["a@x.org"]],
    ["a@x.org, what is this, b@x.org", ["a@x.org", "what is this", "b@x.org"]],
    ["", []],
    [" ;, \n", []],
  ])("are separated as people separate them: %j", (text, expected) => {
    expect(emails(text)).toEqual(expected);
  });

  it.each([
    ["Ada King Lovelace <ada@x.org>", { email: "ada@x.org", first: "Ada King", last: "Lovelace" }],
    ['"Lovelace, Ada" <ada@x.org>', { email: "ada@x.org", first: "Ada", last: "Lovelace" }],
    ["Lovelace, Ada <ada@x.org>;", { email: "ada@x.org", first: "Ada", last: "Lovelace" }],
    ["<ada@x.org>", { email: "ada@x.org", first: "", last: "" }],
    ["Ada <not one>", { email: "not one", first: "Ada", last: "" }],
  ])("bring their names along: %j", (text, expected) => {
    expect(parseAddresses(text)).toEqual([expected]);
  });

  it("are kept apart from the names of others", () => {
    expect(emails('"Byron, Bob" <bob@x.org>, Ada <ada@x.org>\n"half <c@x.org>\nd@x.org')).toEqual([
      "bob@x.org", "ada@x.org", "c@x.org", "d@x.org",
    ]);
  });

  it("lose nothing of what was pasted", () => {
    expect(emails("no address at all")).toEqual(["no address at all"]);
    expect(emails("a@x.org<")).toEqual(["a@x.org<"]);
  });

  it.each(["ada@x.org", "a.b+c@sub.x.org", "zoë@bücher.example", "'o@x.co"])("may be: %s", (email) => {
    expect(isPlausible(email)).toBe(true);
  });

  it.each(["", "ada", "ada@", "@x.org", "ada@x", "ada@x.", "a b@x.org", "a@b@x.org", `${"a".repeat(250)}@x.org`])(
    "cannot be: %s",
    (email) => {
      expect(isPlausible(email)).toBe(false);
    },
  );

  it("are the same in whatever case", () => {
    expect(addressKey(" Ada@X.org ")).toBe(addressKey("ada@x.org"));
  });
});

it.each([
  ["Ada", "Ada", ""],
  ["Ada  King Lovelace", "Ada King", "Lovelace"],
  ["Lovelace, Ada King", "Ada King", "Lovelace"],
  ["", "", ""],
])("a name is two fields: %j", (name, first, last) => {
  expect(splitName(name)).toEqual({ first, last });
});
