/**
 * The Participants tab in a program of your own, by its types.
 *
 * The folder `module/` of an usher server is the package `@usher/participants-tab`; copy it where
 * your bundler finds packages.
 */

import { ParticipantsTab, type TabState, type TabStateEvent } from "@usher/participants-tab";

/** What each state means for the page around the tab. */
const WORDS: Record<TabState, string> = {
  entering: "Going in …",
  gate: "Waiting at the door",
  inside: "Live",
  over: "Not in the room",
};

async function freshToken(): Promise<string> {
  const answer = await fetch("/token", { method: "POST" });
  return ((await answer.json()) as { token: string }).token;
}

/** Show the tab in a place of the page; gives back how to take it away. */
export async function showTab(place: HTMLElement, status: HTMLElement): Promise<() => void> {
  const tab = document.createElement("participants-tab");
  const tell = (event: TabStateEvent): void => {
    status.textContent = event.code ? `${WORDS[event.state]} (${event.code})` : WORDS[event.state];
  };
  tab.server = "https://usher.example";
  tab.lang = "fr";
  tab.renew = freshToken;
  tab.token = await freshToken();
  tab.addEventListener("usher-state", tell);
  place.append(tab);
  return () => {
    tab.removeEventListener("usher-state", tell);
    tab.remove();
  };
}

/** Whether somebody is in a room anywhere on the page. */
export const isInside = (): boolean =>
  [...document.querySelectorAll("participants-tab")].some(
    (tab) => tab instanceof ParticipantsTab && tab.state === "inside",
  );
