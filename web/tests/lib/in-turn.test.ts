import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inTurn } from "../../lib/in-turn";
import { everyRow, EVERYTHING, filtersOf, isNarrowed, pageOf } from "../../lib/ledger";
import { requestOf } from "../../lib/routes";
import type { Answer } from "../../lib/asking";
import type { Command, ErrorCode } from "../../lib/protocol";
import { invitation } from "../making";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const commands = (count: number): Command[] =>
  Array.from({ length: count }, (_, at) => ({ type: "resend_invitation", invitation_id: `i${at}` }));
const yes: Answer = { isDone: true, result: {} };
const no = (code: ErrorCode, retry_after_ms?: number): Answer =>
  ({ isDone: false, problem: { code, sentence: code, again: true, retry_after_ms } });
const idOf = (command: Command): string => ("invitation_id" in command ? command.invitation_id : "");

it("all are carried, and each refusal is accounted for", async () => {
  const told: number[] = [];
  const account = await inTurn(
    commands(5),
    async (command) => (idOf(command) === "i3" ? no("link_expired") : yes),
    (answered) => told.push(answered),
    new AbortController().signal,
  );
  expect(account.done).toBe(4);
  expect(account.refused.map((one) => [idOf(one.command), one.problem.code])).toEqual([["i3", "link_expired"]]);
  expect(account.isStopped).toBe(false);
  expect(told).toEqual([1, 2, 3, 4, 5]);
});

it("a busy server is asked again when it says so", async () => {
  const carry = vi.fn(async () => (carry.mock.calls.length === 1 ? no("rate_limited", 5_000) : yes));
  const working = inTurn(commands(1), carry, () => undefined, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(carry).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(await working).toMatchObject({ done: 1, refused: [] });
});

it("a server that stays busy is a refusal in the end", async () => {
  const working = inTurn(commands(1), async () => no("overloaded"), () => undefined, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await working).refused).toHaveLength(1);
});

it("what is stopped is not gone on with", async () => {
  const work = new AbortController();
  const carry = vi.fn(async () => {
    work.abort();
    return yes;
  });
  const account = await inTurn(commands(100), carry, () => undefined, work.signal);
  expect(account.isStopped).toBe(true);
  expect(account.done).toBe(carry.mock.calls.length);
  expect(account.done).toBeLessThan(5);
});

it("the ledger is asked for with what narrows it, and nothing else", () => {
  expect(String(filtersOf(EVERYTHING))).toBe("");
  expect(isNarrowed({ ...EVERYTHING, sort: "name" })).toBe(false);
  const asked = { ...EVERYTHING, state: "not_in", type: "viewer", by: "Hanna H", q: " ada " } as const;
  expect(isNarrowed(asked)).toBe(true);
  expect(Object.fromEntries(filtersOf(asked))).toEqual({
    state: "created,sent,delivered,bounced,opened", type: "viewer", by: "Hanna H", q: "ada",
  });
  expect(String(pageOf(EVERYTHING, "i_9", 2))).toBe("sort=-invited_at&limit=2&after=i_9");
});

it("all that match are read page by page", async () => {
  const all = Array.from({ length: 401 }, (_, at) => invitation(`i${at}`));
  const read = vi.fn(async (page: URLSearchParams) => {
    const start = all.findIndex((one) => one.id === page.get("after")) + 1;
    return all.slice(start, start + Number(page.get("limit")));
  });
  expect(await everyRow(EVERYTHING, read)).toEqual(all);
  expect(read).toHaveBeenCalledTimes(3);
});

it.each([
  [{ type: "resend_invitation", invitation_id: "i" }, "POST", "/resend", {}],
  [{ type: "change_invitation", invitation_id: "i", invitation_type: "viewer" }, "PATCH", "", { invitation_type: "viewer" }],
  [{ type: "extend_invitation", invitation_id: "i", minutes: 5 }, "POST", "/extend", { minutes: 5 }],
  [{ type: "reset_invitation_device", invitation_id: "i" }, "POST", "/reset-device", {}],
  [{ type: "revoke_invitation", invitation_id: "i", remove: true }, "POST", "/revoke", { remove: true }],
] as [Command, string, string, object][])("pages without a connection carry %j", (command, method, path, body) => {
  expect(requestOf("e", command)).toEqual({ method, path: `/entries/e/invitations/i${path}`, body });
});
