/** A session that was recorded once is followed to its end, whatever this client has become since. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { read as readMsgpack } from "../../lib/codec";
import { read as readJson } from "../../lib/codec-json";
import { Connection } from "../../lib/connection";
import type { ServerMessage } from "../../lib/protocol";

interface Line {
  from: "client" | "server";
  codec: string;
  frame: string;
  means: ServerMessage;
}

const PATH = join(import.meta.dirname, "../../../tests/protocol/recorded/v1.jsonl");
const LINES = readFileSync(PATH, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Line);

const read = ({ codec, frame }: Line): ServerMessage =>
  codec.endsWith(".json") ? readJson(frame) : readMsgpack(Uint8Array.from(Buffer.from(frame, "base64")));

describe.each(["usher.v1.json", "usher.v1.msgpack"])("what was recorded in %s", (codec) => {
  const said = LINES.filter((line) => line.codec === codec && line.from === "server");

  it("means what it meant", () => {
    expect(said.length).toBeGreaterThan(10);
    for (const line of said) expect(read(line)).toEqual(line.means);
  });

  it("leads to the view that it led to", () => {
    const connection = new Connection({});
    connection.opened();
    const answers = said.flatMap((line) => {
      connection.receive(read(line));
      return connection.toSend().map(({ type }) => type);
    });

    // Every delta fitted: nothing was asked for anew.
    expect(new Set(answers)).toEqual(new Set(["hello", "pong"]));
    expect(connection.isCurrent).toBe(true);
    const rows = Object.values(connection.view?.groups ?? {}).flatMap((group) => group?.rows ?? []);
    expect(rows.map((row) => row.name)).toContain("Ada");
    expect(connection.you?.role).toBe("moderator");
  });
});

it("passes over a message that came later", () => {
  const connection = new Connection(null);
  connection.opened();
  connection.toSend();
  connection.receive(readJson('{"type": "weather", "is_fine": true}'));
  expect(connection.toSend()).toEqual([]);
});
