/** What the pages read of a quiz, and how answers are handed in. */

import { request } from "./api";
import type {
  AttemptView, Done, Given, Origin, OwnAttempts, QuizSheet, QuizSummary, TakerQuiz,
} from "./protocol";

const path = (entryId: string, rest = ""): string =>
  `/entries/${encodeURIComponent(entryId)}/quiz${rest}`;

export const quiz = (entryId: string): Promise<TakerQuiz> => request("GET", path(entryId));
export const ownAttempts = (entryId: string): Promise<OwnAttempts> =>
  request("GET", path(entryId, "/mine"));
/** @param version of the questions, for those of an attempt; left out: as they are now. */
export const sheet = (entryId: string, version?: number): Promise<QuizSheet> =>
  request("GET", path(entryId, version === undefined ? "/sheet" : `/sheet?version=${version}`));

/** Hand answers in; under the same id as often as it takes, with one effect. */
export const handIn = (
  entryId: string,
  version: number,
  answers: readonly Given[],
  commandId: string,
): Promise<Done> =>
  request("POST", path(entryId, "/attempts"), { version, answers }, undefined, undefined, commandId);

export type AttemptSort = "-number" | "number" | "name" | "-name" | "score" | "-score";

/** To what the attempts are narrowed down. */
export interface AttemptFilter {
  origin: Origin | "";
  link: string;
  q: string;
}

export const ATTEMPTS_A_PAGE = 50;

function query(filter: AttemptFilter, more: Record<string, string> = {}): string {
  const pairs = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== "");
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : "";
}

export const attempts = (
  entryId: string,
  filter: AttemptFilter,
  sort: AttemptSort,
  after: number,
): Promise<AttemptView[]> =>
  request("GET", path(entryId, `/attempts${query(filter, {
    sort, limit: String(ATTEMPTS_A_PAGE), after: after ? String(after) : "",
  })}`));

export const attemptsCsv = (entryId: string, filter: AttemptFilter, sort: AttemptSort): string =>
  `/api/v1${path(entryId, `/attempts${query(filter, { sort, format: "csv" })}`)}`;

export const summary = (entryId: string, filter: AttemptFilter): Promise<QuizSummary> =>
  request("GET", path(entryId, `/summary${query(filter)}`));
