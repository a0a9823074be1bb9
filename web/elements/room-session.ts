/**
 * A visit as an element shows it: carries what is asked for inside the element, tells how it
 * went, and what others did. The room's page and the tab on other sites' pages are made of it.
 */

import type { ReactiveController } from "lit";
import { call, countsOf, news } from "../lib/attention";
import { begun, ended, NOBODY, type Pending } from "../lib/pending";
import type { Command, Notice, SelfView, View } from "../lib/protocol";
import type { CommandEvent, Note, NoteEvent } from "../lib/asking";
import { noticeText } from "../lib/notices";
import { Visit } from "../lib/visit";
import { sameWindow } from "../lib/windows";
import { room } from "../messages/room";
import { arrivals } from "./arrivals";
import type { Question } from "./confirm-dialog";
import { UndoEvent } from "./list-typing";
import type { ChooseEvent } from "./menu-button";
import { FIRST_WINDOW, type ParticipantsList, type WindowEvent } from "./participants-list";
import type { RoomDialogs } from "./room-dialogs";
import { Telling } from "./telling";
import type { ToastList } from "./toast-list";
import type { UsherElement } from "./usher-element";

/** What the element renders for the session; null as long as it does not. */
export interface Parts {
  toasts: () => ToastList | null;
  dialogs: () => RoomDialogs | null;
  list: () => ParticipantsList | null;
  ask: (question: Question) => Promise<boolean>;
}

/** The view that shows what was granted comes about when the answer does, before or after it. */
const SEEN_MS = 250;

export class RoomSession implements ReactiveController {
  readonly visit: Visit;
  /** Who invites to the stage, while that is open. */
  offeredBy = "";
  readonly #host: UsherElement;
  readonly #parts: Parts;
  readonly #telling: Telling;
  #window = FIRST_WINDOW;
  #waiting = 0;
  /** Who waits for the next thing that is seen. */
  readonly #seen = new Set<() => void>();
  #counts = countsOf(null);
  /** Those whom commands in flight are about. */
  pending: Pending = NOBODY;

  constructor(host: UsherElement, sessionId: string, parts: Parts) {
    this.#host = host;
    this.#parts = parts;
    this.visit = new Visit(sessionId, {
      window: FIRST_WINDOW,
      changed: () => this.#changed(),
      noticed: (notice) => this.#noticed(notice),
    });
    this.#telling = new Telling({
      show: (note) => this.#show(note),
      ask: parts.ask,
      carry: (command) => void this.#carry(command, false),
      view: () => this.visit.view,
    });
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.addEventListener("usher-command", this.#onCommand as unknown as EventListener);
    this.#host.addEventListener("usher-note", this.#onNote as unknown as EventListener);
    this.#host.addEventListener("usher-window", this.#onWindow as unknown as EventListener);
    this.#host.addEventListener(UndoEvent.kind, this.#onUndo);
    this.#host.addEventListener("choose", this.#onChoose as unknown as EventListener);
    window.addEventListener("online", this.visit.retryNow);
    this.visit.open();
  }

  hostDisconnected(): void {
    this.#host.removeEventListener("usher-command", this.#onCommand as unknown as EventListener);
    this.#host.removeEventListener("usher-note", this.#onNote as unknown as EventListener);
    this.#host.removeEventListener("usher-window", this.#onWindow as unknown as EventListener);
    this.#host.removeEventListener(UndoEvent.kind, this.#onUndo);
    this.#host.removeEventListener("choose", this.#onChoose as unknown as EventListener);
    window.removeEventListener("online", this.visit.retryNow);
    this.visit.close();
  }

  readonly #onUndo = (): void => void this.#parts.toasts()?.undoLast();

  #show(note: Note): void {
    this.#parts.toasts()?.show(note);
  }

  #changed(): void {
    const { view, you } = this.visit;
    const note = arrivals(
      this.#waiting, view, you,
      () => void this.#parts.list()?.showWaiting(),
      (command) => void this.#carry(command, false),
    );
    this.#seen.forEach((settle) => settle());
    this.#waiting = view?.counts.waiting ?? 0;
    this.#callBack(view, you);
    if (note) this.#show(note);
    if (this.#waiting === 0) this.#parts.toasts()?.forget("waiting");
    this.#host.requestUpdate();
  }

  /** A page out of sight calls; one that is looked at shows what is new by itself. */
  #callBack(view: View | null, you: SelfView | null): void {
    const before = this.#counts;
    this.#counts = countsOf(view);
    if (!you || !view || document.visibilityState === "visible") return;
    const text = news(before, this.#counts, you);
    if (text) call(you.entry_name, text);
  }

  #noticed(notice: Notice): void {
    if (notice.kind === "stage_offered") {
      this.offeredBy = notice.by ?? "";
      this.#host.requestUpdate();
      return;
    }
    const note: Note = { text: noticeText(notice) };
    if (notice.kind === "unmute_requested") {
      const command = { type: "set_microphone", is_on: true } as const;
      note.action = { label: room("unmute"), run: () => void this.#carry(command, false) };
    }
    this.#show(note);
  }

  /** While it is on its way, the rows that it is about show it as done, and say so. */
  async #send(command: Command): ReturnType<Visit["carry"]> {
    const selfId = this.visit.you?.participant_id ?? null;
    this.pending = begun(this.pending, command, selfId);
    this.#host.requestUpdate();
    let isDone = false;
    try {
      const answer = await this.visit.carry(command);
      isDone = answer.isDone;
      return answer;
    } finally {
      void this.#settle(command, selfId, isDone);
    }
  }

  /** A refusal is taken back at once; what is granted holds until it is seen, which may be a little later. */
  async #settle(command: Command, selfId: string | null, isDone: boolean): Promise<void> {
    if (isDone) await this.#nextView();
    this.pending = ended(this.pending, command, selfId);
    this.#host.requestUpdate();
  }

  async #nextView(): Promise<void> {
    await new Promise<void>((settle) => {
      const timer = setTimeout(settle, SEEN_MS);
      const now = (): void => {
        clearTimeout(timer);
        this.#seen.delete(now);
        settle();
      };
      this.#seen.add(now);
    });
  }

  async #carry(command: Command, isQuiet: boolean): ReturnType<Visit["carry"]> {
    // Named before it is done: somebody removed is in no list afterwards.
    const name = this.#telling.nameFor(command);
    const answer = await this.#send(command);
    // When the visit is over the element itself says so.
    if (!this.visit.hasLeft && !this.visit.problem) this.#telling.tell(command, answer, name, isQuiet);
    return answer;
  }

  readonly #onCommand = (event: CommandEvent): void => {
    event.stopPropagation();
    const { command, isQuiet, isPart } = event;
    event.answer = isPart ? this.#send(command) : this.#carry(command, isQuiet);
  };

  readonly #onNote = (event: NoteEvent): void => {
    event.stopPropagation();
    this.#show(event.note);
  };

  readonly #onWindow = (event: WindowEvent): void => {
    event.stopPropagation();
    if (sameWindow(event.window, this.#window)) return;
    this.#window = event.window;
    this.visit.watch(event.window);
  };

  readonly #onChoose = (event: ChooseEvent): void => {
    event.stopPropagation();
    const { item } = event;
    if (item.command) void this.#carry(item.command, false);
    else if (item.dialog) void this.#parts.dialogs()?.show(item.dialog);
  };
}
