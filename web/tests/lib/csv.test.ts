import { expect, it } from "vitest";
import { decodeText, harmless, toCsv } from "../../lib/csv";

const TEXT = "e-mail;name\r\nzoe@x.org;Zoë Müller\r\n";

const wide = (text: string, isLittle: boolean): Uint8Array =>
  Uint8Array.from([...text].flatMap((letter) => {
    const code = letter.charCodeAt(0);
    return isLittle ? [code & 255, code >> 8] : [code >> 8, code & 255];
  }));

it.each([
  ["UTF-8", new TextEncoder().encode(TEXT)],
  ["UTF-8 with a mark", new TextEncoder().encode(`\ufeff${TEXT}`)],
  ["UTF-16 LE with a mark", wide(`\ufeff${TEXT}`, true)],
  ["UTF-16 BE with a mark", wide(`\ufeff${TEXT}`, false)],
  ["UTF-16 LE", wide(TEXT, true)],
  ["UTF-16 BE", wide(TEXT, false)],
  ["the Western code page", Uint8Array.from([...TEXT].map((letter) => letter.charCodeAt(0)))],
])("a file is read in %s", (_, bytes) => {
  expect(decodeText(bytes)).toBe(TEXT);
});

it("an empty file is an empty text", () => {
  expect(decodeText(new Uint8Array())).toBe("");
});

it("a table is written so that any reader takes it apart again", () => {
  expect(toCsv([["a", 'say "hi"'], ["1,5", "two\nlines"]])).toBe('a,"say ""hi"""\r\n"1,5","two\nlines"');
});

it.each(["=1+1", "+49", "-x", "@SUM(A1)"])("%s does nothing in a spreadsheet", (text) => {
  expect(harmless(text)).toBe(`'${text}`);
  expect(harmless("Ada")).toBe("Ada");
});
