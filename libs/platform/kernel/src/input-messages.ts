import { canonicalBytes } from './canonical.js';
import type { Principal } from './commit.js';
import { parseCommit } from './commit-codec.js';
import type { DeciderReply } from './decider.js';
import type { Input } from './machine.js';

/** An input on its way to whoever decides its stream. */
export interface InputRequest {
  readonly input: Input;
  /** The commit (`stream:version`) it follows from. */
  readonly cause?: string;
  readonly principal?: Principal;
}

/** `rejected`: not taken, and asking again does not help; nothing was or will be decided. */
export type InputReply = DeciderReply | { readonly kind: 'rejected'; readonly reason: string };

/** The subject at which inputs for a stream are taken, each by one of those who decide it. */
export function inputSubject(stream: string): string {
  return `cmd.${stream}`;
}

/** The subject at which inputs for a stream are taken by everybody who decides it. */
export function inputToAllSubject(stream: string): string {
  return `${inputSubject(stream)}.all`;
}

/** @throws NotCanonicalError */
export function encodeInputRequest(request: InputRequest): Uint8Array {
  return canonicalBytes(request);
}

/** The request, or what is wrong with it. */
export function decodeInputRequest(body: Uint8Array): InputRequest | string {
  const value = parse(body);
  if (!isRecord(value)) return 'expected {input, cause?, principal?} as JSON';
  const { input, cause, principal } = value;
  if (!isRecord(input)) return 'expected an input object';
  if (!isText(input['type']) || !isText(input['id'])) return 'expected an input with a type and an id';
  if (!Number.isSafeInteger(input['at'])) return 'expected input.at in ms since the epoch';
  const from = input['from'];
  if (from !== 'command' && from !== 'intent' && from !== 'observation') {
    return 'expected input.from to be command, intent or observation';
  }
  if (cause !== undefined && !isText(cause)) return 'expected cause as stream:version';
  if (principal !== undefined && (!isRecord(principal) || typeof principal['name'] !== 'string')) {
    return 'expected principal as {name, known}';
  }
  return value as unknown as InputRequest;
}

export function encodeInputReply(reply: InputReply): Uint8Array {
  return canonicalBytes(reply);
}

/** The reply; one that cannot be read counts as `failed`, so that the sender asks again. */
export function decodeInputReply(body: Uint8Array): InputReply {
  const value = parse(body);
  if (isRecord(value)) {
    const { kind, reason, commit } = value;
    if (kind === 'ignored') return { kind };
    if ((kind === 'failed' || kind === 'rejected') && typeof reason === 'string') return { kind, reason };
    if (kind === 'committed' || kind === 'repeated') {
      try {
        return { kind, commit: parseCommit(JSON.stringify(commit)) };
      } catch (error) {
        return { kind: 'failed', reason: `the reply could not be read: ${(error as Error).message}` };
      }
    }
  }
  return { kind: 'failed', reason: 'the reply could not be read' };
}

const decoder = new TextDecoder();

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}
