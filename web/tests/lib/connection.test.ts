import { describe, expect, it } from "vitest";
import { Connection, MAX_PENDING } from "../../lib/connection";
import type { ServerMessage, View, Window } from "../../lib/protocol";
import { counts, group, row, snapshot, view, welcome, you } from "../making";

const WINDOW: Window = { groups: { viewers: { first: 0, count: 20 } }, search: "" };
const OTHER: Window = { groups: { viewers: { first: 20, count: 20 } }, search: "" };
const THIRD: Window = { groups: { viewers: { first: 20, count: 20 } }, search: "ada" };

const delta = (base: number, version: number, epoch = "a"): ServerMessage => ({
  type: "delta",
  base,
  position: { epoch, version },
  delta: { counts: counts({ all: version }), groups: {} },
});

const windowsSaid = (connection: Connection): Window[] =>
  connection.toSend().flatMap((message) => (message.type === "watch" ? [message.window] : []));

/** A connection that holds a snapshot at version 5. */
function watching(shown: View = view()): Connection {
  const connection = new Connection(WINDOW);
  connection.opened();
  connection.receive(welcome());
  connection.receive({ type: "you", you: you() });
  connection.receive(snapshot(5, shown));
  connection.toSend();
  return connection;
}

describe("opening", () => {
  it("says hello with its window first", () => {
    const connection = new Connection(WINDOW);
    connection.opened();
    expect(connection.toSend()).toEqual([{ type: "hello", wire_version: 1, window: WINDOW }]);
  });

  it("asks to resume from the view that it holds", () => {
    const connection = watching();
    connection.lost();
    connection.opened();
    expect(connection.toSend()[0]).toMatchObject({ resume: { epoch: "a", version: 5 } });
  });

  it("does not resume while a snapshot of another window is due", () => {
    const connection = watching();
    connection.watch(OTHER);
    connection.lost();
    connection.opened();
    expect(connection.toSend()).toEqual([{ type: "hello", wire_version: 1, window: OTHER }]);
  });

  it("goes on with deltas after a resume", () => {
    const connection = watching();
    connection.lost();
    connection.opened();
    connection.receive(welcome({ is_resumed: true }));
    connection.receive(delta(5, 6));
    expect(connection.view?.counts.all).toBe(6);
  });

  it("waits for the snapshot when it was not resumed", () => {
    const connection = watching();
    connection.lost();
    connection.opened();
    connection.receive(welcome());
    connection.receive(delta(5, 6));
    expect(connection.view?.counts.all).toBe(0);
  });
});

describe("deltas", () => {
  it("follow one another", () => {
    const connection = watching();
    connection.receive(delta(5, 7));
    connection.receive(delta(7, 8));
    expect(connection.view?.counts.all).toBe(8);
    expect(connection.toSend()).toEqual([]);
  });

  it.each([
    ["another base", delta(4, 6)],
    ["another epoch", delta(5, 6, "b")],
    [
      "rows that do not fit",
      {
        type: "delta",
        base: 5,
        position: { epoch: "a", version: 6 },
        delta: { groups: { viewers: { first: 0, ops: [{ op: "delete", at: 7, count: 1 }] } } },
      } as ServerMessage,
    ],
  ])("with %s make it ask for a snapshot, once", (_name, wrong) => {
    const connection = watching(view({ groups: { viewers: group([row("ada")]) } }));
    connection.receive(wrong);
    connection.receive(delta(6, 7));
    expect(connection.toSend()).toEqual([{ type: "watch", window: WINDOW }]);
    expect(connection.view?.counts.all).toBe(0);
    connection.receive(snapshot(7, view({ counts: counts({ all: 7 }) })));
    expect(connection.view?.counts.all).toBe(7);
  });
});

describe("gates", () => {
  const atGate: ServerMessage = { type: "you", you: you({ gate: "waiting_room" }) };
  const inside: ServerMessage = { type: "you", you: you() };

  it("show nothing of the room until they open and the view comes", () => {
    const connection = watching();
    connection.receive(atGate);
    expect(connection.view).toBeNull();
    connection.receive(inside);
    expect(connection.isCurrent).toBe(false);
    connection.receive(snapshot(6));
    expect(connection.isCurrent).toBe(true);
    expect(connection.toSend()).toEqual([]);
  });

  it("take each window, although none is answered there", () => {
    const connection = watching();
    connection.receive(atGate);
    connection.watch(OTHER);
    connection.watch(THIRD);
    expect(windowsSaid(connection)).toEqual([OTHER, THIRD]);
    connection.receive(inside);
    connection.receive(snapshot(6));
    expect(connection.isCurrent).toBe(true);
    expect(connection.toSend()).toEqual([]);
  });

  it("leave nothing to wait for of what was asked on the way to them", () => {
    const connection = watching();
    connection.watch(OTHER);
    connection.watch(THIRD);
    connection.receive(atGate);
    expect(windowsSaid(connection)).toEqual([OTHER, THIRD]);
    connection.receive(inside);
    connection.receive(snapshot(6));
    expect(connection.isCurrent).toBe(true);
  });
});

