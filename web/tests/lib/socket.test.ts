import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decode } from "@msgpack/msgpack";
import { newId, RoomSocket, type SocketOptions } from "../../lib/socket";
import type { Connect, Listener } from "../../lib/transport";
import type { Problem, ServerMessage } from "../../lib/protocol";
import { frame, snapshot, welcome, you } from "../making";

const WINDOW = { groups: {}, search: "" };

/** One end of a line, whose other end is the test. */
class Line {
  readonly sent: { type: string; id?: string }[] = [];
  isHungUp = false;

  constructor(readonly listener: Listener) {}

  say(message: ServerMessage | object): void {
    this.listener.received(frame(message));
  }

  end(code: number): void {
    this.listener.closed(code);
  }
}

let lines: Line[] = [];
const connect: Connect = (_url, listener) => {
  const line = new Line(listener);
  lines.push(line);
  return {
    send: (data) => line.sent.push(decode(data as Uint8Array) as Line["sent"][number]),
    hangUp: () => (line.isHungUp = true),
  };
};

const line = (index: number): Line => {
  const found = lines[index];
  if (!found) throw new Error(`no line ${index}`);
  return found;
};

function open(options: Partial<SocketOptions> = {}): RoomSocket {
  const socket = new RoomSocket("ws://x", { window: WINDOW, connect, random: () => 0, ...options });
  socket.open();
  line(0).listener.opened();
  return socket;
}

function inside(options: Partial<SocketOptions> = {}): RoomSocket {
  const socket = open(options);
  line(0).say(welcome());
  line(0).say({ type: "you", you: you() });
  line(0).say(snapshot(1));
  return socket;
}

const problem = (code: Problem["code"], fields: Partial<Problem> = {}): Problem => ({
  code, sentence: code, again: false, ...fields,
});

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("opening", () => {
  it("says hello when the line is open, and is open at the welcome", () => {
    const socket = open();
    expect(line(0).sent.map((message) => message.type)).toEqual(["hello"]);
    expect(socket.status).toBe("connecting");
    line(0).say(welcome());
    expect(socket.status).toBe("open");
  });

  it("reads the server's clock", () => {
    vi.setSystemTime(10_000);
    const socket = open();
    line(0).say(welcome({ server_time: 13_000 }));
    expect(socket.clockOffset).toBe(3_000);
  });

  it("gives up a line on which nobody answers the hello, and tries another", () => {
    open();
    vi.advanceTimersByTime(10_000);
    expect(line(0).isHungUp).toBe(true);
    vi.advanceTimersByTime(250);
    expect(lines).toHaveLength(2);
  });

  it("ends when it was refused for good, which only HTTP can tell", async () => {
    const socket = open({ probe: async () => problem("ticket_invalid") });
    line(0).end(1006);
    await vi.runOnlyPendingTimersAsync();
    expect(socket.status).toBe("final");
    expect(socket.problem?.code).toBe("ticket_invalid");
  });

  it("asks nobody why when the server has said so before the welcome", async () => {
    const probe = vi.fn(async () => null);
    open({ probe });
    line(0).say({ type: "goodbye", problem: problem("overloaded", { again: true, retry_after_ms: 40_000 }) });
    line(0).end(1013);
    await vi.advanceTimersByTimeAsync(39_999);
    expect(probe).not.toHaveBeenCalled();
    expect(lines).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(lines).toHaveLength(2);
  });

  it("goes on trying when the probe finds nothing wrong", async () => {
    const socket = open({ probe: async () => null });
    line(0).end(1006);
    await vi.advanceTimersByTimeAsync(300);
    expect(socket.status).toBe("lost");
    expect(lines).toHaveLength(2);
  });
});

