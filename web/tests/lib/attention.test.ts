// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, keepWishes, news, wishes } from "../../lib/attention";
import { you } from "../making";

const HOST = you({ rights: ["admit", "lower_hands"] });
const NONE = { waiting: 0, hands: 0 };

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

it("is off until it is wished for on this device", () => {
  expect(wishes()).toEqual({ desktop: false, sound: false });
  keepWishes({ desktop: true, sound: false });
  expect(wishes()).toEqual({ desktop: true, sound: false });
});

it("tells what is new, and only those who can do something about it", () => {
  expect(news(NONE, { waiting: 2, hands: 0 }, HOST)).toBe("2 people are waiting to enter.");
  expect(news(NONE, { waiting: 0, hands: 1 }, HOST)).toBe("1 hand is raised.");
  expect(news({ waiting: 2, hands: 1 }, { waiting: 1, hands: 1 }, HOST)).toBeNull();
  expect(news(NONE, { waiting: 2, hands: 3 }, you())).toBeNull();
});

it("shows a notification where that was wished and is allowed, and no other", () => {
  const made = vi.fn();
  class Fake {
    static permission = "granted";
    onclick = null;
    constructor(...given: unknown[]) {
      made(...given);
    }
  }
  vi.stubGlobal("Notification", Fake);
  call("Seminar", "1 hand is raised.", { desktop: false, sound: false });
  expect(made).not.toHaveBeenCalled();
  call("Seminar", "1 hand is raised.", { desktop: true, sound: false });
  expect(made).toHaveBeenCalledWith("Seminar", expect.objectContaining({ body: "1 hand is raised." }));
  Fake.permission = "denied";
  call("Seminar", "again", { desktop: true, sound: false });
  expect(made).toHaveBeenCalledOnce();
});
