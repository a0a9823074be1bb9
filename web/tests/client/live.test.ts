/** The client of programs against the real server: doors, rooms, refusals, and coming back. */

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Refused, TimedOut, Unreachable, Usher, type Admitted, type GuestAccessView, type Room } from "../../client/index";

const ROOM = "e_demo-room";
const REPOSITORY = join(import.meta.dirname, "../../..");
const PYTHON = join(REPOSITORY, ".venv/bin/python");
const LONG_MS = 60_000;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** The server process, with a data folder that outlives it. */
class Server {
  readonly #folder = mkdtempSync(join(tmpdir(), "usher-"));
  #process: ChildProcess | null = null;

  constructor(readonly port: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, PORT: String(this.port), USHER_DATA: join(this.#folder, "data") };
  }

  async start(): Promise<void> {
    const started = spawn(PYTHON, ["-m", "server.cli", "serve"], {
      cwd: REPOSITORY, env: this.#environment, stdio: ["ignore", "pipe", "ignore"],
    });
    this.#process = started;
    for await (const line of createInterface(started.stdout)) if (line.startsWith("Host: ")) return;
    throw new Error("the server did not start");
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const ended = new Promise((done) => this.#process?.once("exit", done));
    this.#process?.kill(signal);
    await ended;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  key(...scopes: string[]): string {
    const asked = scopes.flatMap((scope) => ["--scope", scope]);
    const made = spawnSync(PYTHON, ["-m", "server.cli", "key", "create", "--name", "all", ...asked], {
      cwd: REPOSITORY, env: this.#environment, encoding: "utf8",
    });
    return (JSON.parse(made.stdout) as { key: string }).key;
  }
}

let server: Server;
let platform: Usher;
let link: string;

beforeAll(async () => {
  server = new Server(await freePort());
  await server.start();
  platform = new Usher(server.url, { key: server.key("tokens", "entries", "read") });
  await platform.do(ROOM, { type: "start_session" });
  await platform.do(ROOM, { type: "set_guest_access", is_on: true });
  await platform.do(ROOM, { type: "create_guest_link", name: "Any" });
  const access = await platform.call<GuestAccessView>("GET", `/entries/${ROOM}/guest-access`);
  link = access.links[0]?.url ?? "";
}, LONG_MS);

afterAll(async () => {
  await server.end("SIGTERM");
  server.remove();
});

const guest = (name: string): Promise<Admitted> =>
  new Usher(server.url).redeemGuestLink(link, { name, email: `${name.replace(" ", ".")}@example.org` });

async function host(): Promise<Room> {
  const { token } = await platform.mintToken({
    account_id: "hanna", name: "Hanna", email: "hanna@example.org", entry_id: ROOM, part: "co_owner",
  });
  const usher = new Usher(server.url);
  return usher.room(await usher.enterWithToken(token));
}

const has = (room: Room, name: string, group?: "raised_hands" | "viewers"): boolean =>
  room.rows(group).some((row) => row.name === name);

const refusal = async (asked: Promise<unknown>): Promise<string> => {
  const error: unknown = await asked.then(() => null, (caught: unknown) => caught);
  return error instanceof Refused ? error.code : String(error);
};

describe("the way in", { timeout: LONG_MS }, () => {
  it("is refused with a code for a link that is none", async () => {
    const usher = new Usher(server.url);
    expect(await refusal(usher.lookAtGuestLink(`${server.url}/join#g.AQEBA2VfMQNs`))).toBe("link_not_found");
    expect(() => usher.lookAtGuestLink("x.y z")).toThrow(TypeError);
  });

  it("is closed to all but the invited", async () => {
    const { result } = await platform.do(ROOM, {
      type: "invite", invitees: [{ email: "ines@example.org" }], invitation_type: "speaker", send_mail: false,
    });
    const [id] = result.invitation_ids as string[];
    const staff = await platform.mintToken({
      account_id: "hanna", name: "Hanna", email: "hanna@example.org", entry_id: ROOM, part: "co_owner",
    });
    expect(staff.url).toContain("/sign-in#");
    const { url } = await platform.call<{ url: string }>("GET", `/entries/${ROOM}/invitations/${id}/link`);
    const usher = new Usher(server.url);
    expect(await refusal(usher.redeemInvitation(url, "eve@example.org"))).toBe("email_mismatch");
    expect((await usher.redeemInvitation(url, "ines@example.org")).role).toBe("speaker");
  });

  it("makes an entry once, however often it is asked", async () => {
    const body = { kind: "room", name: "Made", owner: { account_id: "o", name: "O", email: "o@example.org" } } as const;
    const made = [await platform.createEntry(body, "once"), await platform.createEntry(body, "once")];
    expect(made[0]?.result).toEqual(made[1]?.result);
  });

  it("is unreachable where nobody is", async () => {
    const usher = new Usher(`http://127.0.0.1:${await freePort()}`, { timeoutMs: 500 });
    await expect(usher.me()).rejects.toBeInstanceOf(Unreachable);
    await expect(usher.room({ session_id: "e_1.s1", ticket: "a.b.c" })).rejects.toBeInstanceOf(Unreachable);
  });

  it("takes every command that has a path, and says of the others that they have none", async () => {
    const { result } = await platform.do("", {
      type: "create_entry", kind: "room", name: "Locked", owner: { account_id: "o", name: "O", email: "o@example.org" },
    });
    const entryId = String(result.entry_id);
    await platform.do(entryId, { type: "start_session" });
    await platform.do(entryId, { type: "set_lock", is_locked: true });
    const error: unknown = await platform.do(entryId, { type: "raise_hand" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe("a room", { timeout: LONG_MS }, () => {
  it("shows a hand and a promotion as they happen", async () => {
    const admitted = await guest("Gil");
    const [room, staff] = [await new Usher(server.url).room(admitted), await host()];
    await room.raiseHand();
    await staff.until(() => has(staff, "Gil", "raised_hands"));
    await staff.setRole(admitted.participant_id, "moderator");
    for await (const notice of room.notices()) {
      expect(notice.kind).toBe("role_changed");
      break;
    }
    await room.until(() => room.you?.role === "moderator");
    await staff.undoRole(admitted.participant_id);
    expect(await refusal(room.lock())).toBe("not_allowed");
    room.close();
    staff.close();
  });

  it("is searched through a window, while counts stay exact", async () => {
    const [one, two] = await Promise.all(["Window Ada", "Window Bob"].map(async (name) =>
      new Usher(server.url).room(await guest(name))));
    if (!one || !two) throw new Error("two rooms");
    await one.until(() => has(one, "Window Bob"));
    expect((await one.search("window b")).map((row) => row.name)).toEqual(["Window Bob"]);
    expect(one.counts?.all).toBeGreaterThanOrEqual(2);
    one.close();
    const three = await new Usher(server.url).room(await guest("Window Cid"));
    expect((await three.search("window b")).map((row) => row.name)).toEqual(["Window Bob"]);
    three.close();
    two.close();
  });

  it("is counted without a list", async () => {
    const stop = new AbortController();
    let room: Room | null = null;
    let before: number | null = null;
    for await (const { counts } of platform.counts([ROOM], stop.signal)) {
      if (!counts) continue;
      before ??= counts.all;
      room ??= await new Usher(server.url).room(await guest("Counted"));
      if (counts.all > before) break;
    }
    stop.abort();
    room?.close();
    expect(await refusal(platform.counts(["e_nothing"]).next())).toBe("not_found");
  });

  it("is over for whoever is removed, with the reason", async () => {
    const admitted = await guest("Rex");
    const [room, staff] = [await new Usher(server.url).room(admitted), await host()];
    await staff.remove(admitted.participant_id);
    for await (const _ of room.views()) continue;
    expect(room.problem?.code).toBe("removed");
    expect(await refusal(room.raiseHand())).toBe("removed");
    staff.close();
  });

  it("that was closed does not say that nothing has changed", async () => {
    const room = await new Usher(server.url).room(await guest("Clo"));
    const asked = room.raiseHand();
    room.close();
    await expect(asked).rejects.toBeInstanceOf(Unreachable);
    await expect(room.raiseHand()).rejects.toBeInstanceOf(Unreachable);
  });

  it("does not open with a ticket that is none", async () => {
    const { session_id } = await guest("Tick");
    const opened = new Usher(server.url).room({ session_id, ticket: "a.b.c" });
    expect(await refusal(opened)).toBe("ticket_invalid");
  });
});

it("comes back to a server that was killed, and nothing is done twice", async () => {
  const admitted = await guest("Kay");
  const room = await new Usher(server.url).room(admitted);
  await room.until(() => has(room, "Kay"));
  await room.ask({ type: "raise_hand" }, { id: "hand-1" });
  await server.end("SIGKILL");
  await room.until(() => room.status === "lost");
  const lowered = room.ask({ type: "lower_hand" }, { id: "hand-2", timeoutMs: LONG_MS });
  // Late, and so not sent any more when the line is back: the hand stays down.
  await expect(room.ask({ type: "raise_hand" }, { timeoutMs: 1 })).rejects.toBeInstanceOf(TimedOut);
  await server.start();
  await lowered;
  await room.ask({ type: "raise_hand" }, { id: "hand-1" });
  await room.until(() => has(room, "Kay", "viewers"), LONG_MS);
  expect(room.you?.participant_id).toBe(admitted.participant_id);
  room.close();
}, LONG_MS);
