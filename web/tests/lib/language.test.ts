// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Module from "../../lib/language";

const EN = { hello: () => "Hello", count: ({ n }: { n: number }) => `${n} people` };
const FR = { hello: () => "Bonjour", count: ({ n }: { n: number }) => `${n} personnes` };

let language: typeof Module;

async function fresh(preferred: string[]): Promise<void> {
  vi.resetModules();
  vi.spyOn(navigator, "languages", "get").mockReturnValue(preferred);
  language = await import("../../lib/language");
}

const files = (made: Record<string, () => Promise<unknown>>) =>
  Object.fromEntries(Object.entries(made).map(([tag, load]) => [`./area/${tag}.json`, load]));

beforeEach(() => localStorage.clear());
afterEach(() => vi.restoreAllMocks());

describe("which language", () => {
  it.each([
    [["fr-CH", "en"], "fr"],
    [["pt", "he-IL", "fr"], "he"],
    [["AR"], "ar"],
    [["pt", "it"], "en"],
    [[null, undefined, ""], "en"],
  ])("of %j is %s", async (wished, found) => {
    await fresh([]);
    expect(language.pick(wished)).toBe(found);
  });

  it.each([
    [["en-GB", "en"], "en-GB"], [["fr", "en-IN"], "fr"], [["pt-BR", "en-IE"], "en-IE"], [["pt-BR"], "en"],
  ])("has moments written as where %j is spoken: %s", async (preferred, found) => {
    await fresh(preferred);
    expect(language.locale()).toBe(found);
  });

  it("is the one that was kept, before what the browser prefers", async () => {
    await fresh(["fr"]);
    expect(language.language()).toBe("fr");
    language.keep("he");
    await fresh(["fr"]);
    expect([language.language(), language.direction()]).toEqual(["he", "rtl"]);
  });
});

describe("messages", () => {
  it("come in the language of the page, and are waited for", async () => {
    await fresh(["fr"]);
    const t = language.catalogue<Record<"hello" | "count", string>>(
      files({ en: async () => EN, fr: async () => FR }),
    );
    expect(language.whenLoaded()).not.toBeNull();
    await language.whenLoaded();
    expect(language.whenLoaded()).toBeNull();
    expect([t("hello"), t("count", { n: 3 })]).toEqual(["Bonjour", "3 personnes"]);
    expect([t.has("hello"), t.has("toString")]).toEqual([true, false]);
  });

  it("change with the language, and whoever follows is told once they are here", async () => {
    await fresh(["en"]);
    const t = language.catalogue<Record<"hello", string>>(
      files({ en: async () => EN, fr: async () => FR }),
    );
    await language.whenLoaded();
    const told = vi.fn(() => t("hello"));
    const stop = language.follow(told);
    await language.speak("fr");
    expect(told).toHaveReturnedWith("Bonjour");
    stop();
    await language.speak("en");
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("are those of the language wished last, whichever comes first", async () => {
    await fresh(["en"]);
    let release = (_: unknown): void => undefined;
    const slow = new Promise((done) => (release = done));
    const t = language.catalogue<Record<"hello", string>>(
      files({ en: async () => EN, fr: () => slow.then(() => FR) }),
    );
    await language.whenLoaded();
    const first = language.speak("fr");
    const second = language.speak("en");
    release(null);
    await Promise.all([first, second]);
    expect(t("hello")).toBe("Hello");
  });

  it("stay as they were when a language does not load", async () => {
    await fresh(["en"]);
    vi.spyOn(console, "warn").mockReturnValue();
    const t = language.catalogue<Record<"hello", string>>(
      files({ en: async () => EN, fr: () => Promise.reject(new Error("offline")) }),
    );
    await language.whenLoaded();
    await language.speak("fr");
    expect(t("hello")).toBe("Hello");
  });

  it("are English when the first language does not load", async () => {
    await fresh(["fr"]);
    vi.spyOn(console, "warn").mockReturnValue();
    const t = language.catalogue<Record<"hello", string>>(
      files({ en: async () => EN, fr: () => Promise.reject(new Error("gone")) }),
    );
    await language.whenLoaded();
    expect(t("hello")).toBe("Hello");
  });

  it("write numbers as the language does", async () => {
    await fresh(["de"]);
    expect(language.number(100_000)).toBe("100.000");
    await language.speak("en");
    expect(language.number(100_000)).toBe("100,000");
  });
});
