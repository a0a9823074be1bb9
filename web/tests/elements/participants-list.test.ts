// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandEvent } from "../../lib/asking";
import { ROLE_RIGHTS } from "../../lib/ranks";
import { HELD } from "../../lib/windows";
import type { SelfView, View, Window } from "../../lib/protocol";
import "../../elements/participants-list";
import type { ParticipantsList, WindowEvent } from "../../elements/participants-list";
import { counts, group, row, session, view, you } from "../making";

const moderator = you({ role: "moderator", rights: [...ROLE_RIGHTS.moderator] });
let tab: ParticipantsList;
let windows: Window[];

async function show(shown: View, who: SelfView = moderator): Promise<void> {
  tab = document.createElement("participants-list") as ParticipantsList;
  tab.view = shown;
  tab.you = who;
  tab.addEventListener("usher-window", (event) => windows.push((event as WindowEvent).window));
  document.body.append(tab);
  await settled();
}

/** Let every element inside have drawn itself. */
async function settled(): Promise<void> {
  for (let depth = 0; depth < 4; depth += 1) {
    await Promise.all(all("*").map((one) => (one as { updateComplete?: Promise<unknown> }).updateComplete));
  }
}

function all(selector: string, root: ParentNode | null = tab.shadowRoot): Element[] {
  const here = [...(root?.querySelectorAll("*") ?? [])];
  const below = here.flatMap((one) => (one.shadowRoot ? all(selector, one.shadowRoot) : []));
  return [...here.filter((one) => one.matches(selector)), ...below];
}

const text = (selector: string): string[] =>
  all(selector).map((one) => one.textContent.replace(/\s+/gu, " ").trim());

const press = async (label: string): Promise<void> => {
  const button = all("button").find(
    (one) => one.getAttribute("aria-label") === label || one.textContent.includes(label),
  );
  (button as HTMLButtonElement).click();
  await settled();
};

