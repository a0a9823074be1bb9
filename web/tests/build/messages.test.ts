import { expect, it } from "vitest";
import { common } from "../../messages/common";

it("compiles patterns with plurals to functions", () => {
  expect(common("people", { count: 1 })).toBe("1 person");
  expect(common("people", { count: 1_200 })).toBe("1,200 people");
});

it("puts values in as they are: a name is no pattern and no markup", () => {
  expect(common("page_title", { name: "{x} <b>'" })).toBe("{x} <b>' – usher");
});
