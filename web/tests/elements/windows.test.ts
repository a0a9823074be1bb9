// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CommandEvent, type Answer } from "../../lib/asking";
import { inviteCommand, minutesOf, firstChoice } from "../../elements/invite-choice";
import type { InviteUsers } from "../../elements/invite-users";
import type { GuestAccess } from "../../elements/guest-access";
import type { LedgerWindow } from "../../elements/ledger-window";
import type { ConfirmDialog } from "../../elements/confirm-dialog";
import type { ModalDialog } from "../../elements/modal-dialog";
import "../../elements/invite-windows";
import { LANGUAGES, speak } from "../../lib/language";
import type { Command, CsvRow, GuestAccessView } from "../../lib/protocol";
import { invitation } from "../making";

type Reply = object | ((body: Record<string, unknown>) => object);

let replies: Map<string, Reply>;
let asked: { path: string; body: Record<string, unknown> }[];
let carried: Command[];
let answer: Answer;

beforeEach(() => {
  document.body.replaceChildren();
  replies = new Map();
  asked = [];
  carried = [];
  answer = { isDone: true, result: { invitation_ids: ["i1", "i2"] } };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("/api/v1", "").split("?")[0] ?? "";
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    asked.push({ path, body });
    const reply = replies.get(path);
    if (!reply) throw new TypeError("no connection");
    return new Response(JSON.stringify(typeof reply === "function" ? (reply as (body: object) => object)(body) : reply));
  });
});

async function put<T extends HTMLElement>(tag: string, fields: object = {}): Promise<T> {
  const element = document.createElement(tag) as T;
  Object.assign(element, { entryId: "e", ...fields });
  document.body.addEventListener(CommandEvent.kind, (event) => {
    const command = event as CommandEvent;
    if (command.answer) return;
    carried.push(command.command);
    command.answer = Promise.resolve(answer);
  });
  document.body.append(element);
  await settled();
  return element;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((done) => setTimeout(done));
}

/** Everything that matches, in whatever shadow. */
function all(root: ParentNode, selector: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("*")].flatMap((one) => [
    ...(one.matches(selector) ? [one] : []),
    ...(one.shadowRoot ? all(one.shadowRoot, selector) : []),
  ]);
}

const one = (selector: string): HTMLElement => all(document, selector)[0] as HTMLElement;
const texts = (selector: string): string[] =>
  all(document, selector).map((found) => found.textContent.replace(/\s+/gu, " ").trim());

async function type(selector: string, value: string, ending?: string): Promise<void> {
  const field = one(selector) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  field.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
  if (ending) field.dispatchEvent(new KeyboardEvent("keydown", { key: ending, bubbles: true, cancelable: true }));
  await settled();
}

async function press(label: string): Promise<void> {
  const found = all(document, "button").find((button) => button.textContent.includes(label));
  if (!found) throw new Error(`no button ${label}`);
  found.click();
  await settled();
}

const row = (line: number, email: string, fields: Partial<CsvRow> = {}): CsvRow =>
  ({ line, email, first_name: "", last_name: "", is_invited: false, ...fields });

