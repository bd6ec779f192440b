import type { HypersyncEvent } from '@rehearsal/hypersync';
import type { FaultRecord } from '@rehearsal/lab-port';
import type { SecurityGroupEvent } from '@rehearsal/security-group';
import { LANES, say, type Lane, type Mood, type Said, type Words } from './said.js';
import { counted, durationText } from './text/numbers.js';
import { SOFTWARE, UPGRADE } from './words-of-upgrades.js';

export { durationText, LANES };
export type { Lane, Mood, Said };

const slotsOf = (rows: readonly (readonly number[])[]): number => rows.reduce((n, row) => n + row.length - 1, 0);
const slots = (n: number): string => counted(n, 'slot');

const REASONS: Readonly<Record<string, string>> = {
  silence: 'nothing was heard of it',
  socket: 'nobody was there to receive for it',
  replaced: 'it has begun a new life',
};
const why = (reason: string): string => REASONS[reason] ?? reason.replaceAll('_', ' ');

/** What the security group decided, as an operator says it. Null: nothing worth a line. */
const GROUP: Words<SecurityGroupEvent> = {
  Configured: (e) =>
    say('members', 'plain', `the security group is configured with ${membersAndSpares(e.config.members)}`),
  ConfigureIgnored: () => null,
  ConfigureRefused: (e) => say('members', 'bad', `a configuration is refused: ${e.reason}`),
  MemberJoined: (e) => say('members', 'good', `member ${e.member} is active`),
  MemberHeld: (e) => say('members', 'bad', `member ${e.member} is READY and waits: ${e.reason}`),
  MemberLost: (e) => say('members', 'bad', `member ${e.member} is declared lost: ${why(e.reason)}`),
  SlotsAssigned: (e) => say('slots', 'plain', `${slots(slotsOf(e.to))} that nobody served are assigned`),
  SlotsTakenOver: (e) => say('slots', 'good', `backups take over ${slots(slotsOf(e.by))}`),
  SlotsOrphaned: (e) =>
    say('slots', 'bad', `${slots(slotsOf(e.to))} of ${e.was} go on without their connections: no copy was left`),
  BackupsInStep: (e) =>
    say('copies', 'good', `${e.member} holds copies of ${slots(e.slots.length)} in step and is their backup`),
  BackupsAssumed: (e) => say('copies', 'plain', `backups of ${slots(slotsOf(e.copies))} are assumed to be in step`),
  SlotsSwapped: (e) => say('slots', 'plain', `active and backup of ${slots(e.slots.length)} change places`),
  CopiesChosen: (e) => {
    if (e.exposed.length > 0) return say('slots', 'bad', `${slots(e.exposed.length)} without a backup in step`);
    return null;
  },
  InStepRefused: (e) => say('copies', 'plain', `a copy at ${e.member} does not count: ${e.reason}`),
  GroupBalanced: () => say('slots', 'good', 'every slot is where it belongs'),
  GroupDown: () => say('members', 'bad', 'the last member is lost: nobody serves'),
  SmoChanged: (e) => say('members', 'plain', e.smo === '' ? 'there is no SMO' : `${e.smo} is the SMO`),
  OrchestratorJoined: (e) => say('orchestrators', 'good', `orchestrator ${e.orchestrator} is active`),
  OrchestratorLost: (e) =>
    say('orchestrators', 'bad', `orchestrator ${e.orchestrator} is declared lost: ${why(e.reason)}`),
  AdminSet: (e) => say('members', 'plain', `an operator sets ${e.member} ${e.state}`),
  AdminIgnored: () => null,
  AdminRefused: (e) => say('members', 'plain', `${e.member} cannot be set ${e.state}: ${e.reason}`),
  SpareAssigned: (e) =>
    say(
      'members',
      'good',
      e.reason === 'load'
        ? `spare ${e.member} is assigned: ${e.evidence['percent']} % load on the average for ${e.evidence['lastedMs']} ms`
        : `an operator assigns spare ${e.member}`,
    ),
  SpareLeaving: (e) => say('members', 'plain', `${e.member} is to leave the group`),
  SpareDetached: (e) => say('members', 'plain', `${e.member} is a spare again, and in no group`),
  SpareRefused: (e) =>
    say('members', 'bad', `${e.member === '' ? 'a spare' : e.member} cannot be ${e.wanted}: ${e.reason}`),
  AutoCloneSet: (e) => say('members', 'plain', `an operator sets auto-clone ${e.state}`),
  AutoCloneIgnored: () => null,
  RulesSet: () => say('members', 'plain', 'the group decides by other rules from now on'),
  RulesIgnored: () => null,
  DistributionChanging: (e) =>
    say(
      'policy',
      'plain',
      `the distribution is to be ${e.inside} inside and ${e.outside} outside: nothing more comes in`,
    ),
  DistributionReady: () => null,
  DistributionChanged: (e) =>
    say('policy', 'good', `the distribution is ${e.inside} inside and ${e.outside} outside from now on`),
  DistributionIgnored: () => null,
  DistributionRefused: (e) => say('policy', 'plain', `the distribution is not changed: ${e.reason}`),
  MemberReported: (e) =>
    e.problems.length === 0
      ? say('members', 'good', `${e.member} reports no problem any more`)
      : say('members', 'bad', `${e.member} reports a problem: ${e.problems.join(', ')}`),
  MemberDrained: (e) => say('members', 'plain', `${e.member} has handed everything over and is out (${e.reason})`),
  CulStarted: (e) => say('members', 'bad', `the group is under load: ${e.member} at ${e.percent} %`),
  CulExtended: () => null,
  CulStopped: () => say('members', 'good', 'the group is no longer under load'),
  StateFrozen: (e) => say('policy', 'plain', `states of members are frozen (${e.reason})`),
  StateThawed: () => say('policy', 'plain', 'states of members may change again'),
  PolicyInstallStarted: (e) =>
    say(
      'policy',
      'plain',
      `a policy${forRelease(e)} is being installed; ${counted(e.waiting.length, 'member')} to be ready`,
    ),
  PolicyReady2Finish: (e) => say('policy', 'plain', `${e.member} is ready for the policy`),
  PolicyInstalled: (e) =>
    say('policy', 'good', `the new policy${forRelease(e)} is ${e.release === undefined ? 'enforced' : 'installed'}`),
  PolicyInstallAborted: (e) => say('policy', 'bad', `the new policy${forRelease(e)} is given up: ${e.reason}`),
  PolicyInstallRefused: (e) => say('policy', 'bad', `a policy${forRelease(e)} is refused: ${e.reason}`),
  DeferralBegan: (e) =>
    say(
      'policy',
      'bad',
      `new connections of ${e.rules.join(', ')} are deferred: ${e.sharePercent} % of the group serve, less than ${e.belowPercent} %`,
    ),
  DeferralEnded: (e) => say('policy', 'good', `nothing is deferred any more: ${e.sharePercent} % of the group serve`),
};

