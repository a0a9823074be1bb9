import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lookAtGuestLink, Refused, Unreachable } from "../../lib/api";
import { insist, type Trouble } from "../../lib/insisting";

const answer = (status: number, body: string): Response => new Response(body, { status });
const brokenOff = (): Response => {
  const body = new ReadableStream({ start: (into) => into.error(new TypeError("cut")) });
  return new Response(body, { status: 200 });
};
const restarting = JSON.stringify({ code: "restarting", sentence: "Wait.", again: true });
const revoked = JSON.stringify({ code: "link_revoked", sentence: "Withdrawn.", again: false });
let answers: (() => Response)[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("fetch", async () => (answers.shift() as () => Response)());
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it.each([
  ["no line", () => { throw new TypeError("no line"); }],
  ["an answer that broke off", brokenOff],
  ["a proxy without a server behind it", () => answer(502, "<h1>Bad gateway</h1>")],
  ["a server about to restart", () => answer(503, restarting)],
])("asks again after %s, and tells", async (_, first) => {
  answers = [first, () => answer(200, "{}")];
  const told: (Trouble | null)[] = [];
  const done = insist(() => lookAtGuestLink("t"), (trouble) => told.push(trouble));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await done).toEqual({});
  expect(told).toEqual([{ kind: "dead" }, null]);
});

it.each([
  ["when it said to", 7_000, 7_000],
  ["after a while, where it did not say", undefined, 3_000],
  ["not at once, whatever it said", 1, 1_000],
  ["within a minute, whatever it said", 86_400_000, 60_000],
])("asks a busy server again %s, and tells", async (_, retry_after_ms, forMs) => {
  const busy = JSON.stringify({ code: "overloaded", sentence: "Busy.", again: true, retry_after_ms });
  answers = [() => answer(503, busy), () => answer(200, "{}")];
  const told: (Trouble | null)[] = [];
  const done = insist(() => lookAtGuestLink("t"), (trouble) => told.push(trouble));
  await vi.advanceTimersByTimeAsync(forMs - 1);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await done).toEqual({});
  expect(told).toEqual([{ kind: "busy", forMs }, null]);
});

it.each([
  ["a refusal", () => answer(403, revoked), "link_revoked"],
  ["an answer in no language of ours", () => answer(200, "<p>hello"), "internal"],
])("takes %s for an answer", async (_, first, code) => {
  answers = [first];
  const failure = await insist(() => lookAtGuestLink("t"), () => undefined).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Refused);
  expect(failure).not.toBeInstanceOf(Unreachable);
  expect((failure as Refused).problem.code).toBe(code);
});