describe("the window for inviting", () => {
  const TYPES = ["viewer", "speaker"] as const;

  async function open(): Promise<InviteUsers> {
    replies.set("/users", { people: [] });
    replies.set("/entries/e/invitations/links", {
      links: ["i1", "i2"].map((id) => ({ invitation: invitation(id, { mail: "sent" }), url: `https://u/join#i.${id}` })),
    });
    const window = await put<InviteUsers>("invite-users", { types: TYPES });
    await window.open();
    await settled();
    return window;
  }

  it("makes a chip of each address, and invites them with what was chosen", async () => {
    await open();
    await type(".entry", "ada@x.org; Bob Byron <bob@x.org>", "Enter");
    expect(texts(".chip .words")).toEqual(["ada@x.org", "Bob Byron"]);
    await type(".names input", "Ada");
    (all(document, "input[type=radio]")[1] as HTMLInputElement).click();
    await press("Invite 2 people");
    expect(carried).toEqual([
      {
        type: "invite",
        invitees: [
          { email: "ada@x.org", first_name: "Ada", last_name: "" },
          { email: "bob@x.org", first_name: "Bob", last_name: "Byron" },
        ],
        invitation_type: "speaker",
        send_mail: true,
        valid_minutes: null,
        uses: 1,
        language: "en",
        message: "",
      },
    ]);
    expect(texts("[data-invited] .badge")).toEqual(["Mail sent", "Mail sent"]);
    expect(texts(".next li")).toHaveLength(3);
  });

  it.each(["ar", "he", "fr"] as const)("writes and shows mails in the language of the page at first (%s)", async (tag) => {
    await speak(tag);
    try {
      await open();
      await type(".entry", "ada@x.org", "Enter");
      const select = one("#language") as HTMLSelectElement;
      expect([...select.options].map((option) => option.value)).toEqual(Object.keys(LANGUAGES));
      expect(select.querySelector("option[selected]")?.getAttribute("value")).toBe(tag);
      await press({ ar: "معاينة الرسالة", he: "תצוגה מקדימה של ההודעה", fr: "Aperçu de l’e-mail" }[tag]);
      expect(asked.find(({ path }) => path.endsWith("/mail-preview"))?.body.language).toBe(tag);
    } finally {
      await speak("en");
    }
  });

  it("keeps a name that was typed before the address", async () => {
    await open();
    await type("#first", "Ada");
    await type(".entry", "ada@x.org", "Enter");
    await press("Generate invite link");
    expect(carried[0]).toMatchObject({ invitees: [{ email: "ada@x.org", first_name: "Ada" }] });
  });

  it("takes in what is typed and no chip yet", async () => {
    await open();
    await type(".entry", "ada@x.org");
    await press("Generate invite link");
    expect(carried[0]).toMatchObject({ invitees: [{ email: "ada@x.org" }] });
  });

  it("invites nobody as long as one of them is no address", async () => {
    await open();
    await type(".entry", "ada@x.org, oops", "Enter");
    expect(texts(".faults li")).toEqual(["oops – This is not an e-mail address."]);
    await press("Generate invite link").catch(() => press("Invite 1 person"));
    expect(carried).toEqual([]);
    expect(texts("[role=alert]")[0]).toContain("One row cannot be invited as it is");
    one(".chip.bad .words").click();
    await settled();
    expect((one(".entry") as HTMLInputElement).value).toBe("oops");
    expect(texts(".chip .words")).toEqual(["ada@x.org"]);
  });

  it("removes the last one with Backspace, but not by holding the key", async () => {
    await open();
    await type(".entry", "ada@x.org, bob@x.org", "Enter");
    one(".entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Backspace", repeat: true }));
    await settled();
    expect(texts(".chip .words")).toHaveLength(2);
    one(".entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Backspace" }));
    await settled();
    expect(texts(".chip .words")).toEqual(["ada@x.org"]);
  });

  it("keeps everything when it is refused", async () => {
    await open();
    answer = { isDone: false, problem: { code: "not_allowed", sentence: "Not you.", again: false } };
    await type(".entry", "ada@x.org", "Enter");
    await press("Generate invite link");
    expect(texts("[role=alert]")).toEqual(["Not you."]);
    expect(texts(".chip .words")).toEqual(["ada@x.org"]);
  });

  it("asks before it throws away what was filled in, and does not when there is nothing", async () => {
    await open();
    const dialog = all(document, "modal-dialog")[0] as ModalDialog;
    expect(await dialog.mayClose?.()).toBe(true);
    await type(".entry", "ada@x.org");
    const asking = dialog.mayClose?.() as Promise<boolean>;
    await settled();
    await press("Discard");
    expect(await asking).toBe(true);
  });

  it("shows each row of a list, and what mends it", async () => {
    await open();
    replies.set("/entries/e/invitations/preview", ({ csv }: Record<string, unknown>) =>
      String(csv).startsWith("email,first_name")
        ? { rows: [row(2, "ada@x.org", { is_invited: true }), row(3, "bad@x.org")], good: 2, bad: 0 }
        : {
            rows: [row(1, "ada@x.org", { is_invited: true }), row(2, "bad", { fault: "not_an_email", error: "x" })],
            good: 1,
            bad: 1,
          },
    );
    one("#tab-list").click();
    await settled();
    await type("#csv", "ada@x.org\nbad");
    await press("Preview");
    expect(texts(".line .badge").slice(0, 3)).toEqual(["1 can be invited", "1 cannot", "1 will be updated"]);
    expect(texts("tr.bad .fault")).toEqual(["This is not an e-mail address."]);
    await type("tr.bad input", "bad@x.org");
    await new Promise((done) => setTimeout(done, 450));
    await settled();
    expect(texts("tr.bad")).toEqual([]);
    await press("Invite 2 people");
    expect(carried[0]).toMatchObject({ invitees: [{ email: "ada@x.org" }, { email: "bad@x.org" }] });
  });

  it("counts minutes of its own as they were meant", () => {
    const choice = firstChoice(["viewer"]);
    expect(minutesOf(choice)).toBeNull();
    expect(minutesOf({ ...choice, valid: "10080" })).toBe(10_080);
    expect(minutesOf({ ...choice, valid: "other", amount: 3, unit: "days" })).toBe(4_320);
    expect(minutesOf({ ...choice, valid: "other", amount: 1e9, unit: "days" })).toBe(5_256_000);
    expect(minutesOf({ ...choice, valid: "other", amount: Number.NaN, unit: "hours" })).toBe(1);
    expect(inviteCommand([], { ...choice, sendMail: false, message: "Hi" }).message).toBe("");
  });
});

