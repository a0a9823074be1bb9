// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "../../elements/attendance-people";
import type { AttendancePeople, QueryEvent } from "../../elements/attendance-people";
import type { AttendancePage } from "../../elements/attendance-page";
import { EVERYBODY } from "../../lib/attendance-api";
import { attended, page, sittings, summary, T0, way } from "../attending";

// A canvas is what happy-dom has none of; the plot is tried in a browser (tests/journeys).
vi.mock("uplot", () => {
  class Plot {
    static paths = {};
    width = 0;
    height = 0;
    cursor = {};
    setData = vi.fn();
    setSize = vi.fn();
    setCursor = vi.fn();
    destroy = vi.fn();
    valToPos = (): number => 10;
  }
  return { default: Plot };
});

const MINUTE = 60_000;
const root = (element: Element): ShadowRoot => element.shadowRoot as ShadowRoot;
const text = (element: Element): string => (root(element).textContent ?? "").replace(/\s+/gu, " ");
const press = (element: Element, selector: string): void =>
  root(element).querySelector<HTMLElement>(selector)?.click();

async function settled(element: HTMLElement): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await vi.advanceTimersByTimeAsync(0);
    await (element as unknown as { updateComplete: Promise<unknown> }).updateComplete;
  }
}

beforeEach(() => void vi.useFakeTimers({ now: T0 + 10 * MINUTE }));

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the people of a record", () => {
  const queries: unknown[] = [];

  async function put(fields: Partial<AttendancePeople>): Promise<AttendancePeople> {
    queries.length = 0;
    const list = Object.assign(document.createElement("attendance-people"), {
      ways: summary().ways, all: 3, from: T0, to: T0 + 10 * MINUTE, ...fields,
    }) as AttendancePeople;
    list.addEventListener("query", (event) => queries.push((event as QueryEvent).query));
    document.body.append(list);
    await settled(list);
    return list;
  }

  it("says of each how they came, what they were, and for how long", async () => {
    const change = { at: T0 + MINUTE, before: "viewer", after: "speaker", by: "Hanna" } as const;
    const list = await put({
      page: page([
        attended("Ada", { origin: "guest_link", link_name: "Open day", is_here: true, hands: 2 }),
        attended("Bob", { role: "speaker", role_changes: [change], stage_ms: 90_000 }),
        attended("", { email: "" }),
      ]),
    });
    const rows = [...root(list).querySelectorAll("tr[data-person]")].map((row) =>
      (row.textContent ?? "").replace(/\s+/gu, " "));
    expect(rows[0]).toMatch(/Ada ada@example.org Inside now .*Open day Guest link .*– now.*5 min.*2/u);
    expect(rows[1]).toMatch(/Bob .*Account.*Speaker was Viewer.*2 min/u);
    expect(rows[2]).toContain("Name erased");
    expect(root(list).querySelector("[role=status]")?.textContent).toBe("3 people");
  });

  it("opens to every stay and every change, and stays open when the page is read anew", async () => {
    const change = { at: T0 + MINUTE, before: "viewer", after: "speaker", by: "Hanna" } as const;
    const person = attended("Ada", {
      intervals: [[T0, T0 + MINUTE], [T0 + 3 * MINUTE, T0 + 5 * MINUTE]],
      role_changes: [change, { ...change, before: "speaker", after: "viewer", by: "" }],
      older_role_changes: 4,
    });
    const list = await put({ page: page([person]) });
    press(list, ".opener");
    await settled(list);
    const details = root(list).querySelector("attendance-person") as HTMLElement;
    await settled(details);
    expect(text(details)).toMatch(/2 stays .*1 min.*2 min/u);
    expect(text(details)).toMatch(/Viewer to Speaker, by Hanna/u);
    expect(text(details)).toMatch(/Speaker to Viewer.*and 4 earlier changes/u);
    list.page = page([{ ...person, hands: 1 }]);
    await settled(list);
    expect(root(list).querySelector("attendance-person")).toBe(details);
    press(list, ".opener");
    await settled(list);
    expect(root(list).querySelector("attendance-person")).toBeNull();
  });

  it("asks for another order by its columns, largest numbers first, and turned round", async () => {
    const list = await put({ page: page([attended("Ada")]) });
    press(list, "thead .number .sorter");
    expect(queries.at(-1)).toMatchObject({ sort: "-present" });
    list.query = { ...EVERYBODY, sort: "-present" };
    await settled(list);
    expect(root(list).querySelector("[aria-sort]")?.getAttribute("aria-sort")).toBe("descending");
    press(list, "thead .number .sorter");
    expect(queries.at(-1)).toMatchObject({ sort: "present" });
    press(list, "thead .who .sorter");
    expect(queries.at(-1)).toMatchObject({ sort: "name" });
  });

  it("asks for a search once the typing stops, and from the beginning", async () => {
    const list = await put({ page: page([attended("Ada")]), query: { ...EVERYBODY, first: 50 } });
    const field = root(list).querySelector("#search") as HTMLInputElement;
    for (const typed of ["a", "ad", "ada "]) {
      field.value = typed;
      field.dispatchEvent(new Event("input"));
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(queries).toEqual([{ ...EVERYBODY, search: "ada" }]);
  });

  it("filters by way and role, says how many fit, and clears", async () => {
    const list = await put({ page: page([]), query: { ...EVERYBODY, origin: "account", role: "host" } });
    expect(text(list)).toContain("Nobody matches.");
    expect(root(list).querySelector("[role=status]")?.textContent).toBe("0 of 3 people");
    press(list, ".status .button");
    expect(queries.at(-1)).toEqual(EVERYBODY);
    const select = root(list).querySelector("#way") as HTMLSelectElement;
    select.value = "guest_link Open day";
    select.dispatchEvent(new Event("change"));
    expect(queries.at(-1)).toMatchObject({ origin: "guest_link", linkName: "Open day", role: "host" });
  });

  it("turns pages where there are several", async () => {
    const people = Array.from({ length: 50 }, (_, n) => attended(`P${n}`));
    const list = await put({ page: page(people, { found: 120, first: 50 }), all: 120 });
    expect(text(list)).toContain("51–100 of 120");
    const [earlier, later] = root(list).querySelectorAll<HTMLButtonElement>(".pages .button");
    later?.click();
    earlier?.click();
    expect(queries).toEqual([{ ...EVERYBODY, first: 100 }, { ...EVERYBODY, first: 0 }]);
    list.page = page(people.slice(0, 20), { found: 20 });
    await settled(list);
    expect(root(list).querySelector(".pages")).toBeNull();
  });
});

