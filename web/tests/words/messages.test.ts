/** Every message file against the English one: the same keys, arguments and forms. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, it } from "vitest";
import { LANGUAGES, type Language } from "../../lib/language";

/** The languages in which every area has to be there; where a file exists already it is checked in any case. */
const REQUIRED: readonly Language[] = ["en", "es", "de", "fr", "ar", "he"];

const FOLDER = join(import.meta.dirname, "../../messages");
const AREAS = readdirSync(FOLDER, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name);
const OTHERS = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== "en");

type Messages = Readonly<Record<string, string>>;
type Element = ReturnType<IntlMessageFormat["getAst"]>[number];

interface Plural {
  argument: string;
  isOrdinal: boolean;
  forms: readonly string[];
}

interface Shape {
  names: Set<string>;
  plurals: Plural[];
}

const pathOf = (area: string, language: string): string => join(FOLDER, area, `${language}.json`);

const read = (area: string, language: string): Messages =>
  JSON.parse(readFileSync(pathOf(area, language), "utf8")) as Messages;

/** Which arguments a pattern takes, and the plurals in it. Throws where it is no ICU message. */
function shapeOf(pattern: string, language: string): Shape {
  const shape: Shape = { names: new Set(), plurals: [] };
  const ast = new IntlMessageFormat(pattern, language, undefined, { ignoreTag: true }).getAst();
  collect(ast, shape);
  return shape;
}

function collect(elements: readonly Element[], shape: Shape): void {
  for (const element of elements) {
    // Text and the number sign of a plural take nothing.
    if (!("value" in element) || element.type === 0) continue;
    shape.names.add(element.value);
    if (!("options" in element)) continue;
    const forms = Object.keys(element.options);
    if ("pluralType" in element) {
      shape.plurals.push({ argument: element.value, isOrdinal: element.pluralType === "ordinal", forms });
    }
    for (const option of Object.values(element.options)) collect(option.value, shape);
  }
}

function faultsOf(area: string, language: Language): string[] {
  const english = read(area, "en");
  const messages = read(area, language);
  const faults: string[] = [];
  for (const key of Object.keys(english)) if (!(key in messages)) faults.push(`${key}: is missing`);
  for (const [key, pattern] of Object.entries(messages)) {
    const wanted = english[key];
    if (wanted === undefined) faults.push(`${key}: there is none in English`);
    else faults.push(...faultsIn(pattern, wanted, language).map((fault) => `${key}: ${fault}`));
  }
  return faults;
}

function faultsIn(pattern: string, english: string, language: Language): string[] {
  let shape: Shape;
  try {
    shape = shapeOf(pattern, language);
  } catch (problem) {
    return [`is no ICU message (${String(problem)})`];
  }
  const faults: string[] = [];
  if (pattern.trim() === "") faults.push("is empty");
  const names = [...shape.names].sort().join(", ");
  const wanted = [...shapeOf(english, "en").names].sort().join(", ");
  if (names !== wanted) faults.push(`takes {${names}} and not {${wanted}}`);
  for (const { argument, isOrdinal, forms } of shape.plurals) {
    const rules = new Intl.PluralRules(language, { type: isOrdinal ? "ordinal" : "cardinal" });
    const lacking = rules.resolvedOptions().pluralCategories.filter((form) => !forms.includes(form));
    if (lacking.length > 0) faults.push(`the plural of ${argument} lacks ${lacking.join(", ")}`);
  }
  return faults;
}

describe.each(AREAS)("the messages of %s", (area) => {
  it("are ICU messages in English", () => {
    expect(faultsOf(area, "en")).toEqual([]);
  });

  it.each(OTHERS)("say the same in %s", (language) => {
    if (existsSync(pathOf(area, language))) expect(faultsOf(area, language)).toEqual([]);
    else expect(REQUIRED).not.toContain(language);
  });
});
