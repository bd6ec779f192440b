import type { InputReply, InputRequest } from './input-messages.js';
import { decodeInputReply, encodeInputRequest, inputSubject, inputToAllSubject } from './input-messages.js';
import type { Runtime } from './runtime.js';
import type { Cancel } from './store.js';

/**
 * One try: as long as a decider takes when the log answers at once, then twice that; where the log is slow a later one
 * hears of what was decided.
 */
const TRY_FIRST_MS = 250;
const TRY_LAST_MS = 500;
const RETRY_FIRST_MS = 20;
const RETRY_LAST_MS = 500;

export type AskingRuntime = Pick<Runtime, 'ask' | 'after'>;

export interface AskOptions {
  /** Give up after this long with `failed`; undefined: never. */
  readonly withinMs?: number;
  /** Hears why a try did not settle the input. */
  readonly onRetry?: (reason: string) => void;
}

/**
 * Sends an input to the processes that decide `stream`, again and again under its id until one says
 * what came of it: first to one of them, and where that one does not answer to all, since it may hang for as
 * long as others do not. They decide it once, whoever is first. `done` hears a `failed` only after `withinMs`:
 * then the input may still be decided.
 * @throws NotCanonicalError
 */
export function askInput(
  runtime: AskingRuntime,
  stream: string,
  request: InputRequest,
  options: AskOptions,
  done: (reply: InputReply) => void,
): Cancel {
  const body = encodeInputRequest(request);
  let subject = inputSubject(stream);
  let ended = false;
  let waitMs = RETRY_FIRST_MS;
  let tryMs = TRY_FIRST_MS;
  let lastReason = 'nobody has answered yet';
  let cancelRetry: Cancel | undefined;
  const cancelLimit =
    options.withinMs === undefined
      ? undefined
      : runtime.after(options.withinMs, () =>
          end({ kind: 'failed', reason: `no decision within ${options.withinMs} ms: ${lastReason}` }),
        );

  function end(reply: InputReply | undefined): void {
    if (ended) return;
    ended = true;
    cancelLimit?.();
    cancelRetry?.();
    if (reply !== undefined) done(reply);
  }

  function attempt(): void {
    const withinMs = tryMs;
    tryMs = Math.min(tryMs * 2, TRY_LAST_MS);
    runtime.ask(subject, body, withinMs, (answer) => {
      if (ended) return;
      if (answer.kind !== 'answer') {
        if (answer.kind === 'timeout') subject = inputToAllSubject(stream);
        return again(answer.kind === 'timeout' ? `no answer within ${withinMs} ms` : `nobody decides ${stream}`);
      }
      const reply = decodeInputReply(answer.body);
      if (reply.kind === 'failed') again(reply.reason);
      else end(reply);
    });
  }

  function again(reason: string): void {
    lastReason = reason;
    options.onRetry?.(reason);
    cancelRetry = runtime.after(waitMs, attempt);
    waitMs = Math.min(waitMs * 2, RETRY_LAST_MS);
  }

  attempt();
  return () => end(undefined);
}
