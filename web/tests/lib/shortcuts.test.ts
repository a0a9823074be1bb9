import { afterEach, describe, expect, it, vi } from "vitest";
import {
  areLettersOn, commandFor, deedOf, keyFor, keyName, pageDeedOf, switchLetters,
} from "../../lib/shortcuts";
import { helpFor } from "../../lib/shortcut-help";
import { ROLE_RIGHTS } from "../../lib/ranks";
import { row, session, you } from "../making";

const press = (key: string, held: Partial<KeyboardEvent> = {}): Parameters<typeof deedOf>[0] => ({
  key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held,
});
const moderator = you({ role: "moderator", rights: [...ROLE_RIGHTS.moderator] });

function withStorage(): void {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a key", () => {
  it("means what its letter stands for, and nothing together with others", () => {
    expect(deedOf(press("m"))).toBe("mute");
    expect(deedOf(press("Delete"))).toBe("remove");
    expect(deedOf(press("Delete", { shiftKey: true }))).toBe("block");
    expect(deedOf(press("m", { ctrlKey: true }))).toBeNull();
    expect(deedOf(press("c", { metaKey: true }))).toBeNull();
    expect(deedOf(press("M", { shiftKey: true }))).toBeNull();
    expect(deedOf(press("q"))).toBeNull();
  });

  it("finds and helps wherever one is", () => {
    expect(pageDeedOf(press("/"))).toBe("search");
    expect(pageDeedOf(press("k", { ctrlKey: true }))).toBe("search");
    expect(pageDeedOf(press("k", { metaKey: true }))).toBe("search");
    expect(pageDeedOf(press("?", { shiftKey: true }))).toBe("help");
    expect(pageDeedOf(press("k"))).toBeNull();
    expect(pageDeedOf(press("z", { ctrlKey: true }))).toBe("undo");
    expect(pageDeedOf(press("Z", { metaKey: true, shiftKey: true }))).toBeNull();
  });

  it("that writes a letter can be switched off; others stay (WCAG 2.1.4)", () => {
    withStorage();
    switchLetters(false);
    expect(areLettersOn()).toBe(false);
    expect(deedOf(press("m"))).toBeNull();
    expect(pageDeedOf(press("/"))).toBeNull();
    expect(pageDeedOf(press("?"))).toBeNull();
    expect(deedOf(press("F2"))).toBe("rename");
    expect(pageDeedOf(press("k", { ctrlKey: true }))).toBe("search");
    expect(keyFor({ type: "mute", participant_id: "p" }, undefined)).toBeUndefined();
    switchLetters(true);
    expect(deedOf(press("m"))).toBe("mute");
  });
});

describe("a deed", () => {
  const typeOf = (deed: Parameters<typeof commandFor>[0], whom: ReturnType<typeof row>): string | undefined =>
    commandFor(deed, whom, moderator, session())?.type;

  it("is what is possible with the person now", () => {
    expect(typeOf("mute", row("a", { stage: "on", has_microphone_on: true }))).toBe("mute");
    expect(typeOf("mute", row("a", { stage: "on" }))).toBe("request_unmute");
    expect(typeOf("mute", row("a"))).toBeUndefined();
    expect(typeOf("stage", row("a"))).toBe("offer_stage");
    expect(typeOf("stage", row("a", { stage: "offered" }))).toBe("revoke_stage_offer");
    expect(typeOf("stage", row("a", { stage: "on" }))).toBe("remove_from_stage");
    expect(typeOf("viewer", row("a"))).toBeUndefined();
    expect(typeOf("admit", row("a", { waiting_since: 1 }))).toBe("admit");
    expect(typeOf("remove", row("h", { role: "host" }))).toBeUndefined();
    expect(typeOf("remove", row("me"))).toBeUndefined();
  });

  it("shows its key beside the words of a menu", () => {
    expect(keyFor({ type: "set_role", participant_id: "p", role: "speaker" }, undefined)).toBe("K");
    expect(keyFor({ type: "request_unmute", participant_id: "p" }, undefined)).toBe("M");
    expect(keyFor(undefined, "rename")).toBe("F2");
    expect(keyFor(undefined, "rights")).toBeUndefined();
    expect(keyName("Delete")).toBe("Delete");
  });
});

describe("the help", () => {
  const texts = (who: typeof moderator, maySelect: boolean): string[] =>
    helpFor(who, maySelect).flatMap((group) => group.rows.map((one) => one.text));

  it("lists what one may do, and no more", () => {
    expect(texts(moderator, true)).toContain("Set as speaker");
    const viewer = texts(you({ rights: [...ROLE_RIGHTS.viewer] }), false);
    expect(viewer).not.toContain("Set as speaker");
    expect(viewer).not.toContain("Select or deselect");
    expect(viewer).toContain("Lower the hand");
    expect(viewer).toContain("Show this help");
  });
});
