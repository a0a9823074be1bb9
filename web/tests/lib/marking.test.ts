import { describe, expect, it } from "vitest";
import { parts } from "../../lib/marking";

const marked = (text: string, search: string): string =>
  parts(text, search).map((part) => (part.isFound ? `[${part.text}]` : part.text)).join("");

describe("the part that was found", () => {
  it.each([
    ["Ada Okafor", "oka", "Ada [Oka]for"],
    ["Ada Okafor", "ADA O", "[Ada O]kafor"],
    ["Élise Martin", "elise", "[Élise] Martin"],
    ["E\u0301lise", "e", "[E\u0301]lise"],
    ["Łukasz Straße", "lukasz strasse", "[Łukasz Straße]"],
    ["Søren", "oren", "S[øren]"],
    ["ﬁona", "fio", "[ﬁo]na"],
    ["Ada", "  ", "Ada"],
    ["Ada", "@example.org", "Ada"],
    ["👩‍🚀 Ada", "ada", "👩‍🚀 [Ada]"],
  ])("of %s by %s", (text, search, expected) => {
    expect(marked(text, search)).toBe(expected);
  });

  it("loses nothing of the text", () => {
    for (const search of ["a", "é", "st", "ß", "ss"]) {
      expect(parts("Straße É ﬁ a", search).map((part) => part.text).join("")).toBe("Straße É ﬁ a");
    }
  });
});
