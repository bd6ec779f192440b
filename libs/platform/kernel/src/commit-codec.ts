import { canonicalBytes } from './canonical.js';
import type { Commit } from './commit.js';
import type { Self } from './runtime.js';

/** Stored bytes that are not a commit. */
export class CommitFormatError extends Error {
  override readonly name = 'CommitFormatError';
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The bytes to store.
 * @throws NotCanonicalError when input or events hold what a log cannot, CommitFormatError when a field is missing
 */
export function encodeCommit(commit: Commit): Uint8Array {
  // What nobody could read back must not get in: one such commit would stop every reader of the log.
  const problem = shapeProblem(commit);
  if (problem !== undefined) throw new CommitFormatError(`not a commit: ${problem}`);
  return canonicalBytes(commit);
}

/** Stored bytes as text. @throws CommitFormatError */
export function commitText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new CommitFormatError('expected a commit in UTF-8, saw other bytes');
  }
}

/** Reads a stored commit. Does not prove that the bytes are canonical; `verify` does. @throws CommitFormatError */
export function decodeCommit(bytes: Uint8Array): Commit {
  return parseCommit(commitText(bytes));
}

/** Reads the text of a stored commit. @throws CommitFormatError */
export function parseCommit(text: string): Commit {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommitFormatError(`expected a commit as JSON: ${(error as Error).message}`);
  }
  const problem = shapeProblem(value);
  if (problem !== undefined) throw new CommitFormatError(`expected a commit: ${problem}`);
  return value as Commit;
}

const FIELDS = new Set(['id', 'stream', 'version', 'prev', 'input', 'events', 'cause', 'principal', 'build', 'time']);
const KNOWN = new Set(['signed', 'token', 'os-user', 'asserted', 'service']);
const FROM = new Set(['observation', 'command', 'intent', 'deadline']);

function shapeProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'an object';
  for (const field of Object.keys(value)) if (!FIELDS.has(field)) return `no field "${field}"`;
  const { id, stream, version, prev, input, events, cause, principal, build, time } = value;
  if (!isText(id)) return 'id must be a string';
  if (!isText(stream) || stream.indexOf('.') < 1) return 'stream must be <kind>.<id>';
  if (!isCount(version) || version < 1) return 'version must be an integer from 1';
  if (typeof prev !== 'string' || (version === 1 ? prev !== '' : !/^[0-9a-f]{64}$/.test(prev))) {
    return "prev must be the previous commit's SHA-256, empty at version 1";
  }
  if (!isRecord(input)) return 'input must be an object';
  if (!isText(input['type']) || !isText(input['id'])) return 'input needs type and id';
  if (!Number.isSafeInteger(input['at'])) return 'input.at must be ms since the epoch';
  if (!FROM.has(input['from'] as string)) return 'input.from must be observation, command, intent or deadline';
  if (!Array.isArray(events)) return 'events must be a list';
  for (const event of events as unknown[])
    if (!isRecord(event) || !isText(event['type'])) return 'each event needs a type';
  if (cause !== undefined && !isText(cause)) return 'cause must be stream:version';
  if (!isRecord(principal) || typeof principal['name'] !== 'string' || !KNOWN.has(principal['known'] as string)) {
    return 'principal must be {name, known}';
  }
  if (typeof build !== 'string') return 'build must be a string';
  if (!isRecord(time) || !isCount(time['ms']) || !isCount(time['count'])) return 'time must be {ms, count}';
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The kind of a stream: `security-group` of `security-group.SG1`. */
export function kindOf(stream: string): string {
  const dot = stream.indexOf('.');
  return dot < 0 ? stream : stream.slice(0, dot);
}

/** `stream:version`, as `cause` names a commit. */
export function commitRef(stream: string, version: number): string {
  return `${stream}:${version}`;
}

/** The message id of an append: `<stream>:<version>:<commit id>`. */
export function appendMsgId(commit: Pick<Commit, 'stream' | 'version' | 'id'>): string {
  return `${commit.stream}:${commit.version}:${commit.id}`;
}

/** A source of commit ids `<role id>.<incarnation>.<counter>`: no two attempts to decide share one. */
export function commitIds(self: Pick<Self, 'id' | 'incarnation' | 'commitsBefore'>): () => string {
  let counter = self.commitsBefore ?? 0;
  return () => `${self.id}.${self.incarnation}.${++counter}`;
}
