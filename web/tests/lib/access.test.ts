import { expect, it } from "vitest";
import { accessFor, accessTo, grantAccess } from "../../lib/access";

const ACCESS = { server: "https://usher.example", ticket: "t" };

it.each([
  "/entries/e_1", "/entries/e_1/guest-access", "/entries/e_1?x=1", "/sessions/e_1.s_1/socket",
  "/sessions/e_1.s_1", "/users?entry_id=e_1&q=ada",
])("knows by which ticket %s is asked for", (path) => {
  grantAccess("e_1", ACCESS);
  expect(accessFor(path)).toBe(ACCESS);
});

it.each(["/me", "/entries", "/entries?after=e_1", "/entries/e_11", "/entries/e_2", "/users?q=e_1"])(
  "gives the ticket of one entry to no other path: %s",
  (path) => {
    grantAccess("e_1", ACCESS);
    expect(accessFor(path)).toBeUndefined();
  },
);

it("reads ids as they are written in paths", () => {
  grantAccess("e@1", ACCESS);
  expect(accessFor("/entries/e%401/blocks")).toBe(ACCESS);
  expect(accessTo("e@1")).toBe(ACCESS);
});
