// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { captionsAtFirst, rememberCaptions } from "../../lib/caption-memory";

beforeEach(() => localStorage.clear());

describe("captions", () => {
  it("are the first ones as long as nothing was chosen", () => {
    expect(captionsAtFirst(["en", "de"])).toBe("en");
    expect(captionsAtFirst([])).toBeNull();
  });

  it("stay in the language that was chosen, where a video has it", () => {
    rememberCaptions("de-AT");
    expect(captionsAtFirst(["en", "de"])).toBe("de");
    expect(captionsAtFirst(["en", "fr"])).toBe("en");
  });

  it("stay switched off", () => {
    rememberCaptions(null);
    expect(captionsAtFirst(["en", "de"])).toBeNull();
  });
});
