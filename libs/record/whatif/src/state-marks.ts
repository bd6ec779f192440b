import { stateHash, type LogState } from '@rehearsal/replay';

/** One stream at the fork: how far it has come, and the hash of its machine's state. */
export interface StateMark {
  readonly stream: string;
  readonly version: number;
  /** SHA-256 (hex) over the canonical bytes of the state. */
  readonly hash: string;
}

/** One stream at the fork, by the record and by a fork; '' and 0 where one of them has no such stream. */
export interface StateCheck extends StateMark {
  readonly forkVersion: number;
  readonly forkHash: string;
  readonly equal: boolean;
}

/** Every stream of a moment, by name. */
export function stateMarks({ streams }: Pick<LogState, 'streams'>): StateMark[] {
  return streams.map(({ stream, version, state }) => ({ stream, version, hash: stateHash(state) }));
}

/** Every stream that either of them has, by name. */
export function checkStates(record: readonly StateMark[], fork: readonly StateMark[]): StateCheck[] {
  const names = [...new Set([...record, ...fork].map((mark) => mark.stream))].sort();
  const of = (marks: readonly StateMark[], stream: string): StateMark =>
    marks.find((mark) => mark.stream === stream) ?? { stream, version: 0, hash: '' };
  return names.map((stream) => {
    const [{ version, hash }, other] = [of(record, stream), of(fork, stream)];
    const equal = version === other.version && hash === other.hash;
    return { stream, version, hash, forkVersion: other.version, forkHash: other.hash, equal };
  });
}