describe("another window", () => {
  it("is not taken for seen when the view of the one before it comes", () => {
    const connection = new Connection(WINDOW);
    connection.opened();
    connection.receive(welcome());
    connection.receive({ type: "you", you: you() });
    connection.toSend();
    connection.watch(OTHER);
    expect(connection.toSend()).toEqual([]);
    connection.receive(snapshot(5));
    expect(connection.isCurrent).toBe(false);
    expect(windowsSaid(connection)).toEqual([OTHER]);
    connection.receive(snapshot(5));
    expect(connection.isCurrent).toBe(true);
  });

  it("is asked for one at a time, and the newest wins", () => {
    const connection = watching();
    connection.watch(OTHER);
    connection.watch(WINDOW);
    connection.watch(THIRD);
    expect(windowsSaid(connection)).toEqual([OTHER]);
    connection.receive(snapshot(6));
    expect(windowsSaid(connection)).toEqual([THIRD]);
    connection.receive(snapshot(7));
    expect(connection.isCurrent).toBe(true);
    expect(connection.toSend()).toEqual([]);
  });

  it("is asked for after a resume, when it was moved between hello and welcome", () => {
    const connection = watching();
    connection.lost();
    connection.opened();
    connection.watch(OTHER);
    connection.receive(welcome({ is_resumed: true }));
    expect(connection.isCurrent).toBe(false);
    expect(windowsSaid(connection)).toEqual([OTHER]);
    connection.receive(snapshot(6));
    connection.receive(delta(6, 7));
    expect(connection.view?.counts.all).toBe(7);
  });
});

describe("commands", () => {
  it("wait for the welcome, and are sent again under the same id after a loss", () => {
    const connection = new Connection(WINDOW);
    void connection.do("c1", { type: "raise_hand" });
    connection.opened();
    expect(connection.toSend().map((message) => message.type)).toEqual(["hello"]);
    connection.receive(welcome());
    const sent = { type: "do", id: "c1", command: { type: "raise_hand" } };
    expect(connection.toSend()).toEqual([sent]);
    connection.lost();
    connection.opened();
    connection.toSend();
    connection.receive(welcome());
    expect(connection.toSend()).toEqual([sent]);
  });

  it("are settled by their reply, and not sent again", async () => {
    const connection = watching();
    const reply = connection.do("c1", { type: "raise_hand" });
    connection.receive({ type: "reply", id: "c1", is_done: true, version: 6 });
    expect((await reply).is_done).toBe(true);
    connection.lost();
    connection.opened();
    connection.toSend();
    connection.receive(welcome());
    expect(connection.toSend()).toEqual([]);
  });

  /** What is sent once the line has been lost and is back. */
  const sentAgain = (connection: Connection): unknown[] => {
    connection.lost();
    connection.opened();
    connection.toSend();
    connection.receive(welcome());
    return connection.toSend();
  };

  it("are not sent again once nobody waits for them", () => {
    const connection = watching();
    const [one, two] = [new AbortController(), new AbortController()];
    void connection.do("c1", { type: "raise_hand" }, one.signal);
    void connection.do("c1", { type: "raise_hand" }, two.signal);
    expect(connection.toSend()).toHaveLength(1);
    one.abort();
    expect(sentAgain(connection)).toHaveLength(1);
    two.abort();
    expect(sentAgain(connection)).toEqual([]);
  });

  it("are answered to all who gave them under one id", async () => {
    const connection = watching();
    const both = [1, 2].map(() => connection.do("c1", { type: "raise_hand" }));
    connection.receive({ type: "reply", id: "c1", is_done: true, version: 6 });
    expect((await Promise.all(both)).map((reply) => reply.is_done)).toEqual([true, true]);
  });

  it("are refused under the id of another that waits", () => {
    const connection = watching();
    void connection.do("c1", { type: "rename", name: "Ada", participant_id: "p1" });
    expect(connection.refusal("c1", { participant_id: "p1", name: "Ada", type: "rename" })).toBeNull();
    expect(connection.refusal("c1", { type: "raise_hand" })?.code).toBe("command_reused");
  });

  it("are refused when too many wait", () => {
    const connection = watching();
    for (let number = 0; number < MAX_PENDING; number += 1) void connection.do(`c${number}`, { type: "raise_hand" });
    expect(connection.refusal("one-more", { type: "raise_hand" })).toMatchObject({ code: "rate_limited", again: true });
    expect(connection.refusal("c0", { type: "raise_hand" })).toBeNull();
  });

  it("are refused when nothing more will come", async () => {
    const connection = watching();
    const reply = connection.do("c1", { type: "raise_hand" });
    connection.giveUp({ code: "removed", sentence: "Removed.", again: false });
    expect(await reply).toMatchObject({ is_done: false, problem: { code: "removed" } });
  });
});

it("answers a ping", () => {
  const connection = watching();
  connection.receive({ type: "ping" });
  expect(connection.toSend()).toEqual([{ type: "pong" }]);
});

it("knows that what it shows may be out of date for as long as pings say so", () => {
  const connection = watching();
  connection.receive({ type: "ping", is_stale: true });
  expect(connection.isStale).toBe(true);
  connection.receive({ type: "ping" });
  expect(connection.isStale).toBe(false);
  connection.receive({ type: "ping", is_stale: true });
  connection.lost();
  expect(connection.isStale).toBe(false);
});

it("hands the goodbye on once", () => {
  const connection = watching();
  connection.receive({ type: "goodbye", problem: { code: "restarting", sentence: "…", again: true } });
  expect(connection.lost()?.code).toBe("restarting");
  expect(connection.lost()).toBeNull();
});