beforeEach(() => {
  windows = [];
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("the groups", () => {
  it("say exactly how many they hold, whatever is loaded", async () => {
    await show(view({ counts: counts({ all: 12_345, viewers: 12_345 }), groups: { viewers: group([row("ada")]) } }));
    expect(text("h2")).toEqual([`All participants (${(12_345).toLocaleString()})`]);
    expect(text(".fold")).toEqual([
      "Raised hands (0)", "On stage (0)", `Viewers (${(12_345).toLocaleString()})`,
    ]);
  });

  it("show those who wait, and the ledger, only to those who are told of them", async () => {
    await show(view({ counts: counts({ waiting: 2, invited: 0 }) }));
    expect(text(".fold")[0]).toBe("Waiting to enter (2)");
    expect(text(".fold").at(-1)).toBe("Invited, not here (0)");
  });

  it("do not ask for rows when they are closed", async () => {
    await show(view({ counts: counts({ viewers: 1 }), groups: { viewers: group([row("ada")]) } }));
    await press("Viewers");
    expect(all("participant-row")).toEqual([]);
    expect(windows.at(-1)?.groups).not.toHaveProperty("viewers");
  });

  it("hold a window of a large group, as tall as all of it", async () => {
    const rows = Array.from({ length: 20 }, (_, index) => row(`p${index}`));
    await show(view({ counts: counts({ viewers: 500 }), groups: { viewers: group(rows) } }));
    expect(all("participant-row")).toHaveLength(20);
    await press("See more");
    expect(windows.at(-1)?.groups?.viewers).toEqual({ first: 0, count: HELD });
    expect((all("[data-group=viewers] .list")[0] as HTMLElement).style.blockSize).toBe(`${500 * 52}px`);
    expect(all("participant-row")).toHaveLength(20);
    await press("See less");
    expect(windows.at(-1)?.groups?.viewers).toEqual({ first: 0, count: 20 });
  });

  it("say so when names are not shown", async () => {
    await show(view({ session: session({ shows_names: false }), counts: counts({ all: 9, viewers: 9 }) }), you());
    expect(text("p.none")).toEqual(["Names are not shown in this session."]);
  });
});

describe("the focus, after more was asked for", () => {
  const viewers = (count: number): View => view({
    counts: counts({ viewers: 500 }),
    groups: { viewers: group(Array.from({ length: count }, (_, index) => row(`p${index}`))) },
  });
  /** The row, or whatever else, that was given the focus last. */
  let last: HTMLElement | undefined;

  /** Press *See more* while no more than the first rows are loaded. */
  async function seeMore(): Promise<void> {
    await show(viewers(20));
    tab.addEventListener("focusin", (event) => (last = event.composedPath()[0] as HTMLElement));
    // No layout here, so everything is in sight.
    vi.spyOn(tab.scrolling, "isOnScreen").mockReturnValue(true);
    const button = all(".more button")[0] as HTMLButtonElement;
    button.focus();
    button.click();
    // Browsers take the focus from what goes away, and happy-dom does not.
    button.blur();
    await settled();
  }

  async function rowsArrive(): Promise<void> {
    tab.view = viewers(60);
    await settled();
    await tab.scrolling.settled;
    await settled();
  }

  it("goes to the first of the new rows when they arrive", async () => {
    await seeMore();
    expect(last?.textContent).toContain("See more");
    await rowsArrive();
    expect(last?.dataset.participant).toBe("p20");
  });

  it("stays where it was taken meanwhile", async () => {
    await seeMore();
    const field = all(".search input")[0] as HTMLInputElement;
    field.focus();
    await rowsArrive();
    expect(last === field).toBe(true);
  });
});

describe("rows", () => {
  it("show names as text, whatever they hold", async () => {
    const name = "<img src=x onerror=alert(1)>";
    await show(view({ counts: counts({ viewers: 1 }), groups: { viewers: group([row("x", { name })]) } }));
    expect(all("img")).toEqual([]);
    expect(text(".name b")).toEqual([name]);
  });

  it("number raised hands by the place in the queue, also further down", async () => {
    const hands = [row("a", { hand_raised_at: 1 }), row("b", { hand_raised_at: 2 })];
    await show(view({ counts: counts({ raised_hands: 42 }), groups: { raised_hands: group(hands) } }));
    expect(text(".marks .hand > span[aria-hidden]")).toEqual(["1", "2"]);
    expect(all("participant-row").map((one) => one.getAttribute("aria-rowindex"))).toEqual(["1", "2"]);
    expect(all("[role=grid]").map((one) => one.getAttribute("aria-rowcount"))).toEqual(["42"]);
  });

  it("carry who they are", async () => {
    await show(view({ counts: counts({ viewers: 1 }), groups: { viewers: group([row("p_1")]) } }));
    expect(all("[data-group=viewers] [data-participant=p_1]")).toHaveLength(1);
  });
});

describe("the search", () => {
  it("asks once for what was typed, and tells in which group the matches are", async () => {
    await show(view({ counts: counts({ viewers: 9, on_stage: 1 }) }));
    vi.useFakeTimers();
    const field = all("input")[0] as HTMLInputElement;
    for (const typed of ["a", "ad", "ada "]) {
      field.value = typed;
      field.dispatchEvent(new Event("input"));
    }
    vi.runAllTimers();
    vi.useRealTimers();
    expect(windows.map((one) => one.search)).toEqual(["ada"]);
    tab.view = view({
      counts: counts({ viewers: 9, on_stage: 1 }),
      matches: counts({ viewers: 2 }),
      groups: { viewers: group([row("ada"), row("adam")]) },
    });
    await settled();
    expect(text(".fold")).toEqual(["Viewers (9) 2 found"]);
  });
});

describe("the waiting", () => {
  const waits = (id: string): ReturnType<typeof row> => row(id, { waiting_since: 1, wait_reason: "locked" });
  const waiting = view({
    counts: counts({ waiting: 2 }),
    groups: { waiting: group([waits("ada"), waits("bob")]) },
  });

  it("can be admitted one by one, together, or as picked", async () => {
    await show(waiting);
    const asked: CommandEvent[] = [];
    tab.addEventListener(CommandEvent.kind, (event) => {
      (event as CommandEvent).answer = Promise.resolve({ isDone: true, result: {} });
      asked.push(event as CommandEvent);
    });
    await press("Admit ada");
    await press("Admit all");
    (all("[aria-label='Select bob']")[0] as HTMLInputElement).click();
    await vi.dynamicImportSettled();
    await settled();
    await press("Decline (1)");
    expect(asked.map((event) => event.command)).toEqual([
      { type: "admit", participant_ids: ["ada"] },
      { type: "admit_all" },
      { type: "decline", participant_ids: ["bob"] },
    ]);
  });

  it("are no longer picked once they are gone", async () => {
    await show(waiting);
    (all("[aria-label='Select bob']")[0] as HTMLInputElement).click();
    tab.view = view({ counts: counts({ waiting: 1 }), groups: { waiting: group([waits("ada")]) } });
    await settled();
    expect(all("bulk-bar")).toEqual([]);
  });
});
