// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import "../../elements/own-controls";
import type { OwnControls } from "../../elements/own-controls";
import { CommandEvent, type Answer } from "../../lib/asking";
import type { SelfView } from "../../lib/protocol";
import { session, you } from "../making";

const DONE: Answer = { isDone: true, result: {} };
const REFUSED: Answer = { isDone: false, problem: { code: "overloaded", sentence: "Later.", again: true } };

let answer: (answer: Answer) => void;
let asked: string[];

async function put(self: Partial<SelfView>): Promise<OwnControls> {
  const controls = document.createElement("own-controls") as OwnControls;
  controls.you = you({ rights: ["raise_hand"], ...self });
  controls.session = session();
  asked = [];
  controls.addEventListener(CommandEvent.kind, (event) => {
    const command = event as CommandEvent;
    asked.push(command.command.type);
    command.answer = new Promise((done) => (answer = done));
  });
  document.body.append(controls);
  await controls.updateComplete;
  return controls;
}

function hand(controls: OwnControls): HTMLButtonElement {
  return [...(controls.shadowRoot?.querySelectorAll("button") ?? [])]
    .find((one) => one.textContent?.includes("hand")) as HTMLButtonElement;
}

async function settled(controls: OwnControls): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((done) => setTimeout(done));
  await controls.updateComplete;
}

afterEach(() => document.body.replaceChildren());

it("shows what was asked for at once, marked until it is so", async () => {
  const controls = await put({ hand_raised_at: null });
  hand(controls).click();
  await controls.updateComplete;
  expect(hand(controls).textContent).toContain("Lower hand");
  expect(hand(controls).classList).toContain("pending");

  // A second press before the answer asks for nothing.
  hand(controls).click();
  expect(asked).toEqual(["raise_hand"]);

  // The answer may come before the news: nothing jumps back in between.
  answer(DONE);
  await settled(controls);
  expect(hand(controls).textContent).toContain("Lower hand");
  controls.you = you({ rights: ["raise_hand"], hand_raised_at: 1 });
  await settled(controls);
  expect(hand(controls).textContent).toContain("Lower hand");
  expect(hand(controls).classList).not.toContain("pending");
});

it("takes back what was refused", async () => {
  const controls = await put({ hand_raised_at: 1 });
  hand(controls).click();
  await controls.updateComplete;
  expect(hand(controls).textContent).toContain("Raise hand");
  answer(REFUSED);
  await settled(controls);
  expect(hand(controls).textContent).toContain("Lower hand");
  expect(hand(controls).classList).not.toContain("pending");
});
