/**
 * HTTP to the server: of our own pages to their origin with cookies, of a tab elsewhere with its
 * ticket. Everything refused is a `Refused`.
 */

import { problems } from "../messages/problems";
import { accessFor } from "./access";
import { whenLoaded } from "./language";
import { inOurWords } from "./refusals";
import { requestOf } from "./routes";
import type {
  Admitted, BlockView, CollaboratorView, Command, CreateEntry, CsvPreview, Done, EntrySummary, EntryView,
  GuestAccessView, GuestDoor, InvitationDoor, InvitationLinks, LedgerRow, LedgerSummary, LtiChoose, LtiChosen,
  LtiEnter, LtiEntered, LtiLogin, LtiLoginReply, MailPreview, MailPreviewForm, Me, OidcBegin, OidcBegun,
  OidcFinish, OutboxMail, PeopleFound, Problem, Provider, ProviderList, RegisterPlatform, SelfView, SignedIn,
} from "./protocol";

const API = "/api/v1";

/** The server said no, or could not be asked. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.sentence);
  }
}

/** The line is dead: nothing was refused, and trying again may help at once. */
export class Unreachable extends Refused {}

const ours = (key: "unreachable" | "unreadable"): Problem => ({
  code: "internal",
  sentence: problems(key),
  again: true,
});

/** @param commandId a write that is sent again under the same id has no second effect. */
export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  server?: string,
  commandId?: string,
): Promise<T> {
  return (await answered<T>(method, path, body, signal, server, commandId)).answer;
}

async function answered<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  server?: string,
  commandId?: string,
): Promise<{ answer: T; headers: Headers }> {
  const access = accessFor(path);
  const init: RequestInit = {
    method,
    credentials: access || server ? "omit" : "same-origin",
    signal: signal ?? null,
    headers: access ? { Authorization: `Bearer ${access.ticket}` } : {},
  };
  if (method !== "GET") {
    // The server takes writes only with this header, which no foreign form can send.
    init.headers = { ...init.headers, "Content-Type": "application/json", "X-Usher": "1" };
    if (commandId) init.headers = { ...init.headers, "Idempotency-Key": commandId };
    init.body = JSON.stringify(body ?? {});
  }
  let response: Response;
  try {
    response = await fetch((server ?? access?.server ?? "") + API + path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(ours("unreachable"));
  }
  let answer: unknown;
  try {
    answer = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    // An answer that broke off is none, and a proxy says in its own words that nobody is there.
    const isWhole = error instanceof SyntaxError && !isNobodyThere(response);
    throw isWhole ? new Refused(ours("unreadable")) : new Unreachable(ours("unreachable"));
  }
  // An answer may be here before the words for it; refusals would stay in the server's, or empty.
  await whenLoaded();
  if (response.ok) return { answer: answer as T, headers: response.headers };
  throw new Refused(isProblem(answer) ? inOurWords(answer) : ours("unreadable"));
}

/**
 * Get a file by a path that begins with the API's own.
 *
 * @throws Refused it may not be had, or the server was not reached.
 */
export async function download(path: string): Promise<Blob> {
  const access = accessFor(path.slice(API.length));
  const headers: HeadersInit = access ? { Authorization: `Bearer ${access.ticket}` } : {};
  let response: Response;
  try {
    response = await fetch((access?.server ?? "") + path, { headers, credentials: access ? "omit" : "same-origin" });
    if (response.ok) return await response.blob();
  } catch {
    throw new Unreachable(ours("unreachable"));
  }
  const answer: unknown = await response.json().catch(() => null);
  await whenLoaded();
  throw new Refused(isProblem(answer) ? inOurWords(answer) : ours("unreadable"));
}

const isNobodyThere = ({ status }: Response): boolean => status >= 502 && status <= 504;

/** Find out whether one of our pages can be had now, before going there. */
export async function reach(path: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { method: "HEAD", cache: "no-store" });
  } catch {
    throw new Unreachable(ours("unreachable"));
  }
  if (isNobodyThere(response)) throw new Unreachable(ours("unreachable"));
}

function isProblem(answer: unknown): answer is Problem {
  const problem = answer as Partial<Problem> | null;
  return typeof problem?.code === "string" && typeof problem.sentence === "string";
}

/** The problem behind any failure of a call, for showing it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  throw error;
}

const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>("GET", path, undefined, signal);
const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>("POST", path, body);
const id = encodeURIComponent;

export const me = (): Promise<Me> => get("/me");
/** @param key of this browser, where the token came out of a launch and is for it alone. */
export const signIn = (token: string, key?: string): Promise<SignedIn> =>
  post("/sign-in", key ? { token, key } : { token });
export const providers = async (): Promise<readonly Provider[]> =>
  (await get<ProviderList>("/sign-in/providers")).providers;
export const signInBegin = (body: OidcBegin): Promise<OidcBegun> => post("/sign-in/begin", body);
export const signInFinish = (body: OidcFinish): Promise<SignedIn> => post("/sign-in/finish", body);
export const signOut = (): Promise<Me> => post("/sign-out");

/** A page of the list, and where the next begins; empty on the last. A page may be short. */
export async function entries(after = ""): Promise<{ page: EntrySummary[]; next: string }> {
  const { answer, headers } = await answered<EntrySummary[]>("GET", `/entries?limit=200&after=${id(after)}`);
  const next = /<([^>]+)>;\s*rel="next"/u.exec(headers.get("link") ?? "")?.[1];
  return { page: answer, next: next ? (new URL(next, location.origin).searchParams.get("after") ?? "") : "" };
}
/** Make an entry. Sent again under the same id, it makes no second one. */
export const createEntry = (body: Omit<CreateEntry, "type">, commandId: string): Promise<Done> =>
  request("POST", "/entries", body, undefined, undefined, commandId);
