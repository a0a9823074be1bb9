// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { problems as inEnglish } from "../../messages/problems";
import type { ErrorCode, GuestDoor, InvitationDoor, Problem } from "../../lib/protocol";
import "../../elements/guest-door";
import type { GuestDoorForm } from "../../elements/guest-door";
import "../../elements/invite-lobby";
import { onlyCode, type InviteLobby } from "../../elements/invite-lobby";
import type { RefusedEvent } from "../../elements/refused-event";

interface Call {
  path: string;
  body: Record<string, unknown>;
}

let calls: Call[];
let answers: object[];
let isDead = false;
const replace = vi.fn();
const refused = vi.fn();

const problem = (code: ErrorCode): Problem => ({ code, sentence: `sentence of ${code}`, again: false });
const ADMITTED = { session_id: "e.s", participant_id: "p", role: "viewer", ticket: "t", next: "/s/e.s" };
const ABOUT = { entry_id: "e", entry_name: "Seminar", kind: "room", session_state: "open" } as const;

const GUEST: GuestDoor = { ...ABOUT, state: "active", consent: "", consent_version: "", is_returning: false, name: "" };
const INVITED: InvitationDoor = {
  ...ABOUT, is_signed_in_as_invited: false, is_bound_here: false, wrong_account: false,
};

async function put<T extends HTMLElement>(tag: string, fields: Partial<T>): Promise<T> {
  const element = Object.assign(document.createElement(tag), fields) as T;
  element.addEventListener("refused", (event) => refused((event as RefusedEvent).problem.code));
  document.body.append(element);
  await settled(element);
  return element;
}

async function settled(element: HTMLElement): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((done) => setTimeout(done));
    await (element as unknown as { updateComplete: Promise<unknown> }).updateComplete;
  }
}

const root = (element: HTMLElement): ShadowRoot => element.shadowRoot as ShadowRoot;
const text = (element: HTMLElement): string => root(element).textContent.replace(/\s+/gu, " ");

/** A field of the form, which may stand in an element of its own. */
const field = (element: HTMLElement, id: string): HTMLElement | null =>
  root(element).getElementById(id) ??
  root(element).querySelector("email-field")?.shadowRoot?.getElementById(id) ??
  null;

async function fill(element: HTMLElement, fields: Record<string, string>): Promise<void> {
  for (const [id, value] of Object.entries(fields)) {
    const input = field(element, id) as HTMLInputElement;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  }
  const form = root(element).querySelector("form") as HTMLFormElement;
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  await settled(element);
}

/** Type an address, and go on to something else. */
async function leave(element: HTMLElement, email: string): Promise<void> {
  const input = field(element, "email") as HTMLInputElement;
  input.value = email;
  input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  input.dispatchEvent(new Event("blur"));
  await settled(element);
}

async function press(element: HTMLElement, label: string): Promise<void> {
  const buttons = [...root(element).querySelectorAll("button")];
  buttons.find((button) => button.textContent.includes(label))?.click();
  await settled(element);
}

beforeEach(() => {
  calls = [];
  answers = [];
  localStorage.clear();
  vi.stubGlobal("location", { replace });
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    // The page to go on to is there.
    if (init.method === "HEAD") return { ok: true, status: 200 };
    calls.push({ path: path.replace("/api/v1", ""), body: JSON.parse(String(init.body)) as Call["body"] });
    if (isDead) throw new TypeError("no line");
    const answer = answers.shift() ?? ADMITTED;
    return { ok: !("code" in answer), json: async () => answer };
  });
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  replace.mockClear();
  refused.mockClear();
});

