// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { accessTo } from "../../lib/access";
import { enterWith } from "../../lib/embedding";
import { Refused } from "../../lib/api";

const SERVER = "https://usher.example";
const TOKEN = "header.payload.signature-of-one";
const SPENT = { code: "token_invalid", sentence: "spent", again: false };
const ADMITTED = { session_id: "e_1.s_1", participant_id: "p", role: "host", ticket: "t1", next: "/" };

let asked: { url: string; init: RequestInit }[];
let answer: object;

beforeEach(() => {
  asked = [];
  answer = ADMITTED;
  sessionStorage.clear();
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return { ok: !("code" in answer), json: async () => answer };
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it("asks the server that it belongs to, without cookies, and goes by the ticket", async () => {
  expect(await enterWith(SERVER, TOKEN)).toBe("e_1.s_1");
  expect(asked[0]?.url).toBe("https://usher.example/api/v1/embed/enter");
  expect(asked[0]?.init.credentials).toBe("omit");
  expect(accessTo("e_1")).toEqual({ server: SERVER, ticket: "t1" });
});

it("goes on with the ticket when the page is loaded again with a spent token", async () => {
  await enterWith(SERVER, TOKEN);
  answer = SPENT;
  expect(await enterWith(SERVER, TOKEN)).toBe("e_1.s_1");
});

it("keeps neither the token nor a ticket for another one", async () => {
  await enterWith(SERVER, TOKEN);
  expect(JSON.stringify({ ...sessionStorage })).not.toContain(TOKEN);
  answer = SPENT;
  await expect(enterWith(SERVER, "header.payload.signature-of-two")).rejects.toThrow(Refused);
});

it("does not fall back for any other refusal", async () => {
  await enterWith(SERVER, TOKEN);
  answer = { ...SPENT, code: "blocked" };
  await expect(enterWith(SERVER, TOKEN)).rejects.toMatchObject({ problem: { code: "blocked" } });
});

it("works where a page may store nothing", async () => {
  vi.stubGlobal("sessionStorage", undefined);
  expect(await enterWith(SERVER, TOKEN)).toBe("e_1.s_1");
});
