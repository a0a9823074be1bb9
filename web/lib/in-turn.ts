/** Doing the same to many, one after another, with a way to stop, and an account of it. */

import type { Answer } from "./asking";
import type { Command, Problem } from "./protocol";

export interface Account {
  done: number;
  refused: { command: Command; problem: Problem }[];
  isStopped: boolean;
}

/** So many are on their way at once: the server keeps its pace, and stopping is soon. */
const ABREAST = 3;
const TRIES = 8;
const PAUSE_MS = 1_000;

/**
 * Carry commands in their order. A server that is too busy, or that cannot be reached, is asked
 * again for a while before it counts as a refusal.
 *
 * @param told how many are answered so far.
 */
export async function inTurn(
  commands: readonly Command[],
  carry: (command: Command) => Promise<Answer>,
  told: (answered: number) => void,
  signal: AbortSignal,
): Promise<Account> {
  const account: Account = { done: 0, refused: [], isStopped: false };
  const waiting = commands.values();
  const work = async (): Promise<void> => {
    for (const command of waiting) {
      if (signal.aborted) break;
      const answer = await patiently(command, carry, signal);
      if (answer.isDone) account.done += 1;
      else account.refused.push({ command, problem: answer.problem });
      told(account.done + account.refused.length);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  account.isStopped = account.done + account.refused.length < commands.length;
  return account;
}

async function patiently(
  command: Command,
  carry: (command: Command) => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  let answer = await carry(command);
  for (let tries = 1; tries < TRIES && !signal.aborted && mayPass(answer); tries += 1) {
    const after = answer.isDone ? null : answer.problem.retry_after_ms;
    await new Promise((done) => setTimeout(done, after ?? PAUSE_MS));
    answer = await carry(command);
  }
  return answer;
}

const PASSING: ReadonlySet<string> = new Set(["rate_limited", "overloaded", "restarting"]);

const mayPass = (answer: Answer): boolean => !answer.isDone && PASSING.has(answer.problem.code);
