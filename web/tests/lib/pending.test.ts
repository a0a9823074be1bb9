import { describe, expect, it } from "vitest";
import { begun, ended, expected, isGoing, NOBODY } from "../../lib/pending";
import type { Command } from "../../lib/protocol";
import { row } from "../making";

it("knows whom commands in flight are about, until the last of them is answered", () => {
  const mute = { type: "mute", participant_id: "p1" } as const;
  const remove = { type: "remove", participant_id: "p1" } as const;
  let pending = begun(begun(NOBODY, mute, "me"), remove, "me");
  expect([...pending]).toEqual([["p1", [mute, remove]]]);
  pending = ended(pending, mute, "me");
  expect(pending.get("p1")).toEqual([remove]);
  expect(ended(pending, remove, "me").size).toBe(0);
  expect(NOBODY.size).toBe(0);
});

it("counts several people of one command, and oneself where nobody is named", () => {
  const admit = { type: "admit", participant_ids: ["p1", "p2"] } as const;
  expect([...begun(NOBODY, admit, "me").keys()]).toEqual(["p1", "p2"]);
  expect([...begun(NOBODY, { type: "raise_hand" }, "me").keys()]).toEqual(["me"]);
});

it("is about nobody for what concerns the whole room", () => {
  expect(begun(NOBODY, { type: "mute_all" }, "me")).toBe(NOBODY);
});

describe("a row is shown as it will be", () => {
  const who = { participant_id: "p1" };
  const heard = row("p1", { stage: "on", has_microphone_on: true, has_camera_on: true, hand_raised_at: 5 });

  it.each<[Command, Partial<typeof heard>]>([
    [{ type: "set_role", role: "speaker", ...who }, { role: "speaker" }],
    [{ type: "rename", name: "Ada", ...who }, { name: "Ada" }],
    [{ type: "lower_hand", ...who }, { hand_raised_at: null }],
    [{ type: "mute", ...who }, { has_microphone_on: false }],
    [{ type: "turn_camera_off", ...who }, { has_camera_on: false }],
    [{ type: "remove_from_stage", ...who }, { stage: "off" }],
    [{ type: "offer_stage", ...who }, {}],
    [{ type: "set_rights", granted: [], revoked: [], ...who }, {}],
  ])("after %o", (command, change) => {
    expect(expected(heard, [command])).toEqual({ ...heard, ...change });
  });

  it("with an offer, and without one that is taken back", () => {
    expect(expected(row("p1"), [{ type: "offer_stage", ...who }]).stage).toBe("offered");
    expect(expected(row("p1", { stage: "offered" }), [{ type: "revoke_stage_offer", ...who }]).stage).toBe("off");
  });

  it("after several, the last of which holds", () => {
    const commands = (["speaker", "moderator"] as const).map((role) => ({ type: "set_role", role, ...who }) as const);
    expect(expected(heard, commands).role).toBe("moderator");
    expect(expected(heard)).toBe(heard);
  });

  it("as going, when it will be gone from here", () => {
    expect(isGoing([{ type: "remove", ...who }])).toBe(true);
    expect(isGoing([{ type: "admit", participant_ids: ["p1"] }])).toBe(true);
    expect(isGoing([{ type: "mute", ...who }])).toBe(false);
    expect(isGoing()).toBe(false);
  });
});
