import type { SecurityGroupEvent } from '../events.js';
import type { DistributionReady, SetDistribution } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { activeMembers, memberNumber, memberOf, ranksServing } from '../state.js';
import type { Draft } from './draft.js';
import { draftFrom } from './draft.js';

/**
 * The operator's word on how packets are spread. The slots of all open connections follow from it, so it is a change in
 * steps: nothing more comes in; what is inside is answered; members make known what is at home with them where its
 * packets will come in; then all spread otherwise from one version of the table on (fidelity: F-DIST-CHANGE). Not while
 * members of two releases serve (fidelity: F-MVC-TOPOLOGY).
 */
export function setDistribution(state: SecurityGroupState, input: SetDistribution): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  const { inside, outside } = input;
  const refused = whyNot(state);
  if (refused !== undefined) {
    draft.emit({ type: 'DistributionRefused', version, inside, outside, reason: refused });
  } else if (state.distribution.inside === inside && state.distribution.outside === outside) {
    const reason = `packets are spread by ${inside} inside and ${outside} outside already`;
    draft.emit({ type: 'DistributionIgnored', version, inside, outside, reason });
  } else {
    const waiting = activeMembers(state).map((n) => memberOf(state, n));
    draft.emit({ type: 'DistributionChanging', version, inside, outside, waiting });
  }
  return draft.events();
}

/** A member is ready: what it said counts only if no slot has come to it, and no entry was lost, since. */
export function distributionReady(state: SecurityGroupState, input: DistributionReady): readonly SecurityGroupEvent[] {
  const { member, incarnation, version: saidAt } = input;
  const number = memberNumber(state, member);
  const { waiting, saidSince } = state.nextDistribution;
  if (!waiting.includes(number) || state.members[number - 1]?.incarnation !== incarnation) return [];
  if (saidAt < saidSince || hasMoreSince(state, number, saidAt)) return [];
  const draft = draftFrom(state);
  draft.emit({ type: 'DistributionReady', version: draft.version, member, incarnation });
  goOnChanging(draft);
  return draft.events();
}

/** After a member got ready, came or went: done once nobody is waited for. */
export function goOnChanging(draft: Draft): void {
  const { state, version } = draft;
  const { inside, outside, since, waiting } = state.nextDistribution;
  if (since === 0 || waiting.length > 0 || activeMembers(state).length === 0) return;
  draft.emit({ type: 'DistributionChanged', version, inside, outside });
}

function hasMoreSince(state: SecurityGroupState, number: number, version: number): boolean {
  for (let slot = 0; slot < state.active.length; slot++) {
    if (state.active[slot] === number && (state.epoch[slot] as number) > version) return true;
  }
  return false;
}

function whyNot(state: SecurityGroupState): string | undefined {
  const { nextDistribution, smo } = state;
  if (nextDistribution.since > 0) return 'the distribution is being changed just now: wait until it is';
  if (smo === 0) return 'nobody is active: bring a member up first';
  if (ranksServing(state).length > 1) {
    return 'members of more than one release serve, and nothing of the topology changes meanwhile: upgrade the others first, or roll back';
  }
  return undefined;
}
