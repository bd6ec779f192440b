import type { SecurityGroupEvent } from '../events.js';
import type { InstallPolicy, PolicyReady, TimeUp } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { activeMembers, memberNumber, memberOf } from '../state.js';
import type { Draft } from './draft.js';
import { draftFrom } from './draft.js';

/**
 * Begins to install a policy on all active members in lockstep: nobody enforces it before everybody
 * could (fidelity: F-POLICY-LOCKSTEP). One at a time; it is the SMO that hands it out.
 */
export function installPolicy(state: SecurityGroupState, input: InstallPolicy): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  const { hash } = input;
  const reason = whyNot(state, input);
  if (reason !== undefined) {
    draft.emit({ type: 'PolicyInstallRefused', version, hash, reason });
    return draft.events();
  }
  const { freezeOnInstallMs, installWithinMs, lockstep } = state.rules;
  const waiting = activeMembers(state).map((n) => memberOf(state, n));
  draft.emit({
    type: 'PolicyInstallStarted',
    version,
    hash,
    smo: input.smo,
    waiting,
    until: input.at + installWithinMs,
  });
  if (freezeOnInstallMs > 0) {
    const until = Math.max(state.frozenUntil, input.at + freezeOnInstallMs);
    draft.emit({ type: 'StateFrozen', version, reason: 'policyInstall', until });
  }
  if (!lockstep) draft.emit({ type: 'PolicyInstalled', version, hash });
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
  return draft.events();
}

export function installTimeUp(state: SecurityGroupState, input: TimeUp): readonly SecurityGroupEvent[] {
  const { hash, until, waiting } = state.install;
  if (hash === '' || input.at < until) return [];
  const draft = draftFrom(state);
  const late = waiting.map((n) => memberOf(state, n)).join(', ');
  const reason = `not ready within ${state.rules.installWithinMs} ms: ${late}`;
  draft.emit({ type: 'PolicyInstallAborted', version: draft.version, hash, reason });
  return draft.events();
}

/** After a member got ready, came or went: done once nobody is waited for, given up once nobody can hand it out. */
export function goOnInstalling(draft: Draft): void {
  const { state, version } = draft;
  const { hash, smo, waiting } = state.install;
  if (hash === '') return;
  if (activeMembers(state).length > 0 && waiting.length === 0) {
    draft.emit({ type: 'PolicyInstalled', version, hash });
  } else if (state.members[smo - 1]?.status !== 'active') {
    const reason = `${memberOf(state, smo)}, which hands it out, is gone: install it again`;
    draft.emit({ type: 'PolicyInstallAborted', version, hash, reason });
  }
}

function whyNot(state: SecurityGroupState, input: InstallPolicy): string | undefined {
  if (state.install.hash !== '')
    return `policy ${state.install.hash.slice(0, 12)} is being installed: wait until it is`;
  if (state.smo === 0) return 'nobody is active: bring a member up first';
  if (memberOf(state, state.smo) !== input.smo) {
    return `${memberOf(state, state.smo)} is the single management object now, not ${input.smo}: ask there`;
  }
  return undefined;
}
