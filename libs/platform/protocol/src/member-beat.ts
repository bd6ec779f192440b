import { HEADER_WORDS } from './frames.js';

/** What a member says of itself once a heartbeat. */
export const BEAT = {
  init: 0,
  ready: 1,
  active: 2,
  /** It was stopped and says so: nobody need wait for its silence. */
  stopped: 3,
  /** Its data plane died with all it held; what speaks is the rest. */
  failed: 4,
} as const;
export type BeatState = (typeof BEAT)[keyof typeof BEAT];

export const BEAT_WORDS = 9;
/** Without the last words: one is only there while the distribution changes, one only where releases make a difference. */
const PLAIN_BEAT_WORDS = 7;

export interface MemberBeat {
  state: BeatState;
  /** Connections of the slots it serves. */
  connections: number;
  /** A bit for each critical device with a problem. */
  problems: number;
  /** It holds nothing that is not also elsewhere, and nothing of its own is on its way. */
  drained: boolean;
  cpuPercent: number;
  /** First 64 bits of the hash of the policy it could enforce at once; 0, 0 when it prepares none. */
  ready: readonly [number, number];
  /** As of the table version it has folded, it is ready for the next distribution. */
  spreadReady: boolean;
  /** Of its release, from 1; 0 where releases make no difference. */
  rank: number;
  /** It may serve beside members of another release. */
  mixes: boolean;
}

/** Writes the payload of a heartbeat behind the header; `words` holds HEADER_WORDS + BEAT_WORDS. Returns the words written, header and all. */
export function writeMemberBeat(words: Int32Array, beat: MemberBeat): number {
  words[HEADER_WORDS] = beat.state;
  words[HEADER_WORDS + 1] = beat.connections;
  words[HEADER_WORDS + 2] = beat.problems;
  words[HEADER_WORDS + 3] = beat.drained ? 1 : 0;
  words[HEADER_WORDS + 4] = beat.cpuPercent;
  words[HEADER_WORDS + 5] = beat.ready[0];
  words[HEADER_WORDS + 6] = beat.ready[1];
  if (!beat.spreadReady && beat.rank === 0) return HEADER_WORDS + PLAIN_BEAT_WORDS;
  words[HEADER_WORDS + PLAIN_BEAT_WORDS] = beat.spreadReady ? 1 : 0;
  if (beat.rank === 0) return HEADER_WORDS + BEAT_WORDS - 1;
  words[HEADER_WORDS + BEAT_WORDS - 1] = beat.rank * 2 + (beat.mixes ? 1 : 0);
  return HEADER_WORDS + BEAT_WORDS;
}

/** Undefined when the frame is not a member's heartbeat. */
export function readMemberBeat(words: Int32Array): MemberBeat | undefined {
  if (words.length < HEADER_WORDS + PLAIN_BEAT_WORDS) return undefined;
  const state = words[HEADER_WORDS] as number;
  if (state < BEAT.init || state > BEAT.failed) return undefined;
  const release = words[HEADER_WORDS + BEAT_WORDS - 1] ?? 0;
  return {
    state: state as BeatState,
    connections: words[HEADER_WORDS + 1] as number,
    problems: words[HEADER_WORDS + 2] as number,
    drained: words[HEADER_WORDS + 3] === 1,
    cpuPercent: words[HEADER_WORDS + 4] as number,
    ready: [words[HEADER_WORDS + 5] as number, words[HEADER_WORDS + 6] as number],
    spreadReady: words[HEADER_WORDS + PLAIN_BEAT_WORDS] === 1,
    rank: release >> 1,
    mixes: (release & 1) === 1,
  };
}

/** The first 64 bits of a hash in hex, as two words; 0, 0 for ''. */
export function hashWords(hash: string): readonly [number, number] {
  if (hash === '') return [0, 0];
  return [parseInt(hash.slice(0, 8), 16) | 0, parseInt(hash.slice(8, 16), 16) | 0];
}
