import { memberId, slotsByMember } from '@rehearsal/security-group';
import { z } from 'zod';
import { hypersyncConfig } from './inputs.js';

const whole = z.int().min(0);

/** Every event carries the version of its commit. */
const version = z.int().min(1);
const reason = z.enum(['joined', 'lost', 'inStep', 'leaving', 'returned']);

export const configured = z.strictObject({ type: z.literal('Configured'), version, config: hypersyncConfig });
export const configureIgnored = z.strictObject({ type: z.literal('ConfigureIgnored'), version, reason: z.string() });
export const configureRefused = z.strictObject({ type: z.literal('ConfigureRefused'), version, reason: z.string() });

/** What is to be copied where, and which slots have no backup, as of a version of the slot table. */
export const copiesDue = z.strictObject({
  type: z.literal('CopiesDue'),
  version,
  tableVersion: z.int().min(1),
  copies: slotsByMember,
  exposed: z.array(whole),
});

/** An older word than the one already known. */
export const copiesIgnored = z.strictObject({
  type: z.literal('CopiesIgnored'),
  version,
  tableVersion: z.int().min(1),
  reason: z.string(),
});

/** Connections begin to be copied to their new backups. `member`: whose loss or coming led to it. */
export const iteratorStarted = z.strictObject({
  type: z.literal('IteratorStarted'),
  version,
  startedAt: whole,
  reason,
  member: memberId,
  /** Slots to copy. */
  slots: whole,
});

export const iteratorProgress = z.strictObject({
  type: z.literal('IteratorProgress'),
  version,
  percent: z.int().min(0).max(100),
  connections: whole,
});

/** The member holds these slots in step, as far as it knows; the security group has the last word. */
export const slotsCopied = z.strictObject({
  type: z.literal('SlotsCopied'),
  version,
  member: memberId,
  incarnation: z.int().min(1),
  active: memberId,
  activeIncarnation: z.int().min(1),
  slots: z.array(whole),
  /** Table version under which the copy began. */
  tableVersion: whole,
  connections: whole,
  iterated: whole,
});

/**
 * `finished`: all copies are in step. `superseded`: another loss or join came first; a new run takes
 * over what is left. `abandoned`: nobody is left to copy to.
 */
export const iteratorFinished = z.strictObject({
  type: z.literal('IteratorFinished'),
  version,
  finishedAt: whole,
  runningMs: whole,
  outcome: z.enum(['finished', 'superseded', 'abandoned']),
  /** Connections looked at, and those of them that were copied. */
  iterated: whole,
  connections: whole,
});

export const hypersyncEvent = z.discriminatedUnion('type', [
  configured,
  configureIgnored,
  configureRefused,
  copiesDue,
  copiesIgnored,
  iteratorStarted,
  iteratorProgress,
  slotsCopied,
  iteratorFinished,
]);

export type IteratorFinished = z.infer<typeof iteratorFinished>;
export type HypersyncEvent = z.infer<typeof hypersyncEvent>;