describe("the window for guest access", () => {
  const link = (fields: object = {}): object => ({
    id: "l1", name: "Guests", url: "https://u/join#g.1", state: "active", uses: 2, max_uses: 5, inside: 1,
    created_at: 1, expires_at: null, is_paused: false, needs_approval: false, ...fields,
  });

  async function open(access: Partial<GuestAccessView>): Promise<void> {
    replies.set("/entries/e/guest-access", { is_on: true, links: [], ...access });
    answer = { isDone: true, result: {} };
    const window = await put<GuestAccess>("guest-access");
    await window.open();
    await settled();
  }

  it("comes from nothing to a link with one press", async () => {
    await open({ is_on: false });
    await press("Get a guest link");
    expect(carried).toEqual([
      { type: "set_guest_access", is_on: true },
      { type: "create_guest_link", name: "Guests", needs_approval: false },
    ]);
  });

  it("counts, and says why a link does not work", async () => {
    await open({ links: [link({ state: "paused", is_paused: true })] as never });
    expect(texts("dd")).toEqual(["2 of 5", "1", "without limit"]);
    expect(texts(".why")[0]).toContain("Those inside stay.");
    await press("Resume");
    expect(carried).toEqual([{ type: "pause_guest_link", link_id: "l1", is_paused: false }]);
  });

  it("says what happens before a link is deleted, and does nothing when that is not meant", async () => {
    await open({ links: [link()] as never });
    one("guest-link").shadowRoot?.querySelector("menu-button")?.shadowRoot?.querySelector("button")?.click();
    await settled();
    await press("Delete…");
    expect(texts("p").some((text) => text.includes("The 1 person who came by it stays inside."))).toBe(true);
    await press("Cancel");
    expect(carried).toEqual([]);
  });

  it("has room for three, and says how to make room for another", async () => {
    await open({ links: ["l1", "l2", "l3"].map((id) => link({ id })) as never });
    const add = all(document, "button").find((button) => button.textContent.includes("Add guest link"));
    expect(add?.matches(":disabled, [aria-disabled=true]")).toBe(true);
    expect(texts("p, span").some((text) => text.includes("Delete one to free its place."))).toBe(true);
  });

  it("hands a link to the share sheet of a phone, and has no such button elsewhere", async () => {
    await open({ links: [link()] as never });
    expect(texts("button").filter((text) => text === "Share")).toEqual([]);
    document.body.replaceChildren();
    const share = vi.fn(() => Promise.resolve());
    const real = matchMedia;
    vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === "(pointer: coarse)" }));
    Object.defineProperty(navigator, "share", { value: share, configurable: true });
    try {
      await open({ links: [link()] as never });
      await press("Share");
    } finally {
      Reflect.deleteProperty(navigator, "share");
      vi.stubGlobal("matchMedia", real);
    }
    expect(share).toHaveBeenCalledWith({ title: "guest link Guests", url: "https://u/join#g.1" });
  });

  it("keeps what it showed when the connection drops", async () => {
    await open({ links: [link()] as never });
    replies.clear();
    answer = { isDone: false, problem: { code: "internal", sentence: "Unreachable.", again: true } };
    await press("Pause");
    expect(texts("[data-link] h3")).toEqual(["Guests"]);
    expect(texts("[role=alert]")).toEqual(["Unreachable."]);
    expect(texts(".note")[0]).toContain("connection is lost");
  });
});

