import type { CapacityInterval } from '../assess/rules.js';
import type { Order } from './orders.js';
import type { Topic } from './topics.js';

/** How much of the group was away, and how it was left: what limits are held against. */
export interface Respect {
  /** In percent; moments in which members hand over to one another do not count. */
  readonly leastShare: number;
  readonly members: number;
  /** Nobody is taken down at the end who was not at the beginning. */
  readonly isAllUp: boolean;
}

const HAND_OVER_MS = 1000;

/** What the capacity of a run says of it. */
export function leastShareOf(capacity: readonly CapacityInterval[]): number {
  return Math.min(100, ...capacity.filter(({ from, to }) => to - from >= HAND_OVER_MS).map(({ share }) => share));
}

/** A limit that says more than how many are away is not told by that alone. */
const OF_LIMITS: ReadonlySet<Topic> = new Set(['members', 'redundancy', 'capacity', 'takes', 'traffic', 'install']);

interface Limit {
  readonly words: RegExp;
  readonly isKept: (by: Respect) => boolean;
}

const LIMITS: readonly Limit[] = [
  {
    words: /\b(no\w*|never|not)\b.*\b(left|remain\w*|stays?)\b.*\b(standby|down|disabled|out of service)\b/i,
    isKept: ({ isAllUp }) => isAllUp,
  },
  {
    words: /\b(at least|never (less|fewer) than|not (less|fewer) than|keep)\b[^.]*\b(half|50 ?%)/i,
    isKept: ({ leastShare }) => leastShare >= 50,
  },
];

/** What may not be away together, the first that fits; members come last, since groups and sites have members, too. */
const TOGETHER: readonly Limit[] = [
  {
    words: /\b(one|a single|more than one|two|both|several)( \w+)? (groups?|halves|mhos?|orchestrators?|sites?)\b/i,
    isKept: ({ leastShare }) => leastShare > 0,
  },
  { words: /\b(all|every|the whole)\b/i, isKept: ({ leastShare }) => leastShare > 0 },
  {
    words: /\b(one|a single|more than one|two|several)\b/i,
    isKept: ({ leastShare, members }) => leastShare >= Math.floor((100 * (members - 1)) / members),
  },
];
const AT_ONCE =
  /\b(at (the same time|once)|simultaneous\w*|together|in parallel|concurrently)\b|\bone( \w+)? (at a time|by one|after (the|an)other)\b/i;

/** Whether a sentence sets a limit to how many are away, and it was kept to. */
export function isRespected({ text, about }: Order, by: Respect): boolean {
  if (!about.every((topic) => OF_LIMITS.has(topic))) return false;
  const limit = [...LIMITS, ...(AT_ONCE.test(text) ? TOGETHER : [])].find(({ words }) => words.test(text));
  return limit?.isKept(by) ?? false;
}
