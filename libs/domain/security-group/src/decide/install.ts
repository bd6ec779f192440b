import type { SecurityGroupEvent } from '../events.js';
import type { InstallPolicy, PolicyReady, PolicyRelease, TimeUp } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { activeMembers, memberNumber, memberOf, ranksServing } from '../state.js';
import { goOnDeferring } from './deferral.js';
import type { Draft } from './draft.js';
import { draftFrom } from './draft.js';

/**
 * Begins to install a policy on all active members in lockstep: nobody enforces it before everybody
 * could (fidelity: F-POLICY-LOCKSTEP). One at a time; it is the SMO that hands it out. One that is for a release is
 * enforced by its members alone; the others hold it ready for those who come up with that release.
 */
export function installPolicy(state: SecurityGroupState, input: InstallPolicy): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  const { hash, deferrable } = input;
  const release = releaseOf(input);
  const reason = whyNot(state, input);
  if (reason !== undefined) {
    draft.emit({ type: 'PolicyInstallRefused', version, hash, ...release, reason });
    return draft.events();
  }
  const { freezeOnInstallMs, installWithinMs, lockstep } = state.rules;
  const waiting = activeMembers(state).map((n) => memberOf(state, n));
  draft.emit({
    type: 'PolicyInstallStarted',
    version,
    hash,
    ...release,
    smo: memberOf(state, state.smo),
    waiting,
    until: input.at + installWithinMs,
    ...(deferrable !== undefined && { deferrable }),
  });
  if (freezeOnInstallMs > 0) {
    const until = Math.max(state.frozenUntil, input.at + freezeOnInstallMs);
    draft.emit({ type: 'StateFrozen', version, reason: 'policyInstall', until });
  }
  if (!lockstep) {
    draft.emit({ type: 'PolicyInstalled', version, hash, ...release });
    goOnDeferring(draft);
  }
  return draft.events();
}

export function policyReady(state: SecurityGroupState, input: PolicyReady): readonly SecurityGroupEvent[] {
  const { member, hash } = input;
  const number = memberNumber(state, member);
  if (state.install.hash !== hash || !state.install.waiting.includes(number)) return [];
  if (state.members[number - 1]?.incarnation !== input.incarnation) return [];
  const draft = draftFrom(state);
  draft.emit({ type: 'PolicyReady2Finish', version: draft.version, member, hash });
  goOnInstalling(draft);
  goOnDeferring(draft);
  return draft.events();
}

export function installTimeUp(state: SecurityGroupState, input: TimeUp): readonly SecurityGroupEvent[] {
  const { hash, release, until, waiting } = state.install;
  if (hash === '' || input.at < until) return [];
  const draft = draftFrom(state);
  const late = waiting.map((n) => memberOf(state, n)).join(', ');
  const reason = `not ready within ${state.rules.installWithinMs} ms: ${late}`;
  draft.emit({ type: 'PolicyInstallAborted', version: draft.version, hash, ...forRelease(release), reason });
  return draft.events();
}

/** After a member got ready, came or went: done once nobody is waited for, given up once nobody can hand it out. */
export function goOnInstalling(draft: Draft): void {
  const { state, version } = draft;
  const { hash, release, smo, waiting } = state.install;
  if (hash === '') return;
  if (activeMembers(state).length > 0 && waiting.length === 0) {
    draft.emit({ type: 'PolicyInstalled', version, hash, ...forRelease(release) });
  } else if (state.members[smo - 1]?.status !== 'active') {
    const reason = `${memberOf(state, smo)}, which hands it out, is gone: install it again`;
    draft.emit({ type: 'PolicyInstallAborted', version, hash, ...forRelease(release), reason });
  }
}

function whyNot(state: SecurityGroupState, input: InstallPolicy): string | undefined {
  if (state.install.hash !== '')
    return `policy ${state.install.hash.slice(0, 12)} is being installed: wait until it is`;
  if (state.smo === 0) return 'nobody is active: bring a member up first';
  if (input.smo !== undefined && memberOf(state, state.smo) !== input.smo) {
    return `${memberOf(state, state.smo)} is the single management object now, not ${input.smo}: ask there`;
  }
  return whyNotFor(state, input);
}

/** A policy is made for one release (fidelity: F-POLICY-TWICE). */
function whyNotFor(state: SecurityGroupState, { release }: InstallPolicy): string | undefined {
  if (release === undefined) {
    if (ranksServing(state).length < 2) return undefined;
    return 'members of more than one release serve: install the policy once for each, naming the release';
  }
  if (release.runs.length > 0) return undefined;
  return `nobody runs ${release.name}: install it on a member first, then the policy for it`;
}

function releaseOf({ release }: InstallPolicy): { readonly release?: PolicyRelease } {
  return release === undefined ? {} : forRelease({ rank: release.rank, name: release.name });
}

function forRelease(release: PolicyRelease | undefined): { readonly release?: PolicyRelease } {
  return release === undefined ? {} : { release };
}
