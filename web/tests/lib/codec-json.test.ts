import { describe, expect, it } from "vitest";
import { read, write } from "../../lib/codec-json";
import { Malformed } from "../../lib/frames";

describe("read", () => {
  it("gives the message in a frame", () => {
    expect(read('{"type":"ping","is_stale":true}')).toEqual({ type: "ping", is_stale: true });
  });

  it.each([
    ["nothing", ""],
    ["a list", "[1,2]"],
    ["null", "null"],
    ["a map without a type", '{"a":1}'],
    ["a map whose type is a number", '{"type":1}'],
    ["text behind the end", '{"type":"ping"}{'],
    ["bytes", new Uint8Array([0x80])],
  ])("refuses %s", (_name, frame) => {
    expect(() => read(frame)).toThrow(Malformed);
  });

  it("leaves the prototype of all objects as it is", () => {
    read('{"type":"you","__proto__":{"isHere":true}}');
    expect(({} as { isHere?: boolean }).isHere).toBeUndefined();
  });
});

describe("write", () => {
  it("leaves out what is undefined and keeps a null that is meant", () => {
    const command = { type: "edit_entry", name: undefined, starts_at: null } as const;
    expect(JSON.parse(write({ type: "do", id: "c", command }))).toEqual({
      type: "do", id: "c", command: { type: "edit_entry", starts_at: null },
    });
  });
});