describe("the guest's form", () => {
  it("lets in with name and e-mail, and leaves no token in history", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST });
    await fill(form, { name: " Ada ", email: "ada@x.example" });
    expect(calls).toEqual([
      { path: "/doors/guest", body: { token: "t0", name: "Ada", email: "ada@x.example", consent: "" } },
    ]);
    expect(replace).toHaveBeenCalledWith("/s/e.s");
  });

  it("shows what guests agree to, as text", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { door: { ...GUEST, consent: "<b>Be kind.</b>" } });
    expect(text(form)).toContain("<b>Be kind.</b>");
    expect(text(form)).toContain("I agree to this text");
  });

  it("goes on only when the box is ticked, and says to which text", async () => {
    const door = { ...GUEST, consent: "Be kind.", consent_version: "v1" };
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door });
    await fill(form, { name: "Ada", email: "ada@x.example" });
    expect(calls).toEqual([]);
    expect(text(form)).toContain("Tick this box to come in.");
    (field(form, "agree") as HTMLInputElement).checked = true;
    await fill(form, { name: "Ada", email: "ada@x.example" });
    expect(calls[0]?.body.consent).toBe("v1");
  });

  it("shows a text that has changed meanwhile, with an empty box", async () => {
    const door = { ...GUEST, consent: "Be kind.", consent_version: "v1" };
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door });
    (field(form, "agree") as HTMLInputElement).checked = true;
    answers = [problem("consent_required"), { ...door, consent: "Be quick.", consent_version: "v2" }];
    await fill(form, { name: "Ada", email: "ada@x.example" });
    expect(text(form)).toContain("Be quick.");
    expect((field(form, "agree") as HTMLInputElement).checked).toBe(false);
    expect(refused).not.toHaveBeenCalled();
  });

  it("is skipped by who returns, unless it is somebody else", async () => {
    const door = { ...GUEST, is_returning: true, name: "Ada" };
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door });
    expect(root(form).querySelector("form")).toBeNull();
    await press(form, "Continue as Ada");
    expect(calls[0]).toEqual({ path: "/doors/guest/return", body: { token: "t0" } });
    const other = await put<GuestDoorForm>("guest-door-form", { token: "t0", door });
    await press(other, "Not you?");
    expect(root(other).querySelector("form")).not.toBeNull();
  });

  it("does not become another's while the one who returns is on the way", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: { ...GUEST, is_returning: true, name: "Ada" } });
    isDead = true;
    await press(form, "Continue as Ada");
    const buttons = [...root(form).querySelectorAll("button")];
    expect(buttons.map((one) => one.disabled)).toEqual([true, true]);
    isDead = false;
    window.dispatchEvent(new Event("online"));
    await settled(form);
    expect(replace).toHaveBeenCalledOnce();
  });

  it("keeps what was typed when the form is at fault, and ends when the link is", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { door: GUEST });
    answers = [problem("bad_request"), problem("link_used_up")];
    await fill(form, { name: "Ada", email: "ada@x.example" });
    expect(text(form)).toContain(inEnglish("sentence.bad_request"));
    expect(refused).not.toHaveBeenCalled();
    await fill(form, {});
    expect(refused).toHaveBeenCalledWith("link_used_up");
    expect(replace).not.toHaveBeenCalled();
  });
});

describe("the guest's form helps", () => {
  it("by saying what is missing, in place, and asks the server nothing", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { door: GUEST });
    await fill(form, { name: " ", email: "ada" });
    expect(text(form)).toContain("Type your name");
    await fill(form, { name: "Ada", email: "ada" });
    expect(field(form, "email")?.getAttribute("aria-invalid")).toBe("true");
    expect(calls).toEqual([]);
  });

  it("with what was typed last time, kept after it worked, until one says forget", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST });
    answers = [problem("bad_request")];
    await fill(form, { name: "Ada", email: "ada@x.example" });
    expect(localStorage.length).toBe(0);
    await fill(form, {});
    const next = await put<GuestDoorForm>("guest-door-form", { token: "t9", door: GUEST });
    expect((field(next, "name") as HTMLInputElement).value).toBe("Ada");
    expect((field(next, "email") as HTMLInputElement).value).toBe("ada@x.example");
    await press(next, "Forget me");
    expect(localStorage.length).toBe(0);
    expect((field(next, "name") as HTMLInputElement).value).toBe("");
  });

  it("by asking once about what looks like a slip, before it is sent", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST });
    await fill(form, { name: "Ada", email: "ada@gmial.com" });
    const asked = root(form).querySelector("email-field")?.shadowRoot?.querySelector("button");
    expect(asked?.textContent).toContain("Did you mean ada@gmail.com?");
    expect(calls).toEqual([]);
    await fill(form, {});
    expect(calls[0]?.body).toEqual({ token: "t0", name: "Ada", email: "ada@gmial.com", consent: "" });
  });

  it("by asking when the field is left, and not again once that could be read", async () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(0);
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST });
    await leave(form, "ada@gmial.com");
    const shown = root(form).querySelector("email-field")?.shadowRoot?.querySelector("button");
    expect(shown?.textContent).toContain("Did you mean ada@gmail.com?");
    clock.mockReturnValue(1_000);
    await fill(form, { name: "Ada" });
    expect(calls[0]?.body).toMatchObject({ email: "ada@gmial.com" });

    // Left by the press on the button itself: nobody has read it yet.
    calls = [];
    const other = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST });
    await leave(other, "ada@gmial.com");
    await fill(other, { name: "Ada" });
    expect(calls).toEqual([]);
    clock.mockRestore();
  });

  it("with what was typed before a refusal", async () => {
    const typed = { name: "Ada", email: "ada@x.example", consent: "" };
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST, typed });
    expect((field(form, "name") as HTMLInputElement).value).toBe("Ada");
    expect((field(form, "email") as HTMLInputElement).value).toBe("ada@x.example");
  });

  it("without talk of what was typed where nothing was", async () => {
    const door = { ...GUEST, is_returning: true, name: "Ada" };
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door });
    isDead = true;
    await press(form, "Continue as");
    expect(text(form)).toContain("The server cannot be reached. We keep trying.");
    expect(text(form)).not.toContain("typed");
    isDead = false;
    window.dispatchEvent(new Event("online"));
    await settled(form);
    expect(replace).toHaveBeenCalled();
  });

  it("by trying again when the line is back, with nothing lost and nothing sent twice", async () => {
    const form = await put<GuestDoorForm>("guest-door-form", { token: "t0", door: GUEST });
    isDead = true;
    await fill(form, { name: "Ada", email: "ada@x.example" });
    expect(text(form)).toContain("Nothing that you typed is lost");
    const fields = ["name", "email"].map((id) => field(form, id) as HTMLInputElement);
    expect(fields.map((one) => one.readOnly)).toEqual([true, true]);
    await fill(form, {});
    isDead = false;
    calls = [];
    window.dispatchEvent(new Event("online"));
    await settled(form);
    expect(calls).toEqual([
      { path: "/doors/guest", body: { token: "t0", name: "Ada", email: "ada@x.example", consent: "" } },
    ]);
    expect(replace).toHaveBeenCalledOnce();
  });
});

