import { expect, it } from "vitest";
import { readCaptions, writeCaptions } from "../../lib/captions";

const CAPTIONS = [
  { language: "en", label: "English", url: "https://files.example/a.vtt" },
  { language: "pt-BR", label: "Português do Brasil", url: "/b.vtt" },
];

it("reads what it writes, and skips empty lines", () => {
  expect(readCaptions(writeCaptions(CAPTIONS))).toEqual(CAPTIONS);
  expect(readCaptions(`\n  ${writeCaptions(CAPTIONS)}  \n\n`)).toEqual(CAPTIONS);
  expect(readCaptions("")).toEqual([]);
});

it.each([["English https://x", 1], ["en https://x", 1], ["en English https://x\n\nde Deutsch", 3]])(
  "says which line of %j is none",
  (text, line) => {
    expect(readCaptions(text)).toBe(line);
  },
);
