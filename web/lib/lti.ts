/**
 * A launch out of a course, as far as the browser has to do with it.
 *
 * It goes to the platform and comes back, and has to end in the browser in which it began. A cookie
 * would not do: in a frame of another site browsers drop it. So this page makes a key and keeps it
 * in the storage of its tab, which is its own in every frame; and, where the platform offers one,
 * in the platform's (LTI Client Side postMessages 1.0).
 */

import type { LtiLoginReply } from "./protocol";

const ANSWER_MS = 3_000;
/** How long a platform may take that keeps things for us. */
const KEPT = "usher.lti.";
const ANYWHERE = "/lti/anywhere";

/** Where a fragment leads: a launch that begins or is good, a registration, or a refusal. */
export type Step =
  | { kind: "login" | "register"; token: string }
  | { kind: "launch"; launch: string; at: Place }
  | { kind: "no"; code: string };

/** Where the key of a launch is kept. */
export type Place = Pick<LtiLoginReply, "state" | "storage" | "origin">;

/** @param path of the page: on the one that any site may show in a frame, nobody is let in. */
export function stepOf(fragment: string, path: string): Step | null {
  const [, kind, rest = ""] = /^(\w+)\.(.+)$/su.exec(fragment) ?? [];
  if (kind === "register") return { kind, token: rest };
  if (kind === "no") return { kind, code: rest };
  if (path === ANYWHERE) return null;
  if (kind === "login") return { kind, token: rest };
  return kind === "launch" ? launchOf(rest) : null;
}

function launchOf(text: string): Step | null {
  try {
    const told = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, unknown>;
    const { launch, state, storage, origin } = told;
    if ([launch, state, storage, origin].some((one) => typeof one !== "string")) return null;
    return { kind: "launch", launch: launch as string, at: { state, storage, origin } as Place };
  } catch {
    return null;
  }
}

/** 256 random bits that nobody else has. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Keep the key of a launch until it comes back; false where no storage is to be had. */
export async function keep(at: Place, key: string): Promise<boolean> {
  let isKept = false;
  try {
    sessionStorage.setItem(KEPT + at.state, key);
    isKept = true;
  } catch {
    // A browser may forbid all storage in frames of other sites.
  }
  if (!at.storage) return isKept;
  return (await ask(at, { subject: "lti.put_data", key: KEPT + at.state, value: key })) !== null || isKept;
}

/** The key of a launch that has come back; null where it did not begin here. */
export async function recall(at: Place): Promise<string | null> {
  try {
    const key = sessionStorage.getItem(KEPT + at.state);
    sessionStorage.removeItem(KEPT + at.state);
    if (key) return key;
  } catch {
    // Then the platform may have it.
  }
  if (!at.storage) return null;
  const answer = await ask(at, { subject: "lti.get_data", key: KEPT + at.state });
  return typeof answer?.value === "string" ? answer.value : null;
}

export const isFramed = (): boolean => window.self !== window.top;

/** Tell the platform that this window has done its work. */
export function sayClose(): void {
  const opener = (window.opener as Window | null) ?? (isFramed() ? window.parent : null);
  opener?.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
}

/** Carry the choice of a room to the platform, as a form: that is how it wants it. */
export function carry(url: string, jwt: string): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "JWT", value: jwt });
  form.append(field);
  document.body.append(form);
  form.submit();
}

type Data = Record<string, unknown>;

/** Ask the platform's keeper something; null where nobody answers. */
function ask(at: Place, question: Data): Promise<Data | null> {
  const keeper = frameOf(at.storage ?? "");
  if (!keeper || !at.origin) return Promise.resolve(null);
  const message_id = freshKey();
  return new Promise((resolve) => {
    const done = (answer: Data | null): void => {
      removeEventListener("message", hear);
      clearTimeout(timer);
      resolve(answer);
    };
    const hear = ({ data, origin }: MessageEvent<Data | null>): void => {
      const isOurs = origin === at.origin && data?.message_id === message_id;
      if (isOurs && data.subject === `${String(question.subject)}.response`) done(data.error ? null : data);
    };
    const timer = setTimeout(() => done(null), ANSWER_MS);
    addEventListener("message", hear);
    keeper.postMessage({ ...question, message_id }, at.origin ?? "");
  });
}

function frameOf(name: string): Window | null {
  const platform = isFramed() ? window.parent : (window.opener as Window | null);
  if (!platform || name === "_parent") return platform;
  try {
    return (platform.frames as unknown as Record<string, Window | undefined>)[name] ?? null;
  } catch {
    return null;
  }
}