export const entry = (entryId: string): Promise<EntryView> => get(`/entries/${id(entryId)}`);
export const enter = (entryId: string): Promise<Admitted> => post(`/entries/${id(entryId)}/enter`);
export const guestAccess = (entryId: string): Promise<GuestAccessView> =>
  get(`/entries/${id(entryId)}/guest-access`);
export const collaborators = (entryId: string): Promise<CollaboratorView[]> =>
  get(`/entries/${id(entryId)}/collaborators`);
export const blocks = (entryId: string): Promise<BlockView[]> => get(`/entries/${id(entryId)}/blocks`);
export const invitationLink = (entryId: string, invitationId: string): Promise<{ url: string }> =>
  get(`/entries/${id(entryId)}/invitations/${id(invitationId)}/link`);
export const previewCsv = (entryId: string, csv: string): Promise<CsvPreview> =>
  post(`/entries/${id(entryId)}/invitations/preview`, { csv });
export const invitationLinks = (entryId: string, invitation_ids: readonly string[]): Promise<InvitationLinks> =>
  post(`/entries/${id(entryId)}/invitations/links`, { invitation_ids });
export const mailPreview = (entryId: string, form: MailPreviewForm): Promise<MailPreview> =>
  post(`/entries/${id(entryId)}/invitations/mail-preview`, form);
/** @param query filters, sort, limit and where to go on, as `URLSearchParams`. */
export const ledger = (entryId: string, query: URLSearchParams, signal?: AbortSignal): Promise<LedgerRow[]> =>
  get(`/entries/${id(entryId)}/invitations?${query}`, signal);
export const ledgerSummary = (
  entryId: string, query: URLSearchParams, signal?: AbortSignal,
): Promise<LedgerSummary> => get(`/entries/${id(entryId)}/invitations/summary?${query}`, signal);
export const users = (entryId: string, q: string, signal: AbortSignal): Promise<PeopleFound> =>
  get(`/users?entry_id=${id(entryId)}&q=${id(q)}`, signal);

export const lookAtGuestLink = (token: string): Promise<GuestDoor> =>
  post("/doors/guest/look", { token });
export const redeemGuestLink = (form: { token: string; name: string; email: string; consent: string }): Promise<Admitted> =>
  post("/doors/guest", form);
export const returnAsGuest = (token: string): Promise<Admitted> =>
  post("/doors/guest/return", { token });
export const lookAtInvitation = (token: string): Promise<InvitationDoor> =>
  post("/doors/invitation/look", { token });
export const redeemInvitation = (form: { token: string; email?: string }): Promise<Admitted> =>
  post("/doors/invitation", form);
/** Enter the room of a host token, from a page of another site: no cookies are set. */
export async function enterEmbedded(server: string, token: string, key = ""): Promise<Admitted> {
  return request("POST", "/embed/enter", key ? { token, key } : { token }, undefined, server);
}
export const ltiLogin = (body: LtiLogin): Promise<LtiLoginReply> => post("/lti/login", body);
export const ltiEnter = (body: LtiEnter): Promise<LtiEntered> => post("/lti/enter", body);
export const ltiChoose = (body: LtiChoose): Promise<LtiChosen> => post("/lti/choose", body);
export const ltiRegister = (body: RegisterPlatform): Promise<unknown> => post("/lti/register", body);
export const sendCode = (form: { token: string; email: string }): Promise<unknown> =>
  post("/doors/invitation/code", form);
export const verifyCode = (form: { token: string; email: string; code: string }): Promise<Admitted> =>
  post("/doors/invitation/verify", form);


/** Why a session's socket does not open; null when nothing speaks against it. */
export async function whyNot(sessionId: string): Promise<Problem | null> {
  try {
    await get<SelfView>(`/sessions/${id(sessionId)}`);
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

export const attendanceUrl = (sessionId: string, format: "csv" | "json"): string =>
  `${API}/sessions/${id(sessionId)}/attendance?format=${format}`;
export const ledgerUrl = (entryId: string, asked: URLSearchParams): string =>
  `${API}/entries/${id(entryId)}/invitations?${asked}`;
/** The calendar file of an entry that has a time. */
export const calendarUrl = (entryId: string): string => {
  const path = `/entries/${id(entryId)}/calendar`;
  return (accessFor(path)?.server ?? "") + API + path;
};
/** The page of the attendance view: of one session, or of the newest. */
export const attendancePage = (entryId: string, sessionId?: string): string =>
  `/e/${id(entryId)}/attendance${sessionId ? `?session=${id(sessionId)}` : ""}`;
/** The page of the audit log. */
export const auditPage = (entryId: string): string => `/e/${id(entryId)}/audit`;
export const outbox = (): Promise<OutboxMail[]> => get("/outbox");

/** Carry a command over HTTP, for pages without a connection. */
export function send(entryId: string, command: Command): Promise<Done> {
  const { method, path, body } = requestOf(entryId, command);
  return request<Done>(method, path, body);
}

export function socketUrl(sessionId: string): string {
  const path = `/sessions/${id(sessionId)}/socket`;
  const url = new URL(API + path, accessFor(path)?.server ?? location.origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
