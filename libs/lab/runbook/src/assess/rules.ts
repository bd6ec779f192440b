/** Ids of the rules that a procedure is held to; stable, since other programs look for them. */
export const RULES = {
  capacity: 'members that serve are never less than the share asked for',
  redundancy: 'nothing is taken away while a slot has no copy in step, and no copy is lost',
  'policy-differs': 'members of one release that serve have one policy',
  'version-pair': 'members of two releases serve beside one another only where the two understand one another',
  'cloning-on': 'nothing is installed while images are taken from the single management object',
  drained: 'no member leaves with slots that it serves',
} as const;
export type RuleId = keyof typeof RULES;

/** Ids of what a procedure may leave undone. */
export type UndoneId =
  | 'group-standby'
  | 'cloning-not-restored'
  | 'mixed-takes'
  | 'no-backup'
  | 'member-not-active'
  | 'policy-differs'
  | 'install-failed'
  | 'install-undone';

export interface RuleOutcome {
  readonly rule: RuleId;
  readonly held: boolean;
  /** ms since the epoch of the first time it was broken; null where it held. */
  readonly when: number | null;
  readonly why: string;
}

export interface Undone {
  readonly rule: UndoneId;
  readonly what: string;
  readonly remedy: string;
}

/** From when to when (ms since the epoch) so much of the group served, in percent by weight. */
export interface CapacityInterval {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

export interface LogAssessment {
  readonly rules: readonly RuleOutcome[];
  readonly undone: readonly Undone[];
  readonly capacity: readonly CapacityInterval[];
}
