/**
 * The feed of counts: what changes on a page that shows a number and no list.
 *
 * Open only while the page is on screen: a browser keeps few lines open to one server, and pages
 * in the background would take them from those that are read. Where there is no feed, or it has
 * fallen silent, the page looks again now and then.
 */

import type { EntryNews } from "./protocol";

/** How often a page looks that has no feed. */
const LOOK_MS = 5_000;
/** A feed says every 15 seconds that it is there; silent for so long, it is lost. */
const SILENCE_MS = 40_000;
/** When a feed that was refused or lost is asked for again. */
const AGAIN_MS = 30_000;

export interface Listener {
  /** Told of each change of each entry. */
  readonly heard: (news: EntryNews) => void;
  /** Told that it is time to look, for want of a feed. */
  readonly look: () => void;
}

export class CountsFeed {
  readonly #listener: Listener;
  #entries: readonly string[] = [];
  #source: EventSource | null = null;
  #look: ReturnType<typeof setInterval> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #isStarted = false;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  start(): void {
    this.#isStarted = true;
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#open();
  }

  stop(): void {
    this.#isStarted = false;
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#close();
  }

  /** Says whose counts are followed. */
  follow(entries: readonly string[]): void {
    if (entries.join() === this.#entries.join()) return;
    this.#entries = [...entries];
    if (this.#isStarted) this.#open();
  }

  #open(): void {
    this.#close();
    if (document.visibilityState !== "visible") return;
    // Until the first word has come, the page is on its own.
    this.#look = setInterval(this.#listener.look, LOOK_MS);
    if (this.#entries.length === 0) return;
    const source = new EventSource(`/api/v1/counts?entries=${this.#entries.map(encodeURIComponent).join()}`);
    this.#source = source;
    source.addEventListener("counts", (event) => {
      this.#isThere();
      this.#listener.heard(JSON.parse((event as MessageEvent<string>).data) as EntryNews);
    });
    source.addEventListener("beat", () => this.#isThere());
    source.addEventListener("error", () => {
      // The browser tries again by itself, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) this.#lost();
      else this.#look ??= setInterval(this.#listener.look, LOOK_MS);
    });
  }

  #isThere(): void {
    clearInterval(this.#look);
    this.#look = undefined;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #lost(): void {
    this.#close();
    this.#look = setInterval(this.#listener.look, LOOK_MS);
    this.#again = setTimeout(() => this.#open(), AGAIN_MS);
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
    clearInterval(this.#look);
    this.#look = undefined;
    clearTimeout(this.#silence);
    clearTimeout(this.#again);
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState !== "visible") return this.#close();
    // What happened meanwhile is in the first words of the feed; without one, it is looked up.
    this.#listener.look();
    this.#open();
  };
}