describe("the ledger", () => {
  async function open(rows: object[]): Promise<void> {
    replies.set("/entries/e/invitations", rows);
    replies.set("/entries/e/invitations/summary", {
      total: rows.length, matching: rows.length, states: { sent: rows.length }, types: { viewer: rows.length }, inviters: ["Hanna"],
    });
    for (const { id } of rows as { id: string }[]) {
      replies.set(`/entries/e/invitations/${id}/resend`, { version: 1, result: {} });
    }
    const window = await put<LedgerWindow>("ledger-window", { types: ["viewer"] });
    await window.open();
    await settled();
  }

  it("shows everybody with how far they have come", async () => {
    await open([invitation("ada"), invitation("bob", { state: "inside", mail: "failed" })]);
    expect(texts(".row .who b")).toEqual(["ada", "bob"]);
    expect(texts(".row .state")).toEqual(["Sent", "Inside now Mail failed"]);
  });

  it("does the same to all who are selected, after one question", async () => {
    await open([invitation("ada"), invitation("bob")]);
    one("#all").click();
    await settled();
    expect(texts(".tools [role=status]")[0]).toBe("2 selected");
    await press("Resend");
    await press("Send 2 mails");
    const sent = asked.filter((call) => call.path.endsWith("/resend")).map((call) => call.path);
    expect(sent.sort()).toEqual(["/entries/e/invitations/ada/resend", "/entries/e/invitations/bob/resend"]);
    expect(texts("[data-account] b")).toEqual(["2 invitations sent again."]);
  });

  it("leads to inviting when there is nobody yet", async () => {
    await open([]);
    const wished = vi.fn();
    one("ledger-window").addEventListener("invite", wished);
    await press("Invite users");
    expect(wished).toHaveBeenCalledOnce();
  });
});

describe("what happens after inviting", () => {
  async function made(...mails: ("sent" | "failed" | "bounced" | undefined)[]): Promise<string> {
    const links = mails.map((mail, index) => ({ invitation: invitation(`i${index}`, mail ? { mail } : {}), url: "https://u/#i" }));
    replies.set("/entries/e/invitations/links", { links });
    await put("invite-made", { ids: links.map((link) => link.invitation.id), wasMailed: true });
    return texts(".next li")[0] ?? "";
  }

  it("begins with the mail as long as one of them may arrive", async () => {
    expect(await made("failed", "sent")).toContain("They find the mail");
  });

  it("begins with the link when every mail came to nothing", async () => {
    expect(await made("failed", "bounced")).toContain("You pass each link on");
    document.body.replaceChildren();
    expect(await made(undefined)).toContain("You pass each link on");
  });
});

describe("the window of the blocked", () => {
  it("opens also when it is asked to before it was ever drawn", async () => {
    replies.set("/entries/e/blocks", [] as unknown as object);
    await import("../../elements/blocked-people");
    const window = document.createElement("blocked-people") as HTMLElement & { open: () => Promise<void> };
    document.body.append(window);
    await window.open();
    expect(all(document, "dialog")[0]?.hasAttribute("open")).toBe(true);
  });

  it("names the link only where somebody is recognised by it", async () => {
    const block = { name: "Bo", email: "", link_name: "Open day", blocked_at: 1_000, blocked_by: "Hanna" };
    replies.set("/entries/e/blocks", [
      { ...block, id: "b1", by: ["person", "device"] },
      { ...block, id: "b2", by: ["person", "link"] },
    ] as unknown as object);
    await import("../../elements/blocked-people");
    const window = await put<HTMLElement & { open: () => Promise<void> }>("blocked-people");
    await window.open();
    await settled();
    const [without, withLink] = texts("[data-block]");
    expect(without).not.toContain("Open day");
    expect(withLink).toContain("(Open day)");
  });
});

describe("a question", () => {
  it("is not answered by the late end of the one before it", async () => {
    const dialog = await put<ConfirmDialog>("confirm-dialog");
    const question = { heading: "Throw away?", text: "It is not saved.", action: "Throw away" };
    const first = dialog.ask(question);
    await settled();
    all(document, "button").find((one) => one.textContent?.trim() === "Cancel")?.click();
    expect(await first).toBe(false);

    const second = dialog.ask(question);
    await settled();
    all(document, "dialog")[0]?.dispatchEvent(new Event("close"));
    all(document, "button").find((one) => one.textContent?.trim() === "Throw away")?.click();
    expect(await second).toBe(true);
  });
});
