import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  commandsOf, matches, messagesOf, operationsOf, shapesOf, typeOf, type AsyncApi, type OpenApi,
} from "../../lib/reference";

const SCHEMA = join(import.meta.dirname, "../../../docs/schema/usher.v1.asyncapi.json");
const LIVE = JSON.parse(readFileSync(SCHEMA, "utf8")) as AsyncApi;

const HTTP: OpenApi = {
  paths: {
    "/entries": { get: described("List.") },
    "/entries/{entry_id}/guest-links/{link_id}": { delete: described("Delete.") },
    "/entries/{entry_id}/guest-links": { post: described("Make.") },
    "/me": { get: { ...described("Say."), security: [{}] } },
  },
  components: { schemas: {} },
};

function described(summary: string): OpenApi["paths"][string][string] {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Done" } } };
  return { summary, security: [{ account: [] }, { key: [] }], parameters: [], responses: { "200": { content } } };
}

describe("operations", () => {
  it("stand in groups by what they are about", () => {
    const groups = operationsOf(HTTP);
    expect([...groups.keys()]).toEqual(["entries", "entries / guest-links", "me"]);
    expect(groups.get("entries / guest-links")?.map(({ method }) => method)).toEqual(["DELETE", "POST"]);
  });

  it("say who may call them, and what comes back", () => {
    const [list] = operationsOf(HTTP).get("entries") ?? [];
    expect(list).toMatchObject({ who: ["account", "key"], body: null, replies: [{ type: "application/json" }] });
    expect(operationsOf(HTTP).get("me")?.[0]?.who).toEqual([]);
  });
});

describe("messages", () => {
  it("are told apart by who says them, with their answers", () => {
    const said = messagesOf(LIVE, "client");
    expect(said.map(({ name }) => name)).toEqual(["hello", "watch", "unwatch", "do", "pong"]);
    expect(said[0]?.answers).toEqual(["welcome", "goodbye"]);
    expect(messagesOf(LIVE, "server").map(({ name }) => name)).toContain("snapshot");
  });

  it("carry commands, each with its name and its meaning", () => {
    const commands = commandsOf(LIVE);
    expect(commands.length).toBeGreaterThan(50);
    for (const { name, summary, shape } of commands) {
      expect(name).toMatch(/^[a-z_]+$/u);
      expect(summary).not.toBe("");
      expect(shapesOf(LIVE).has(typeOf(shape).text)).toBe(true);
    }
  });
});

describe("a type", () => {
  it.each([
    [{ type: "string", maxLength: 80 }, "string ≤ 80", []],
    [{ type: "integer", minimum: 1, maximum: 9 }, "integer 1–9", []],
    [{ type: "integer", minimum: 0, maximum: 2 ** 53 }, "integer", []],
    [{ anyOf: [{ $ref: "#/x/Row" }, { type: "null" }] }, "Row | null", ["Row"]],
    [{ type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } }, "(string | null)[]", []],
    [{ type: "array", items: { $ref: "#/x/Row" } }, "Row[]", ["Row"]],
    [{ type: "array", prefixItems: [{ type: "integer" }, { type: "string" }] }, "[integer, string]", []],
    [{ type: "object", additionalProperties: { $ref: "#/x/Row" } }, "{ [key]: Row }", ["Row"]],
    [{ const: "hello" }, '"hello"', []],
    [{ enum: ["a", "b"] }, '"a" | "b"', []],
    [{}, "any", []],
  ])("%j is said in one line", (shape, text, names) => {
    expect(typeOf(shape)).toEqual({ text, names });
  });
});

it("is found by each of its words", () => {
  expect(matches("post invit", "POST", "/entries/{entry_id}/invitations")).toBe(true);
  expect(matches("get invit", "POST", "/entries/{entry_id}/invitations")).toBe(false);
  expect(matches("", "anything")).toBe(true);
});