/** What the sync coordinator decided. */
const COPIES: Words<HypersyncEvent> = {
  Configured: () => null,
  ConfigureIgnored: () => null,
  ConfigureRefused: (e) => say('copies', 'bad', `the sync coordinator refuses a configuration: ${e.reason}`),
  CopiesDue: () => null,
  CopiesIgnored: () => null,
  IteratorStarted: (e) =>
    say('copies', 'plain', `connections of ${slots(e.slots)} begin to be copied (${e.member} ${whyCopied(e.reason)})`),
  IteratorProgress: (e) => say('copies', 'plain', `${e.percent} % are copied`),
  SlotsCopied: (e) =>
    say(
      'copies',
      'plain',
      `${slots(e.slots.length)} copied from ${e.active} to ${e.member}: ${counted(e.connections, 'connection')}`,
    ),
  IteratorFinished: (e) =>
    say(
      'copies',
      e.outcome === 'finished' ? 'good' : 'plain',
      `copying ${e.outcome} after ${durationText(e.runningMs)}`,
    ),
};

function whyCopied(reason: string): string {
  return (
    { joined: 'came', lost: 'was lost', inStep: 'is in step', leaving: 'leaves', returned: 'returned' }[reason] ??
    reason
  );
}

const WORDS: Readonly<Record<string, unknown>> = { hypersync: COPIES, software: SOFTWARE, upgrade: UPGRADE };

/** What an event says to an operator; null where it says nothing worth a line. What is not known keeps its name. */
export function wordsOf(stream: string, event: { readonly type: string }): Said | null {
  const kind = stream.slice(0, stream.indexOf('.'));
  if (kind === 'run')
    return say('run', 'plain', event.type === 'Configured' ? 'the run is opened' : 'the run is closed');
  const words = (WORDS[kind] ?? GROUP) as Readonly<Record<string, (e: unknown) => Said | null>>;
  const asNamed = say('run', 'plain', event.type);
  if (!Object.hasOwn(words, event.type)) return asNamed;
  try {
    return words[event.type]!(event);
  } catch {
    // Of a version that did not write down what is said of it here.
    return asNamed;
  }
}

/** What was done to a fabric: `panic member 1_03 (rebootAfterMs 3000)`. */
export function faultText({ fault, target, detail }: FaultRecord): string {
  const said = Object.entries(detail)
    .filter(([name, value]) => name !== 'pid' && value !== null && value !== undefined)
    .map(([name, value]) =>
      name === 'principal' ? `by ${principalOf({ detail }) ?? '?'}` : `${name} ${plain(value)}`,
    );
  return `${fault} ${target}${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Who did it, as the log has them; undefined where it does not say. */
export function principalOf({ detail }: Pick<FaultRecord, 'detail'>): string | undefined {
  const name = (detail['principal'] as { readonly name?: unknown } | null | undefined)?.name;
  return name === undefined ? undefined : plain(name);
}

/** Of whose members it is to be enforced; nothing where releases make no difference. */
function forRelease({ release }: { readonly release?: { readonly name: string } | undefined }): string {
  return release === undefined ? '' : ` for ${release.name}`;
}

function membersAndSpares(all: readonly { readonly spare?: true | undefined }[]): string {
  const spares = all.filter((m) => m.spare === true).length;
  const members = counted(all.length - spares, 'member');
  return spares === 0 ? members : `${members} and ${counted(spares, 'spare')}`;
}