describe("losing the line", () => {
  it("comes back, later each time, until a line has lived for a while", () => {
    const socket = inside();
    line(0).end(1006);
    expect(socket.status).toBe("lost");
    vi.advanceTimersByTime(249);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(2);
    line(1).end(1006);
    vi.advanceTimersByTime(499);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1);
    line(2).listener.opened();
    line(2).say(welcome());
    expect(socket.status).toBe("open");
    line(2).end(1006);
    vi.advanceTimersByTime(999);
    expect(lines).toHaveLength(3);
    vi.advanceTimersByTime(1);
    line(3).listener.opened();
    line(3).say(welcome());
    line(3).say({ type: "ping" });
    line(3).end(1006);
    vi.advanceTimersByTime(250);
    expect(lines).toHaveLength(5);
  });

  it("keeps the view meanwhile", () => {
    const socket = inside();
    line(0).end(1006);
    expect(socket.view).not.toBeNull();
  });

  it("takes silence of two pings and a second for a loss", () => {
    const socket = inside();
    vi.advanceTimersByTime(2_000);
    line(0).say({ type: "ping" });
    vi.advanceTimersByTime(2_999);
    expect(socket.status).toBe("open");
    vi.advanceTimersByTime(1);
    expect(socket.status).toBe("lost");
    expect(line(0).isHungUp).toBe(true);
  });

  it("comes back when the server said it should", () => {
    inside();
    line(0).say({ type: "goodbye", problem: problem("restarting", { again: true, retry_after_ms: 4_000 }) });
    line(0).end(1012);
    vi.advanceTimersByTime(3_999);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(2);
  });

  it("sends commands without a reply again, under the same id", async () => {
    const socket = inside();
    const reply = socket.do({ type: "raise_hand" });
    const first = line(0).sent.at(-1);
    line(0).end(1006);
    vi.advanceTimersByTime(250);
    line(1).listener.opened();
    line(1).say(welcome({ is_resumed: true }));
    expect(line(1).sent.at(-1)).toEqual(first);
    line(1).say({ type: "reply", id: first?.id, is_done: true, version: 2 });
    expect((await reply).is_done).toBe(true);
  });

  it("sends nothing again that nobody waits for", () => {
    const socket = inside();
    const waits = new AbortController();
    void socket.do({ type: "raise_hand" }, "c1", waits.signal);
    line(0).end(1006);
    waits.abort();
    vi.advanceTimersByTime(250);
    line(1).listener.opened();
    line(1).say(welcome({ is_resumed: true }));
    expect(line(1).sent.map((message) => message.type)).toEqual(["hello"]);
  });

  it("refuses another command under an id that waits, in the words of whoever uses it", async () => {
    const words = { of: (said: Problem) => ({ ...said, sentence: "ours" }), ended: () => problem("internal") };
    const socket = inside({ words });
    void socket.do({ type: "raise_hand" }, "c1");
    const refused = await socket.do({ type: "lower_hand" }, "c1");
    expect(refused.problem).toMatchObject({ code: "command_reused", sentence: "ours" });
  });

  it("goes at once when somebody asks it to", () => {
    const socket = inside();
    line(0).end(1006);
    socket.retryNow();
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(2);
  });

  it("hangs up on somebody who talks nonsense", () => {
    const socket = inside();
    line(0).listener.received(new Uint8Array([0xc1]).buffer);
    expect(line(0).isHungUp).toBe(true);
    expect(socket.status).toBe("lost");
  });
});

describe("the end", () => {
  it.each([4000, 4012, 4099])("is a close with %i", (code) => {
    const socket = inside();
    line(0).say({ type: "goodbye", problem: problem("removed") });
    line(0).end(code);
    expect(socket.status).toBe("final");
    expect(socket.problem?.code).toBe("removed");
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  it.each([1006, 1011, 1012, 1013, 4100, 4199])("is not a close with %i", (code) => {
    const socket = inside();
    line(0).end(code);
    expect(socket.status).toBe("lost");
  });

  it("is a goodbye that helps no more, however the line was closed", () => {
    const socket = inside();
    line(0).say({ type: "goodbye", problem: problem("session_ended") });
    line(0).end(1006);
    expect(socket.status).toBe("final");
  });

  it("settles what still waits, and what is asked afterwards", async () => {
    const socket = inside();
    const before = socket.do({ type: "raise_hand" });
    line(0).say({ type: "goodbye", problem: problem("removed") });
    line(0).end(4012);
    expect((await before).problem?.code).toBe("removed");
    expect((await socket.do({ type: "raise_hand" })).problem?.code).toBe("removed");
  });

  it("is leaving, although the line is closed before the reply", async () => {
    const socket = inside();
    const left = socket.leave();
    expect(line(0).sent.at(-1)).toMatchObject({ command: { type: "leave" } });
    line(0).end(1000);
    await left;
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  it("is leaving over a line that is dead and does not know it", async () => {
    const socket = inside();
    const left = socket.leave();
    await vi.advanceTimersByTimeAsync(3_000);
    await left;
    expect(line(0).isHungUp).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  it("is leaving without a line to say so", async () => {
    const socket = inside();
    line(0).end(1006);
    await socket.leave();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  it("is closing oneself", () => {
    const socket = inside();
    socket.close();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(line(0).isHungUp).toBe(true);
  });
});

it("tells of notices and of changes", () => {
  const noticed = vi.fn();
  const changed = vi.fn();
  inside({ noticed, changed });
  line(0).say({ type: "notice", kind: "muted", by: "Hanna" });
  expect(noticed).toHaveBeenCalledWith({ type: "notice", kind: "muted", by: "Hanna" });
  expect(changed).toHaveBeenCalledTimes(4);
});

it("makes ids that the server takes, never twice", () => {
  const ids = new Set(Array.from({ length: 200 }, newId));
  expect(ids.size).toBe(200);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_.@:+-]{1,80}$/u);
});
