// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CountsFeed } from "../../lib/feed";
import type { EntryNews } from "../../lib/protocol";

class Source extends EventTarget {
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readyState = 1;

  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }

  close(): void {
    this.readyState = Source.CLOSED;
  }

  say(name: string, data = ""): void {
    this.dispatchEvent(new MessageEvent(name, { data }));
  }

  fail(isRefused: boolean): void {
    this.readyState = isRefused ? Source.CLOSED : 0;
    this.dispatchEvent(new Event("error"));
  }
}

const open = (): Source[] => Source.all.filter((one) => one.readyState !== Source.CLOSED);
let heard: EntryNews[];
let looks: number;
let feed: CountsFeed;
let visibility: DocumentVisibilityState;

function show(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  visibility = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
  Source.all = [];
  heard = [];
  looks = 0;
  feed = new CountsFeed({ heard: (news) => heard.push(news), look: () => (looks += 1) });
  feed.follow(["e_1", "e_2"]);
  feed.start();
});

afterEach(() => {
  feed.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const news: EntryNews = { entry_id: "e_1", stamp: "a" };

describe("the feed of counts", () => {
  it("tells what it hears, and needs no looks then", () => {
    Source.all[0]?.say("counts", JSON.stringify(news));
    vi.advanceTimersByTime(30_000);
    expect(Source.all[0]?.url).toBe("/api/v1/counts?entries=e_1,e_2");
    expect(heard).toEqual([news]);
    expect(looks).toBe(0);
  });

  it("looks until it hears something", () => {
    vi.advanceTimersByTime(11_000);
    expect(looks).toBe(2);
    Source.all[0]?.say("beat");
    vi.advanceTimersByTime(11_000);
    expect(looks).toBe(2);
  });

  it("looks while there is none, and asks for it again", () => {
    Source.all[0]?.fail(true);
    vi.advanceTimersByTime(20_000);
    expect(looks).toBe(4);
    expect(open()).toHaveLength(0);
    vi.advanceTimersByTime(11_000);
    expect(open()).toHaveLength(1);
  });

  it("looks while the browser asks again by itself", () => {
    Source.all[0]?.say("beat");
    Source.all[0]?.fail(false);
    vi.advanceTimersByTime(11_000);
    expect(looks).toBe(2);
    expect(Source.all).toHaveLength(1);
  });

  it("gives a feed up that has fallen silent", () => {
    Source.all[0]?.say("beat");
    vi.advanceTimersByTime(46_000);
    expect(open()).toHaveLength(0);
    expect(looks).toBe(1);
  });

  it("takes no line while the page is out of sight", () => {
    show("hidden");
    vi.advanceTimersByTime(120_000);
    expect(open()).toHaveLength(0);
    expect(looks).toBe(0);
    show("visible");
    expect(open()).toHaveLength(1);
    expect(looks).toBe(1);
  });

  it("follows others when it is told, and not again when they are the same", () => {
    feed.follow(["e_1", "e_2"]);
    expect(Source.all).toHaveLength(1);
    feed.follow(["e_3"]);
    expect(open().map((one) => one.url)).toEqual(["/api/v1/counts?entries=e_3"]);
  });

  it("ends for good", () => {
    feed.stop();
    show("hidden");
    show("visible");
    vi.advanceTimersByTime(60_000);
    expect(open()).toHaveLength(0);
    expect(looks).toBe(0);
  });
});
