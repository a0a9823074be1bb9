import { describe, expect, it } from "vitest";
import { apply, findRow, Misfit, onStage } from "../../lib/roster";
import type { ViewDelta } from "../../lib/protocol";
import { counts, group, invitation, row, session, view } from "../making";

const changed = (delta: Partial<ViewDelta>): ViewDelta => ({ groups: {}, ...delta });

describe("apply", () => {
  const old = view({ groups: { viewers: group([row("ada"), row("bob"), row("cleo")]) } });

  it("carries out operations in order, each on the result so far", () => {
    const delta = changed({
      groups: {
        viewers: {
          first: 0,
          ops: [
            { op: "delete", at: 0, count: 2 },
            { op: "insert", at: 1, row: row("dora") },
            { op: "update", at: 0, fields: { name: "Cleo", hand_raised_at: 5 } },
          ],
        },
      },
    });
    const rows = apply(old, delta).groups.viewers?.rows;
    expect(rows?.map((one) => one.id)).toEqual(["cleo", "dora"]);
    expect(rows?.[0]).toMatchObject({ name: "Cleo", hand_raised_at: 5, role: "viewer" });
  });

  it.each([
    [0, 2, ["ben", "cleo", "ada"]],
    [2, 0, ["cleo", "ada", "ben"]],
    [1, 1, ["ada", "ben", "cleo"]],
  ])("moves a row from %i to %i, with what has changed of it", (at, to, ids) => {
    const people = view({ groups: { viewers: group([row("ada"), row("ben"), row("cleo")]) } });
    const op = { op: "move", at, to, fields: { role: "speaker" } } as const;
    const rows = apply(people, changed({ groups: { viewers: { first: 0, ops: [op] } } })).groups.viewers?.rows;
    expect(rows?.map((one) => one.id)).toEqual(ids);
    expect(rows?.filter((one) => one.role === "speaker")).toEqual([rows?.[to]]);
  });

  it("leaves the old view as it was", () => {
    const before = structuredClone(old);
    apply(old, changed({ groups: { viewers: { first: 0, ops: [{ op: "delete", at: 0, count: 1 }] } } }));
    expect(old).toEqual(before);
  });

  it("takes a null in an update for nothing being there any more", () => {
    const raised = view({ groups: { viewers: group([row("ada", { hand_raised_at: 9 })]) } });
    const delta = changed({
      groups: { viewers: { first: 0, ops: [{ op: "update", at: 0, fields: { hand_raised_at: null } }] } },
    });
    expect(apply(raised, delta).groups.viewers?.rows[0]?.hand_raised_at).toBeNull();
  });

  it("moves the window to where the server says", () => {
    const delta = changed({ groups: { viewers: { first: 40, ops: [] } } });
    expect(apply(old, delta).groups.viewers?.first).toBe(40);
  });

  it("keeps what is not mentioned, and shares it", () => {
    const next = apply(old, changed({ counts: counts({ all: 3 }) }));
    expect(next.counts.all).toBe(3);
    expect(next.session).toBe(old.session);
    expect(next.groups.viewers).toBe(old.groups.viewers);
  });

  it("takes a new session as a whole", () => {
    const next = apply(old, changed({ session: session({ is_locked: true }) }));
    expect(next.session.is_locked).toBe(true);
  });

  it("changes invitations in the ledger", () => {
    const ledger = view({ groups: { invited: { first: 0, rows: [], invitations: [invitation("i1")] } } });
    const delta = changed({
      groups: {
        invited: {
          first: 0,
          ops: [
            { op: "update", at: 0, fields: { state: "opened" } },
            { op: "insert", at: 0, row: invitation("i0") },
          ],
        },
      },
    });
    const rows = apply(ledger, delta).groups.invited?.invitations;
    expect(rows?.map((one) => [one.id, one.state])).toEqual([["i0", "sent"], ["i1", "opened"]]);
  });

  it.each([
    ["an insert behind the end", { op: "insert", at: 4, row: row("x") }],
    ["a delete over the end", { op: "delete", at: 2, count: 2 }],
    ["a delete of nothing", { op: "delete", at: 0, count: 0 }],
    ["an update behind the end", { op: "update", at: 3, fields: {} }],
    ["a move of nobody", { op: "move", at: 3, to: 0 }],
    ["a move behind the end", { op: "move", at: 0, to: 3 }],
    ["a move before the start", { op: "move", at: 0, to: -1 }],
    ["an update before the start", { op: "update", at: -1, fields: {} }],
    ["an operation that is none", { op: "swap", at: 0 }],
  ])("refuses %s", (_name, op) => {
    const delta = { groups: { viewers: { first: 0, ops: [op] } } } as unknown as ViewDelta;
    expect(() => apply(old, delta)).toThrow(Misfit);
  });

  it("refuses a change of a group that it does not hold", () => {
    expect(() => apply(old, changed({ groups: { on_stage: { first: 0, ops: [] } } }))).toThrow(Misfit);
  });
});

describe("the stage", () => {
  it("has those on stage whose hand is up as well, by the time they came", () => {
    const shown = view({
      groups: {
        on_stage: group([row("bob", { stage: "on", on_stage_since: 20 })]),
        raised_hands: group([
          row("ada", { stage: "on", on_stage_since: 10, hand_raised_at: 30 }),
          row("cleo", { hand_raised_at: 40 }),
        ]),
      },
    });
    expect(onStage(shown).map((one) => one.id)).toEqual(["ada", "bob"]);
  });
});

it("finds somebody in any group", () => {
  const shown = view({ groups: { waiting: group([row("ada")]) } });
  expect(findRow(shown, "ada")?.name).toBe("ada");
  expect(findRow(shown, "bob")).toBeNull();
  expect(findRow(null, "ada")).toBeNull();
});
