// @vitest-environment happy-dom
import { render } from "lit";
import { describe, expect, it, vi } from "vitest";
import { arrivals } from "../../elements/arrivals";
import { webAddress } from "../../elements/entry-content";
import { inCode } from "../../elements/in-code";
import { onlyCode } from "../../elements/invite-lobby";
import { outline } from "../../elements/qr-code";
import { difference } from "../../elements/rights-dialog";
import "../../elements/toast-list";
import type { ToastList } from "../../elements/toast-list";
import { Telling } from "../../elements/telling";
import { splitName } from "../../lib/addresses";
import { ROLE_RIGHTS } from "../../lib/ranks";
import type { Note } from "../../lib/asking";
import type { Command } from "../../lib/protocol";
import { counts, group, row, view, you } from "../making";

describe("arrivals", () => {
  const staff = you({ rights: ["admit"] });
  const waiting = (count: number): ReturnType<typeof view> =>
    view({ counts: counts({ waiting: count }), groups: { waiting: group([row("ada", { name: "Ada" })]) } });
  const nothing = (): void => undefined;

  it("are named when it is one, and counted when there are more", () => {
    expect(arrivals(0, waiting(1), staff, nothing, nothing)?.text).toBe("Ada is waiting to enter.");
    expect(arrivals(1, waiting(7), staff, nothing, nothing)?.text).toBe("7 people are waiting to enter.");
  });

  it("replace one another", () => {
    const keys = [1, 2].map((count) => arrivals(0, waiting(count), staff, nothing, nothing)?.key);
    expect(new Set(keys).size).toBe(1);
  });

  it("are one notice on the page, however many knock one after another", async () => {
    // happy-dom knows no popovers; where it is shown does not matter here.
    Object.assign(HTMLElement.prototype, { showPopover: nothing, hidePopover: nothing });
    const list = document.createElement("toast-list") as ToastList;
    document.body.append(list);
    for (let count = 1; count <= 1_000; count += 1) {
      const note = arrivals(count - 1, waiting(count), staff, nothing, nothing);
      if (note) list.show(note);
    }
    await list.updateComplete;
    const told = [...(list.shadowRoot?.querySelectorAll(".note p") ?? [])];
    expect(told.map((one) => one.textContent)).toEqual(["1,000 people are waiting to enter."]);
    list.remove();
  });

  it("can be admitted, or looked at", () => {
    const carry = vi.fn();
    const show = vi.fn();
    arrivals(0, waiting(1), staff, show, carry)?.action?.run();
    expect(carry).toHaveBeenCalledWith({ type: "admit", participant_ids: ["ada"] });
    arrivals(0, waiting(2), staff, show, carry)?.action?.run();
    expect(show).toHaveBeenCalledOnce();
  });

  it("are told only to those who admit, and only when there are more", () => {
    expect(arrivals(0, waiting(1), you(), nothing, nothing)).toBeNull();
    expect(arrivals(2, waiting(2), staff, nothing, nothing)).toBeNull();
    expect(arrivals(2, waiting(1), staff, nothing, nothing)).toBeNull();
  });
});

describe("telling", () => {
  const shown = view({ groups: { viewers: group([row("p", { name: "Ada" })]) } });

  function telling(isMeant = true): { teller: Telling; notes: Note[]; carried: Command[] } {
    const notes: Note[] = [];
    const carried: Command[] = [];
    const teller = new Telling({
      show: (note) => notes.push(note),
      ask: () => Promise.resolve(isMeant),
      carry: (command) => carried.push(command),
      view: () => shown,
    });
    return { teller, notes, carried };
  }

  const remove: Command = { type: "remove", participant_id: "p" };

  it("names the person, and offers the way back", () => {
    const { teller, notes, carried } = telling();
    teller.tell(remove, { isDone: true, result: {} }, teller.nameFor(remove), false);
    expect(notes[0]?.text).toBe("Ada was removed.");
    notes[0]?.action?.run();
    expect(carried).toEqual([{ type: "readmit", participant_id: "p" }]);
  });

  it("shows a refusal, unless whoever asked shows it", () => {
    const { teller, notes } = telling();
    const problem = { code: "not_allowed", sentence: "No.", again: false } as const;
    teller.tell(remove, { isDone: false, problem }, "Ada", true);
    expect(notes).toEqual([]);
    teller.tell(remove, { isDone: false, problem }, "Ada", false);
    expect(notes[0]).toMatchObject({ text: "No.", tone: "bad" });
  });

  it.each([[true, 1], [false, 0]])("asks the last host whether it is meant: %s", async (isMeant, times) => {
    const { teller, carried } = telling(isMeant);
    const step: Command = { type: "set_role", participant_id: "p", role: "viewer" };
    const problem = { code: "last_host", sentence: "Last.", again: false } as const;
    teller.tell(step, { isDone: false, problem }, "Ada", false);
    await vi.waitFor(() => expect(carried).toHaveLength(times));
  });
});

it.each([
  ["053 832", "053832"],
  [" 053-832 ", "053832"],
  ["Your code is 053832.", "053832"],
  ["AB12CD", "AB12CD"],
  ["", ""],
])("finds the code in %j", (typed, code) => {
  expect(onlyCode(typed)).toBe(code);
});

it.each([
  ["Ada Lovelace", { first: "Ada", last: "Lovelace" }],
  ["Jean Luc Picard", { first: "Jean Luc", last: "Picard" }],
  ["Ada", { first: "Ada", last: "" }],
])("splits %j", (name, parts) => {
  expect(splitName(name)).toEqual(parts);
});

it("draws a run of dark modules as one piece", () => {
  expect(outline([[true, true, false], [false, false, true]])).toBe("M0 0h2v1h-2zM2 1h1v1h-1z");
});

it("states single rights against the role", () => {
  expect(difference(ROLE_RIGHTS.viewer, ["raise_hand", "rename_self", "lock"])).toEqual({
    granted: ["lock"],
    revoked: ["request_stage"],
  });
});

it("shows content from the web, and runs nothing", () => {
  expect(webAddress("https://x.example/a.mp4")?.href).toBe("https://x.example/a.mp4");
  expect(webAddress("/assets/demo/video.webm")?.pathname).toBe("/assets/demo/video.webm");
  expect(webAddress("javascript:alert(1)")).toBeNull();
  expect(webAddress("data:text/html,x")).toBeNull();
  expect(webAddress("")).toBeNull();
  expect(webAddress(null)).toBeNull();
});

it("sets as code what stands in backticks, and nothing else", () => {
  const place = document.createElement("p");
  render(inCode("The `role` of <b>one</b>, or `null`; a ` alone stays."), place);
  expect([...place.querySelectorAll("code")].map((one) => one.textContent)).toEqual(["role", "null"]);
  expect(place.textContent).toBe("The role of <b>one</b>, or null; a ` alone stays.");
});
