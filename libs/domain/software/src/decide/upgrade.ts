import type { SoftwareEvent } from '../events.js';
import type { DirectUpgrade, SetMvc } from '../inputs.js';
import type { Appliance, SoftwareState } from '../state.js';
import { membersOf } from '../state.js';
import { mayMeet, rankOf } from '../catalogue/index.js';
import { Draft } from './draft.js';
import { imageBefore } from './packages.js';
import { beginWork, whyBusy } from './work.js';

/** Members may serve beside others of another release where the two are known to understand one another. */
export function setMvc(state: SoftwareState, input: SetMvc): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  draft.forEach('mvc', input.appliances, (appliance) => {
    if (appliance.role !== 'member') return `${appliance.id} is no member: nothing to mix there`;
    const stranger =
      input.state === 'on'
        ? membersOf(state).find((m) => !mayMeet(m.runs.release, appliance.runs.release).may)
        : undefined;
    if (stranger !== undefined) return mayMeet(stranger.runs.release, appliance.runs.release).why;
    if (appliance.mvc === (input.state === 'on')) {
      const reason = `it is ${input.state} already`;
      draft.emit({ type: 'SoftwareIgnored', command: 'mvc', appliance: appliance.id, reason });
    } else draft.emit({ type: 'MvcSet', appliance: appliance.id, state: input.state });
    return undefined;
  });
  return draft.events;
}

export function directUpgrade(state: SoftwareState, input: DirectUpgrade): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  if (input.direction === 'end') return endOfWaiting(draft);
  const { newer, older } = sidesOf(state);
  const reason = whyNotDirect(state, input.direction, newer, older);
  if (reason !== undefined) {
    draft.emit({ type: 'SoftwareRefused', command: `sp_upgrade ${input.direction}`, appliance: '', reason });
    return draft.events;
  }
  const ids = (of: readonly Appliance[]): string[] => of.map((m) => m.id);
  const { direction } = input;
  const held = direction === 'switch' ? ids(older) : direction === 'revert' ? ids(newer) : [];
  draft.emit({ type: 'UpgradeDirected', direction, held });
  for (const { id, mvc } of newer) {
    if (direction === 'switch' && !mvc) draft.emit({ type: 'MvcSet', appliance: id, state: 'on' });
    // Once all are of one release nobody needs to meet another any more.
    if (direction === 'continue' && mvc) draft.emit({ type: 'MvcSet', appliance: id, state: 'off' });
  }
  if (direction === 'revert') for (const member of newer) goBack(draft, member);
  return draft.events;
}

/** Where all are taken down at once it is nobody's turn: who is up serves. */
function endOfWaiting(draft: Draft): readonly SoftwareEvent[] {
  if (draft.state.appliances.some((a) => a.held)) draft.emit({ type: 'UpgradeDirected', direction: 'end', held: [] });
  else draft.emit({ type: 'SoftwareIgnored', command: 'sp_upgrade end', appliance: '', reason: 'nobody waits' });
  return draft.events;
}

function whyNotDirect(
  state: SoftwareState,
  direction: Exclude<DirectUpgrade['direction'], 'end'>,
  newer: readonly Appliance[],
  older: readonly Appliance[],
): string | undefined {
  const members = membersOf(state);
  const busy = members.map(whyBusy).find((reason) => reason !== undefined);
  if (direction === 'continue') {
    if (older.length > 0) {
      const ids = older.map((m) => m.id).join(', ');
      return `${ids} ${older.length === 1 ? 'is' : 'are'} not upgraded yet: upgrade what is left first`;
    }
    return busy;
  }
  if (older.length === 0) return 'all members are of one release: there is nothing to choose between';
  if (busy !== undefined) return busy;
  if (direction === 'revert') {
    const without = newer.find((m) => imageToGoBackTo(m, older) === undefined);
    return without === undefined ? undefined : `${without.id} has no image of the release before: revert to a snapshot`;
  }
  const [from, to] = [older[0] as Appliance, newer[0] as Appliance];
  const { may, why } = mayMeet(from.runs.release, to.runs.release);
  return may ? undefined : why;
}

/** Members of the newest release there is, and all others. */
function sidesOf(state: SoftwareState): { readonly newer: readonly Appliance[]; readonly older: readonly Appliance[] } {
  const members = membersOf(state);
  const newest = Math.max(...members.map((m) => rankOf(m.runs.release)));
  return {
    newer: members.filter((m) => rankOf(m.runs.release) === newest),
    older: members.filter((m) => rankOf(m.runs.release) < newest),
  };
}

function goBack(draft: Draft, member: Appliance): void {
  const image = imageToGoBackTo(member, sidesOf(draft.state).older);
  if (image !== undefined) beginWork(draft, member, { kind: 'revert', package: 0, to: image.software, smo: '' });
}

function imageToGoBackTo(member: Appliance, older: readonly Appliance[]): Appliance['snapshots'][number] | undefined {
  const [other] = older;
  return member.snapshots.findLast(
    (s) => s.of === 'image' && s.software.release === other?.runs.release && s.name === imageBefore(s.software),
  );
}
