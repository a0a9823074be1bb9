import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bulkActions, carryAll, maySelect, undoOf } from "../../lib/bulk";
import { ROLE_RIGHTS } from "../../lib/ranks";
import { summary } from "../../elements/bulk-bar";
import type { Answer } from "../../lib/asking";
import type { Command, Row } from "../../lib/protocol";
import { row, session, you } from "../making";

const moderator = you({ role: "moderator", rights: [...ROLE_RIGHTS.moderator] });
const offered = (people: Row[]): [string, number][] =>
  bulkActions(people, moderator, session()).map(({ name, commands }) => [name, commands.length]);

describe("what can be done with several people", () => {
  it("counts for each action those whom it applies to", () => {
    const people = [
      row("ada", { hand_raised_at: 1, stage: "on", has_microphone_on: true }),
      row("bob", { role: "speaker", stage: "on", has_camera_on: true }),
      row("cleo"),
    ];
    expect(offered(people)).toEqual([
      ["lower_hand", 1], ["mute", 1], ["turn_camera_off", 1], ["offer_stage", 1],
      ["remove_from_stage", 2], ["set_viewer", 1], ["set_speaker", 2], ["set_moderator", 3], ["remove", 3],
    ]);
  });

  it("is to let in or to turn away those who wait, each by a command", () => {
    const waits = (id: string): Row => row(id, { waiting_since: 1, wait_reason: "locked" });
    expect(offered([waits("ada"), waits("bob")])).toEqual([["admit", 2], ["decline", 2]]);
  });

  it("is nothing with oneself or those above", () => {
    expect(maySelect(row("me"), moderator, session())).toBe(false);
    expect(maySelect(row("hanna", { role: "host" }), moderator, session())).toBe(false);
    expect(maySelect(row("ada"), you({ rights: [...ROLE_RIGHTS.viewer] }), session())).toBe(false);
    expect(maySelect(row("ada"), moderator, session())).toBe(true);
  });

  it("is taken back where the server can", () => {
    const who = { participant_id: "p" };
    expect(undoOf({ type: "set_role", ...who, role: "viewer" })).toEqual({ type: "undo_role", ...who });
    expect(undoOf({ type: "remove", ...who })).toEqual({ type: "readmit", ...who });
    expect(undoOf({ type: "decline", participant_ids: ["p"] })).toEqual({ type: "readmit", ...who });
    expect(undoOf({ type: "offer_stage", ...who })).toEqual({ type: "revoke_stage_offer", ...who });
    expect(undoOf({ type: "mute", ...who })).toBeNull();
  });
});

describe("carrying them", () => {
  const commands = (count: number): Command[] =>
    Array.from({ length: count }, (_, at) => ({ type: "mute", participant_id: `p${at}` }) as const);
  const done: Answer = { isDone: true, result: {} };
  const refused = (code: "not_allowed" | "rate_limited"): Answer => ({
    isDone: false, problem: { code, sentence: "No.", again: false },
  });

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sends no faster than the server takes, and says how far it is", async () => {
    let sent = 0;
    const told: number[] = [];
    const all = carryAll(commands(200), () => Promise.resolve((sent += 1, done)), (count) => told.push(count));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toBeLessThanOrEqual(60);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toBeLessThanOrEqual(60 + 20);
    await vi.runAllTimersAsync();
    expect((await all).done).toHaveLength(200);
    expect(told.at(-1)).toBe(200);
  });

  it("tries again what came too fast, and keeps what was refused apart", async () => {
    const answers = new Map([["p0", [refused("rate_limited"), done]], ["p1", [refused("not_allowed")]]]);
    const all = carryAll(
      commands(3),
      (command) => Promise.resolve(answers.get("participant_id" in command ? (command.participant_id ?? "") : "")?.shift() ?? done),
      () => undefined,
    );
    await vi.runAllTimersAsync();
    const result = await all;
    expect(result.done).toHaveLength(2);
    expect(result.refused).toHaveLength(1);
    expect(summary("mute", result)).toBe("2 people muted. 1 was refused: No.");
  });
});

it("says only what was refused when nothing was done", () => {
  const refused = [{ command: { type: "mute_all" } as const, sentence: "No." }];
  expect(summary("remove", { done: [], refused })).toBe("1 was refused: No.");
});
