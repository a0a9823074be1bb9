import { describe, expect, it } from "vitest";
import { findIn, type Piece } from "../../lib/pdf-finding";

const piece = (str: string, hasEOL = false): Piece => ({ str, hasEOL });
const places = (pieces: Piece[], wanted: string): string[] =>
  findIn(pieces, wanted, 1).map(({ from, to }) => `${from.piece}:${from.offset}-${to.piece}:${to.offset}`);

describe("finding in the text of a page", () => {
  it("does not mind capitals", () => {
    expect(places([piece("Straße und STRASSE, straße")], "STRAßE")).toEqual(["0:0-0:6", "0:20-0:26"]);
  });

  it("finds across pieces and lines, torn words too", () => {
    const pieces = [piece("an exam-", true), piece("ple of"), piece(" "), piece("words", true), piece("here")];
    expect(places(pieces, "example")).toEqual(["0:3-1:3"]);
    expect(places(pieces, "of  words here")).toEqual(["1:4-4:4"]);
  });

  it("takes signs for what they are", () => {
    expect(places([piece("a.b axb [1] 2-3")], "a.b")).toEqual(["0:0-0:3"]);
    expect(places([piece("a.b axb [1] 2-3")], "[1]")).toEqual(["0:8-0:11"]);
    expect(places([piece("a.b axb [1] 2-3")], "2-3")).toEqual(["0:12-0:15"]);
  });

  it("finds nothing where nothing is wanted", () => {
    expect(places([piece("words")], "  ")).toEqual([]);
    expect(places([], "words")).toEqual([]);
  });
});