it.each([
  ["123 456", "123456"], ["Your code: 123-456.", "123456"], [" 123456\n", "123456"], ["the code", "code"], ["", ""],
])("finds the code in %o", (pasted, code) => {
  expect(onlyCode(pasted)).toBe(code);
});

describe("the lobby of an invitation", () => {
  it.each([{ is_signed_in_as_invited: true }, { is_bound_here: true }])("lets in at once: %o", async (fields) => {
    await put<InviteLobby>("invite-lobby", { token: "t1", door: { ...INVITED, ...fields } });
    expect(calls).toEqual([{ path: "/doors/invitation", body: { token: "t1" } }]);
    expect(replace).toHaveBeenCalledWith("/s/e.s");
  });

  it("asks for the invited address, again after another one", async () => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: INVITED });
    answers = [problem("email_mismatch")];
    await fill(lobby, { email: "eve@x.example" });
    expect(text(lobby)).toContain(inEnglish("sentence.email_mismatch"));
    await fill(lobby, { email: "ada@x.example" });
    expect(calls[1]?.body).toEqual({ token: "t1", email: "ada@x.example" });
    expect(replace).toHaveBeenCalledOnce();
  });

  it.each(["other_device", "code_required"] as const)("moves on with a code after %s", async (code) => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: INVITED });
    answers = [problem(code), { sent: true }, problem("code_wrong")];
    await fill(lobby, { email: "ada@x.example" });
    await press(lobby, "Send me a code");
    expect(calls[1]).toEqual({ path: "/doors/invitation/code", body: { token: "t1", email: "ada@x.example" } });
    await fill(lobby, { code: "000 000" });
    expect(text(lobby)).toContain(inEnglish("sentence.code_wrong"));
    await fill(lobby, { code: "123 456" });
    expect(calls[3]?.body).toEqual({ token: "t1", email: "ada@x.example", code: "123456" });
    expect(replace).toHaveBeenCalledOnce();
  });

  it.each(["other_device", "code_required"] as const)("says calmly why after %s, in no box of faults", async (code) => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: INVITED });
    answers = [problem(code)];
    await fill(lobby, { email: "ada@x.example" });
    expect(text(lobby)).toContain(inEnglish(`sentence.${code}`));
    expect(root(lobby).querySelector(".problem, [role=alert]")).toBeNull();
    expect(root(lobby).querySelector("button.primary")).toBe(root(lobby).activeElement);
  });

  it.each(["code_wrong", "code_expired"] as const)("puts %s in a box of faults, and the cursor into the code", async (code) => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: INVITED });
    answers = [problem("code_required"), { sent: true }, problem(code)];
    await fill(lobby, { email: "ada@x.example" });
    await press(lobby, "Send me a code");
    await fill(lobby, { code: "000000" });
    expect(root(lobby).querySelector("[role=alert]")?.textContent).toContain(inEnglish(`sentence.${code}`));
    expect(field(lobby, "code")?.getAttribute("aria-invalid")).toBe("true");
    expect(root(lobby).activeElement).toBe(field(lobby, "code"));
  });

  it("begins with the address that was typed before a refusal", async () => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: INVITED, typed: "ada@x.example" });
    expect((field(lobby, "email") as HTMLInputElement).value).toBe("ada@x.example");
  });

  it("ends where even a code does not help", async () => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: INVITED });
    answers = [problem("other_device"), problem("other_device")];
    await fill(lobby, { email: "ada@x.example" });
    await press(lobby, "Send me a code");
    expect(refused).toHaveBeenCalledWith("other_device");
  });

  it("offers to switch from another account", async () => {
    const lobby = await put<InviteLobby>("invite-lobby", { token: "t1", door: { ...INVITED, wrong_account: true } });
    expect(calls).toEqual([]);
    await press(lobby, "Sign out and continue");
    expect(calls[0]?.path).toBe("/sign-out");
    expect(field(lobby, "email")).not.toBeNull();
  });
});
