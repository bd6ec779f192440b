import { parseCommit } from '@rehearsal/kernel';
import { securityGroup, type SecurityGroupEvent, type SecurityGroupState } from '@rehearsal/security-group';

/** A commit of the security group, between the states it led from and to. */
export interface GroupCommit {
  /** Place in the log, from 0. */
  readonly index: number;
  readonly stream: string;
  readonly version: number;
  /** When it was decided, and when its input was seen; ms since the epoch. */
  readonly atMs: number;
  readonly inputAtMs: number;
  readonly events: readonly SecurityGroupEvent[];
  readonly before: SecurityGroupState;
  readonly state: SecurityGroupState;
}

/** The commits of a security group in a run's log, folded as they come. @param group its name */
export function* groupCommits(log: readonly string[], group: string): Generator<GroupCommit> {
  const own = `${securityGroup.kind}.${group}`;
  let state: SecurityGroupState = securityGroup.initial;
  for (const [index, line] of log.entries()) {
    const { stream, version, time, input, events: recorded } = parseCommit(line);
    if (stream !== own) continue;
    const events = recorded as readonly SecurityGroupEvent[];
    const before = state;
    for (const event of events) state = securityGroup.evolve(state, event);
    yield { index, stream, version, atMs: time.ms, inputAtMs: input.at, events, before, state };
  }
}
