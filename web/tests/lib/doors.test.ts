import { describe, expect, it } from "vitest";
import { doorOf } from "../../lib/fragment";
import { linkify } from "../../lib/linkify";
import { requestOf } from "../../lib/routes";

describe("the door in a fragment", () => {
  it("is told by its first letter", () => {
    expect(doorOf("g.abc")).toEqual({ kind: "guest", token: "abc" });
    expect(doorOf("i.a.b")).toEqual({ kind: "invitation", token: "a.b" });
  });

  it.each(["", "g.", "i", "x.abc", "gabc"])("is none in %j", (fragment) => {
    expect(doorOf(fragment)).toBeNull();
  });
});

describe("a command over HTTP", () => {
  it("has its ids in the path and not in the body", () => {
    expect(requestOf("e_1", { type: "extend_guest_link", link_id: "l/1", days: 7 })).toEqual({
      method: "POST",
      path: "/entries/e_1/guest-links/l%2F1/extend",
      body: { days: 7 },
    });
  });

  it("says a null that is meant", () => {
    const { body } = requestOf("e_1", { type: "edit_guest_link", link_id: "l", uses: null });
    expect(body).toEqual({ uses: null });
  });

  it("is refused where there is no route", () => {
    expect(() => requestOf("e_1", { type: "raise_hand" })).toThrow(/raise_hand/u);
  });
});

describe("links in a text", () => {
  it("are found without the marks behind them", () => {
    expect(linkify("Open https://x.example/join#g.a_b-c. Then (http://y.example/).")).toEqual([
      { text: "Open ", isLink: false },
      { text: "https://x.example/join#g.a_b-c", isLink: true },
      { text: ". Then (", isLink: false },
      { text: "http://y.example/", isLink: true },
      { text: ").", isLink: false },
    ]);
  });

  it("are addresses of the web only", () => {
    expect(linkify("javascript:alert(1)")).toEqual([{ text: "javascript:alert(1)", isLink: false }]);
    expect(linkify("")).toEqual([]);
  });
});
