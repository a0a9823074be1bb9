import { expect, it } from "vitest";
import { unindent } from "../../build/unindent";

const run = unindent("/elements/").transform as (code: string, id: string) => { code: string } | null;

it("takes indentation out of the elements, and keeps every line", () => {
  expect(run("a`\n    <p>\n      ${x}  y\n    </p>`;\n", "/elements/one.ts")?.code).toBe("a`\n<p>\n${x}  y\n</p>`;\n");
});

it("leaves everything else as it is", () => {
  expect(run("a`\n    b`", "/lib/calendar.ts")).toBeNull();
  expect(run("a {\n  b: c;\n}", "/elements/one.css?inline")).toBeNull();
});
