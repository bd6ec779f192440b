import { memberId, parseNodeId } from './ids.js';

/** Who sends a frame, in 16 bits: kind (4), site (4), number (8). */
export const NODE_KINDS = ['none', 'orchestrator', 'member', 'sync', 'outside'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** Node code of an id such as `1_03`; nodes without a number of their own (`outside`) count as 1_1. */
export function nodeCode(kind: NodeKind, id: string): number {
  const { site, number } = parseNodeId(id) ?? { site: 1, number: 1 };
  if (site < 1 || site > 15 || number < 1 || number > 255) {
    throw new RangeError(`node id ${id}: expected a site of 1..15 and a number of 1..255, as in 1_03`);
  }
  return (NODE_KINDS.indexOf(kind) << 12) | (site << 8) | number;
}

export function nodeKind(code: number): NodeKind {
  return NODE_KINDS[code >>> 12] ?? 'none';
}

/** The id a node code stands for. */
export function nodeId(code: number): string {
  const site = (code >>> 8) & 0xf;
  const number = code & 0xff;
  switch (nodeKind(code)) {
    case 'member':
      return memberId(site, number);
    case 'orchestrator':
      return `${site}_${number}`;
    case 'outside':
      return 'outside';
    default:
      return `${number}`;
  }
}

/** The subject at which a node receives packet frames, channels and heartbeats. */
export function dataSubject(code: number): string {
  const kind = nodeKind(code);
  return kind === 'outside' ? 'data.outside' : `data.${kind}.${nodeId(code)}`;
}

/** Lives one process start may have: a node that reads itself lost begins a new one without restarting. */
const LIVES_PER_START = 100;

/** Incarnation of a process start's first life; each further life is one more. */
export function firstLife(processStart: number): number {
  return processStart * LIVES_PER_START;
}

/** The next life of the same process start. @throws RangeError when it has had all it may have */
export function nextLife(incarnation: number): number {
  if ((incarnation + 1) % LIVES_PER_START === 0) {
    throw new RangeError(
      `incarnation ${incarnation} was this process's last; expected fewer than ${LIVES_PER_START} lives`,
    );
  }
  return incarnation + 1;
}
