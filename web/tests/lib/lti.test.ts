import { expect, it } from "vitest";
import { stepOf } from "../../lib/lti";

const PLACE = { state: "s", storage: "", origin: "https://school.example" };
const launch = (told: object): string => `launch.${btoa(JSON.stringify(told))}`;

it("goes on with a launch where a platform is known", () => {
  expect(stepOf("login.a.b", "/lti")).toEqual({ kind: "login", token: "a.b" });
  expect(stepOf(launch({ launch: "l", ...PLACE }), "/lti")).toEqual({ kind: "launch", launch: "l", at: PLACE });
});

it.each(["login.a", launch({ launch: "l", ...PLACE })])("lets nobody in where any site may show it: %s", (fragment) => {
  expect(stepOf(fragment, "/lti/anywhere")).toBeNull();
});

it("registers and refuses there", () => {
  expect(stepOf("register.a", "/lti/anywhere")).toEqual({ kind: "register", token: "a" });
  expect(stepOf("no.token_invalid", "/lti/anywhere")).toEqual({ kind: "no", code: "token_invalid" });
});

it.each(["", "login.", "launch.", "launch.%", launch({}), launch([]), "launch.bnVsbA", "else.a"])("knows no step in %j", (fragment) => {
  expect(stepOf(fragment, "/lti")).toBeNull();
});
