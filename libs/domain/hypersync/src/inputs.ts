import { memberId, slotsByMember } from '@rehearsal/security-group';
import { z } from 'zod';

const whole = z.int().min(0);
const incarnation = z.int().min(1);

const observation = { id: z.string().min(1), at: whole, from: z.literal('observation') };
const command = { id: z.string().min(1), at: whole, from: z.literal('command') };
const intent = { id: z.string().min(1), at: whole, from: z.literal('intent') };

export const hypersyncConfig = z.strictObject({
  /** As in the security group: a member's number is its place here, from 1. */
  members: z.array(memberId).min(1),
  slots: z.int().min(1),
  /** Progress is recorded each time it passes a multiple of this. */
  progressStepPercent: z.int().min(1).max(100),
});

export const configure = z.strictObject({ ...command, type: z.literal('configure'), config: hypersyncConfig });

/** From the security group: all copies under way and all slots without a backup, as of a table version. */
export const copiesChosen = z.strictObject({
  ...intent,
  type: z.literal('copiesChosen'),
  tableVersion: z.int().min(1),
  reason: z.enum(['joined', 'lost', 'inStep', 'leaving', 'returned']),
  member: memberId,
  copies: slotsByMember,
  exposed: z.array(whole),
});

/** A member reports that it holds everything the active member held of these slots, and follows it. */
export const copied = z.strictObject({
  ...observation,
  type: z.literal('copied'),
  member: memberId,
  incarnation,
  active: memberId,
  activeIncarnation: incarnation,
  slots: z.array(whole).min(1),
  /** Table version under which the active member began the copy. */
  version: whole,
  /** Connections that were copied. */
  connections: whole,
  /** Connections that were looked at; absent: as many as were copied. */
  iterated: whole.optional(),
});

/** How far all copies under way are, taken together. */
export const progress = z.strictObject({
  ...observation,
  type: z.literal('progress'),
  connections: whole,
  total: whole,
});

/** What a member tells the sync coordinator while it copies its slots to others. */
export const progressReport = z.strictObject({
  member: memberId,
  incarnation,
  /** Connections it has looked at since it began, of those it is to look at. */
  connections: whole,
  total: whole,
});

export const hypersyncInput = z.discriminatedUnion('type', [configure, copiesChosen, copied, progress]);

export type HypersyncConfig = z.infer<typeof hypersyncConfig>;
export type Configure = z.infer<typeof configure>;
export type CopiesChosen = z.infer<typeof copiesChosen>;
export type Copied = z.infer<typeof copied>;
export type Progress = z.infer<typeof progress>;
export type ProgressReport = z.infer<typeof progressReport>;
export type HypersyncInput = z.infer<typeof hypersyncInput>;
