import { describe, expect, it } from "vitest";
import { adopt, begin, changed, edit, factsCommand, merge, saved, settingsCommand, shown } from "../../lib/entry-draft";
import { toLocalInput } from "../../lib/timing";
import { entry, settings } from "../making";

const OLD = entry({ name: "Seminar", description: "About doors", settings: settings() });
const now = (fields: object, changes: object = {}) => ({ ...OLD, ...fields, settings: settings(changes) });

describe("a draft", () => {
  it("has nothing to save at first, and nothing after a change is taken back", () => {
    const typed = edit(begin(OLD), "name", "Seminar 2");
    expect(changed(typed)).toEqual(["name"]);
    expect(changed(edit(typed, "name", "Seminar"))).toEqual([]);
    expect(factsCommand(begin(OLD))).toBeNull();
    expect(settingsCommand(begin(OLD), settings())).toBeNull();
  });

  it("sends what was changed and nothing else", () => {
    let draft = edit(begin(OLD), "name", "  Seminar 2 ");
    draft = edit(draft, "capacity", 50);
    draft = edit(draft, "approve_guests", true);
    expect(factsCommand(draft)).toEqual({ type: "edit_entry", name: "Seminar 2" });
    const command = settingsCommand(draft, settings());
    expect(command?.only).toEqual(["capacity", "approve_guests"]);
    expect(command?.settings).toMatchObject({ capacity: 50, approve_guests: true, grace_s: 30 });
  });

  it("clears a moment with null, and knows no seconds", () => {
    const old = entry({ starts_at: 60_030_000, settings: settings() });
    expect(changed(edit(begin(old), "starts_at", toLocalInput(60_000_000)))).toEqual([]);
    expect(factsCommand(edit(begin(old), "starts_at", ""))).toEqual({ type: "edit_entry", starts_at: null });
  });

  it("reads captions line by line", () => {
    const draft = edit(begin(OLD), "captions", "en English /en.vtt\n");
    expect(factsCommand(draft)?.captions).toEqual([{ language: "en", label: "English", url: "/en.vtt" }]);
  });
});

describe("what others change meanwhile", () => {
  it("comes in where nothing was typed, and is marked", () => {
    const draft = merge(edit(begin(OLD), "name", "Mine"), now({ description: "Theirs" }, { capacity: 7 }));
    expect(shown(draft)).toMatchObject({ name: "Mine", description: "Theirs", capacity: 7 });
    expect([...draft.news].sort()).toEqual(["capacity", "description"]);
    expect(draft.clashes.size).toBe(0);
  });

  it("never takes the place of what was typed: that is a clash, to be decided", () => {
    const draft = merge(edit(begin(OLD), "name", "Mine"), now({ name: "Theirs" }));
    expect(shown(draft).name).toBe("Mine");
    expect([...draft.clashes]).toEqual(["name"]);
    const theirs = adopt(draft, "name");
    expect(shown(theirs).name).toBe("Theirs");
    expect(theirs.clashes.size + changed(theirs).length).toBe(0);
  });

  it("is no clash when both want the same", () => {
    const draft = merge(edit(begin(OLD), "name", "Both"), now({ name: "Both" }));
    expect(changed(draft)).toEqual([]);
    expect(draft.clashes.size).toBe(0);
  });

  it("does not count what one saved oneself", () => {
    const draft = saved(edit(begin(OLD), "name", "Mine"), ["name"]);
    expect(changed(draft)).toEqual([]);
    expect(merge(draft, now({ name: "Mine" })).news.size).toBe(0);
  });
});
