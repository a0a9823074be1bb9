/**
 * The Participants tab of an usher room, as an element for any page:
 *
 * ```html
 * <script type="module" src="https://usher.example/module/participants-tab.js"></script>
 * <participants-tab server="https://usher.example" token="…" lang="fr"></participants-tab>
 * ```
 *
 * Looks are custom properties: `participants-tab { --accent: rebeccapurple; --font: Georgia; }`.
 */

/** Where somebody stands: on the way in, at a gate, in the room, out of it. */
export type TabState = "entering" | "gate" | "inside" | "over";

/** `usher-state`: the person has come in, waits at a gate, or is out again. */
export class TabStateEvent extends Event {
  readonly state: TabState;
  /** The stable code of the refusal, where `state` is `over` and it was not their own wish. */
  readonly code: string | null;
}

/** What the element dispatches, by name: `usher-state`, and what every element does. */
export interface ParticipantsTabEventMap extends HTMLElementEventMap {
  "usher-state": TabStateEvent;
}

export class ParticipantsTab extends HTMLElement {
  /** The origin of the usher server; by default the one that this module was loaded from. */
  server: string;
  /** A host token from `POST /api/v1/tokens`: for one person and entry, good once. */
  token: string;
  /** One of en, es, de, fr, ar, he; by default what the browser prefers. */
  lang: string;
  /** Gives a fresh token when one is needed: to come back after an end, or into another session. */
  renew: (() => Promise<string>) | null;
  /** Where the person stands now. */
  readonly state: TabState;

  addEventListener<Name extends keyof ParticipantsTabEventMap>(
    type: Name,
    listener: (this: ParticipantsTab, event: ParticipantsTabEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof ParticipantsTabEventMap>(
    type: Name,
    listener: (this: ParticipantsTab, event: ParticipantsTabEventMap[Name]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "participants-tab": ParticipantsTab;
  }
}
