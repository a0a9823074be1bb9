import { describe, expect, it } from "vitest";
import { outcome, subjectOf, wayOn } from "../../lib/outcomes";
import type { Command, Problem } from "../../lib/protocol";

const problem = (code: Problem["code"]): Problem => ({ code, sentence: "No.", again: false });

describe("what is said after a command", () => {
  it.each<[string, Command, Record<string, unknown>, Command | undefined]>([
    ["a role", { type: "set_role", participant_id: "p", role: "speaker" }, {}, { type: "undo_role", participant_id: "p" }],
    ["rights", { type: "set_rights", participant_id: "p", granted: ["lock"] }, {}, { type: "undo_role", participant_id: "p" }],
    ["a removal", { type: "remove", participant_id: "p" }, {}, { type: "readmit", participant_id: "p" }],
    ["a decline", { type: "decline", participant_ids: ["p"] }, {}, { type: "readmit", participant_id: "p" }],
    ["declines", { type: "decline", participant_ids: ["p", "q"] }, {}, undefined],
    ["a block", { type: "block", participant_id: "p" }, { block_id: "b" }, { type: "unblock", block_id: "b" }],
    ["a block without its id", { type: "block", participant_id: "p" }, {}, undefined],
  ])("offers to undo %s", (_name, command, result, back) => {
    const said = outcome(command, result, "Ada");
    expect(said?.text).not.toBe("");
    expect(said?.next?.command).toEqual(back);
  });

  it("names the person and the role", () => {
    const command: Command = { type: "set_role", participant_id: "p", role: "moderator" };
    expect(outcome(command, {}, "Ada")?.text).toBe("Ada is now a moderator.");
  });

  it("is nothing where the effect can be seen", () => {
    expect(outcome({ type: "raise_hand" }, {}, "Ada")).toBeNull();
  });
});

describe("the way on from a refusal", () => {
  it("is to replace the longest silent when the stage is full, once", () => {
    const offer: Command = { type: "offer_stage", participant_id: "p" };
    const way = wayOn(offer, problem("stage_full"));
    expect(way?.next?.command).toEqual({ ...offer, replace: true });
    expect(wayOn({ ...offer, replace: true }, problem("stage_full"))).toBeNull();
  });

  it("is to mean it when the last host steps down", () => {
    const step: Command = { type: "set_role", participant_id: "p", role: "viewer" };
    expect(wayOn(step, problem("last_host"))?.next?.command).toEqual({ ...step, even_if_last: true });
  });

  it("is none for others", () => {
    expect(wayOn({ type: "raise_hand" }, problem("not_allowed"))).toBeNull();
  });
});

it("knows whom a command is about", () => {
  expect(subjectOf({ type: "mute", participant_id: "p" })).toBe("p");
  expect(subjectOf({ type: "admit", participant_ids: ["p"] })).toBe("p");
  expect(subjectOf({ type: "admit", participant_ids: ["p", "q"] })).toBeNull();
  expect(subjectOf({ type: "lower_hand" })).toBeNull();
  expect(subjectOf({ type: "mute_all" })).toBeNull();
});
