import { expect, it } from "vitest";
import { begun, ended, NOBODY } from "../../lib/pending";

it("knows whom commands in flight are about, until the last of them is answered", () => {
  const mute = { type: "mute", participant_id: "p1" } as const;
  const remove = { type: "remove", participant_id: "p1" } as const;
  let pending = begun(begun(NOBODY, mute, "me"), remove, "me");
  expect([...pending]).toEqual([["p1", 2]]);
  pending = ended(pending, mute, "me");
  expect(pending.has("p1")).toBe(true);
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
