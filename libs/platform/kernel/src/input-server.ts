import type { Principal } from './commit.js';
import type { Decider } from './decider.js';
import type { InputReply, InputRequest } from './input-messages.js';
import { decodeInputRequest, encodeInputReply, inputSubject, inputToAllSubject } from './input-messages.js';
import type { Event, Input } from './machine.js';
import type { Runtime } from './runtime.js';
import type { Cancel } from './store.js';

/** From this share of the log on, operators' commands are refused: failovers must still find room. */
const REFUSE_COMMANDS_AT_PERCENT = 80;
const USAGE_EVERY_MS = 5000;

export interface ServeOptions {
  /** What is wrong with an input, in words, or undefined when the machine can take it. */
  readonly check?: (input: Input) => string | undefined;
}

export type ServingRuntime = Pick<Runtime, 'answer' | 'after' | 'log' | 'note'>;

/**
 * Answers inputs sent to the stream of a decider: those at `cmd.<kind>.<id>`, shared among all processes that
 * decide it, and those at `cmd.<kind>.<id>.all`, meant for each: after the append, with the commit and its events,
 * or with the refusal.
 */
export function serveInputs<S, I extends Input, E extends Event>(
  runtime: ServingRuntime,
  decider: Decider<S, I, E>,
  options: ServeOptions = {},
): Cancel {
  let nearlyFull = false;
  let cancelTimer: Cancel | undefined;
  let stopped = false;

  function watchUsage(): void {
    lookAtUsage(() => {
      cancelTimer = runtime.after(USAGE_EVERY_MS, watchUsage);
    });
  }

  /** What the log does not answer changes nothing. */
  function lookAtUsage(then: () => void): void {
    runtime.log.usage((usage) => {
      if (stopped) return;
      if (usage !== undefined) {
        const percent = (usage.usedBytes / usage.maxBytes) * 100;
        if (percent >= REFUSE_COMMANDS_AT_PERCENT && !nearlyFull) {
          runtime.note('error', 'log_nearly_full', { stream: decider.stream, ...usage });
        }
        nearlyFull = percent >= REFUSE_COMMANDS_AT_PERCENT;
      }
      then();
    });
  }

  function take(body: Uint8Array, send: (reply: InputReply) => void): void {
    const request: InputRequest | string = decodeInputRequest(body);
    if (typeof request === 'string') return send({ kind: 'rejected', reason: request });
    const problem = options.check?.(request.input);
    if (problem !== undefined) return send({ kind: 'rejected', reason: problem });
    if (!nearlyFull || request.input.from !== 'command') return submit(request, send);
    // Room may have been made since the last look.
    lookAtUsage(() => {
      if (!nearlyFull) return submit(request, send);
      send({
        kind: 'rejected',
        reason: `the log is ${REFUSE_COMMANDS_AT_PERCENT} % full and takes no more commands; raise log.maxBytes or start a new fabric`,
      });
    });
  }

  function submit(request: InputRequest, send: (reply: InputReply) => void): void {
    decider.submit(request.input as I, trusted(request.principal), request.cause, send);
  }

  watchUsage();
  const subject = inputSubject(decider.stream);
  const onInput = (body: Uint8Array, reply: (body: Uint8Array) => void): void =>
    take(body, (word) => reply(encodeInputReply(word)));
  const cancelShared = runtime.answer(subject, subject, onInput);
  const cancelAll = runtime.answer(inputToAllSubject(decider.stream), undefined, onInput);
  return () => {
    stopped = true;
    cancelShared();
    cancelAll();
    cancelTimer?.();
  };
}

/** Nothing here checks signatures or tokens, so a message cannot claim them. */
function trusted(principal: Principal | undefined): Principal {
  if (principal === undefined) return { name: 'unknown', known: 'asserted' };
  const { name, known } = principal;
  return { name, known: known === 'os-user' || known === 'service' ? known : 'asserted' };
}
