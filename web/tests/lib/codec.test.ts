import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { read, write } from "../../lib/codec";
import { Malformed } from "../../lib/frames";
import { frame } from "../making";

describe("read", () => {
  it("gives the message in a frame", () => {
    expect(read(frame({ type: "ping" }))).toEqual({ type: "ping" });
  });

  it("gives moments as numbers", () => {
    const message = read(frame({ type: "welcome", server_time: 1_795_515_371_123 }));
    expect(message).toMatchObject({ server_time: 1_795_515_371_123 });
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["a list", encode([1, 2])],
    ["a string", encode("ping")],
    ["null", encode(null)],
    ["a map without a type", encode({ a: 1 })],
    ["a map whose type is a number", encode({ type: 1 })],
    ["bytes behind the end", new Uint8Array([...encode({ type: "ping" }), 0xc0])],
    ["a string cut short", encode({ type: "ping" }).slice(0, -1)],
    ["an endless array", new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])],
    ["text", "{}"],
    ["raw bytes", encode({ type: "ping", data: new Uint8Array(1) })],
  ])("refuses %s", (_name, bytes) => {
    expect(() => read(bytes)).toThrow(Malformed);
  });

  it("refuses a key that would reach the prototype of all objects", () => {
    const bytes = encode({ type: "you", xxxxxxxxx: {} });
    const key = new TextEncoder().encode("xxxxxxxxx");
    const at = bytes.findIndex((_byte, index) => key.every((letter, offset) => bytes[index + offset] === letter));
    bytes.set(new TextEncoder().encode("__proto__"), at);
    expect(() => read(bytes)).toThrow(Malformed);
  });
});

describe("write", () => {
  it("leaves out what is undefined and keeps a null that is meant", () => {
    const bytes = write({
      type: "do",
      id: "c",
      command: { type: "edit_entry", name: undefined, starts_at: null },
    });
    expect(decode(bytes)).toEqual({ type: "do", id: "c", command: { type: "edit_entry", starts_at: null } });
  });
});
