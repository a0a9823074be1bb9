// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../../elements/participants-tab";
import type { ParticipantsTab, TabStateEvent } from "../../elements/participants-tab";
import type { ParticipantsTab as Public } from "../../module/participants-tab";
import { frame, snapshot, welcome, you } from "../making";

/** The other end of every line that the element opens. */
class Line {
  static all: Line[] = [];
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: string, readonly protocols: string | string[]) {
    Line.all.push(this);
  }

  send(): void {}
  close(): void {}
}

const ADMITTED = { session_id: "e_1.s_1", participant_id: "p", role: "host", ticket: "T", next: "/" };
const SPENT = { code: "token_invalid", sentence: "spent", again: false };

let answers: object[];
let told: (string | null)[][];

async function settled(tab: ParticipantsTab): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((done) => setTimeout(done));
    await tab.updateComplete;
  }
}

async function put(token: string, renew: ParticipantsTab["renew"] = null): Promise<ParticipantsTab> {
  const tab = document.createElement("participants-tab") satisfies Public as unknown as ParticipantsTab;
  tab.setAttribute("server", "https://usher.example");
  tab.setAttribute("token", token);
  tab.renew = renew;
  tab.addEventListener("usher-state", (event) => {
    const { state, code } = event as TabStateEvent;
    told.push([state, code]);
  });
  document.body.append(tab);
  await settled(tab);
  return tab;
}

function come(line: Line): void {
  line.onopen?.();
  for (const message of [welcome(), { type: "you", you: you() }, snapshot(1)]) {
    line.onmessage?.({ data: frame(message) });
  }
}

const text = (tab: ParticipantsTab): string => tab.shadowRoot?.textContent ?? "";

beforeEach(() => {
  Line.all = [];
  answers = [];
  told = [];
  sessionStorage.clear();
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("fetch", async () => {
    const answer = answers.shift() ?? ADMITTED;
    return { ok: !("code" in answer), json: async () => answer };
  });
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

it("comes in by its token, and offers the ticket to the server that it belongs to", async () => {
  const tab = await put("a.b.c");
  const [line] = Line.all;
  expect(line?.url).toBe("wss://usher.example/api/v1/sessions/e_1.s_1/socket");
  expect(line?.protocols).toEqual(["usher.v1.msgpack", "usher.ticket.T"]);
  come(line as Line);
  await settled(tab);
  expect(tab.shadowRoot?.querySelector("participants-list")).not.toBeNull();
  expect(told).toEqual([["entering", null], ["inside", null]]);
});

it("says why nobody came in, and offers to try again where there may be a fresh token", async () => {
  answers = [SPENT];
  const alone = await put("a.b.c");
  expect(alone.shadowRoot?.querySelector("problem-card")).not.toBeNull();
  expect(alone.shadowRoot?.querySelector("problem-card button")).toBeNull();
  expect(told.at(-1)).toEqual(["over", "token_invalid"]);

  answers = [SPENT];
  const renew = vi.fn(async () => "d.e.f");
  const helped = await put("a.b.c", renew);
  helped.shadowRoot?.querySelector<HTMLElement>("problem-card button")?.click();
  await settled(helped);
  expect(renew).toHaveBeenCalledOnce();
  expect(told.at(-1)).toEqual(["entering", null]);
});

it("lets go of one room when it is given a token for another", async () => {
  const tab = await put("a.b.c");
  const first = Line.all[0] as Line;
  come(first);
  const hangUp = vi.spyOn(first, "close");
  answers = [{ ...ADMITTED, session_id: "e_2.s_1" }];
  tab.token = "d.e.f";
  await settled(tab);
  expect(hangUp).toHaveBeenCalled();
  expect(Line.all.at(-1)?.url).toContain("e_2.s_1");
});

it("is what its types say, name for name", () => {
  type Face = Pick<Public, "server" | "token" | "lang" | "renew" | "state">;
  const face: Face = document.createElement("participants-tab");
  const kept: Face = face as ParticipantsTab;
  for (const name of ["server", "token", "lang", "renew", "state"]) expect(name in kept).toBe(true);
});

it("is entering, and says so, as long as it has no token", async () => {
  const tab = await put("");
  expect(Line.all).toEqual([]);
  expect(text(tab)).toContain("Entering");
});

it("takes the direction of its language", async () => {
  const tab = await put("");
  expect(tab.dir).toBe("ltr");
  tab.lang = "ar";
  await settled(tab);
  expect(tab.dir).toBe("rtl");
  tab.lang = "en";
  await settled(tab);
});