describe("the page", () => {
  /** By the last part of the path; without one there is no network. */
  let answers: Record<string, object>;
  let asked: string[];

  beforeEach(async () => {
    answers = {
      me: { name: "Hanna" },
      sessions: sittings(),
      summary: summary(),
      people: page([attended("Ada")]),
    };
    asked = [];
    vi.stubGlobal("fetch", async (url: string) => {
      asked.push(url);
      const found = answers[/(\w+)(?:\?.*)?$/u.exec(url)?.[1] ?? ""];
      if (!found) throw new TypeError("no network");
      return { ok: !("code" in found), json: async () => found };
    });
    history.replaceState(null, "", "/e/e_1/attendance?session=e_1.s1");
    await import("../../elements/attendance-page");
  });

  async function put(): Promise<AttendancePage> {
    const made = document.createElement("attendance-page") as AttendancePage;
    document.body.append(made);
    await settled(made);
    await settled(made);
    return made;
  }

  const count = (path: RegExp): number => asked.filter((url) => path.test(url)).length;

  it("shows totals, the ways in and the sessions, and comes back while the session goes on", async () => {
    const made = await put();
    expect(text(made)).toMatch(/People 3 1 inside now Most at once 3 .* Inside on average 2.4/u);
    expect(text(made)).toMatch(/Open day Guest link 2 1 min/u);
    expect(root(made).querySelector("select")?.textContent).toMatch(/Now, since .*7 people/su);
    expect(count(/summary/u)).toBe(1);
    await vi.advanceTimersByTimeAsync(4_500);
    expect(count(/summary/u)).toBe(2);
  });

  it("waits as long as the server says, and while nobody looks", async () => {
    answers.summary = summary({ refresh_s: 30 });
    await put();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(count(/summary/u)).toBe(1);
    const state = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count(/summary/u)).toBe(1);
    state.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(0);
    expect(count(/summary/u)).toBe(2);
  });

  it("keeps what it shows when a look fails, says so, and recovers", async () => {
    const made = await put();
    const before = answers;
    answers = {};
    await vi.advanceTimersByTimeAsync(4_500);
    await settled(made);
    expect(text(made)).toContain("could not be updated");
    expect(text(made)).toContain("People 3");
    answers = before;
    await vi.advanceTimersByTimeAsync(10_500);
    await settled(made);
    expect(text(made)).not.toContain("could not be updated");
  });

  it("stops when the session has ended, and looks at the list again", async () => {
    const made = await put();
    const { until: _, ...ended } = summary({ ended_at: T0 + 10 * MINUTE });
    answers.summary = ended;
    await vi.advanceTimersByTimeAsync(4_500);
    await settled(made);
    expect(text(made)).toContain("Ended");
    expect(root(made).querySelector("session-badge")).toBeNull();
    expect(count(/entries\/e_1\/sessions/u)).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count(/summary/u)).toBe(2);
  });

  it("shows another session, and remembers it in the address", async () => {
    const made = await put();
    const select = root(made).querySelector("select") as HTMLSelectElement;
    select.value = "e_1.s0";
    select.dispatchEvent(new Event("change"));
    await settled(made);
    expect(asked.some((url) => url.endsWith("/sessions/e_1.s0/attendance/summary"))).toBe(true);
    expect(location.search).toBe("?session=e_1.s0");
    expect(root(made).querySelector("a[download]")?.getAttribute("href"))
      .toBe("/api/v1/sessions/e_1.s0/attendance?format=csv");
  });

  it("shows only those of one way, and everybody again", async () => {
    const made = await put();
    const press = (): void =>
      root(made).querySelectorAll<HTMLButtonElement>("button.way")[1]?.click();
    press();
    await settled(made);
    expect(asked.at(-1)).toContain("origin=guest_link&link=Open+day");
    expect(root(made).querySelector('button.way[aria-pressed="true"]')?.textContent).toContain("Open day");
    press();
    await settled(made);
    expect(asked.at(-1)).not.toContain("origin");
  });

  it("says when nobody has come, and when one may not look", async () => {
    const nobody = { ...summary().curve, moments: [], totals: [], by_way: [] };
    answers.summary = summary({ curve: nobody, ways: [] });
    expect(text(await put())).toContain("Nobody has come in yet.");
    document.body.replaceChildren();

    answers = { sessions: { code: "not_allowed", sentence: "no", again: false } };
    const made = await put();
    expect(root(made).querySelector("problem-card")).not.toBeNull();
  });

  it("has no more layers than colours", async () => {
    const ways = Array.from({ length: 9 }, (_, n) => way("guest_link", `Link ${n}`, n + 1));
    answers.summary = summary({
      ways, curve: { ...summary().curve, by_way: ways.map(() => [1, 1, 1]) },
    });
    const made = await put();
    expect(root(made).querySelectorAll(".ways tbody tr")).toHaveLength(6);
    expect(text(made)).toContain("Other guest links");
  });
});
