import type { PolicyInstalled, SecurityGroupEvent, SlotsByMember } from './events.js';
import type { GroupConfig } from './inputs.js';
import type { Member, Orchestrator, ReleasePolicy, SecurityGroupState, SlotTable } from './state.js';
import { activeMembers, isFit, memberNumber, NO_CHANGE, NO_DEFERRAL, NO_INSTALL, ranksServing } from './state.js';

type Changing<T> = { -readonly [K in keyof T]: T[K] };
type Column = keyof SlotTable;

/**
 * A state that events are applied to in turn. The state it began with stays as it was: what changes
 * is copied at its first change, and only once however many events follow.
 */
export class Edit {
  /** As the events so far left it; changes with the next. */
  readonly state: SecurityGroupState;
  readonly #state: Changing<SecurityGroupState>;
  readonly #own = new Set<Column>();

  constructor(state: SecurityGroupState) {
    this.#state = { ...state };
    this.state = this.#state;
  }

  /** Returns false, and changes nothing, for an event it does not know. */
  apply(event: SecurityGroupEvent): boolean {
    const state = this.#state;
    switch (event.type) {
      case 'Configured':
        this.#configured(event.config);
        break;
      case 'MemberJoined': {
        const { incarnation, version, problems = [], rank, mixes } = event;
        const release = rank === undefined ? {} : { rank, mixes: mixes === true };
        const joined = { incarnation, status: 'active', joinedAt: version, problems, ...release } as const;
        state.members = withMember(state, event.member, joined);
        // What the first come up with is made for them: it is the releases that come later that need one of their own.
        if (rank !== undefined && state.policies.length === 0) {
          state.policies = [{ hash: state.policyHash, rank, since: version }];
        }
        state.rebalancing = true;
        if (state.install.hash !== '') {
          const waiting = [...state.install.waiting, memberNumber(state, event.member)];
          state.install = { ...state.install, waiting };
        }
        this.#awaitAnew(memberNumber(state, event.member));
        break;
      }
      case 'MemberHeld':
        state.members = withMember(state, event.member, { heldIncarnation: event.incarnation });
        break;
      case 'MemberLost':
        this.#out(event.member, event.version, false);
        break;
      case 'MemberDrained':
        this.#out(event.member, event.version, true);
        break;
      case 'AdminSet':
        this.#change(event.member, { admin: event.state });
        break;
      case 'SpareAssigned':
        state.members = withMember(state, event.member, { spare: 'assigned', assignedAt: event.version });
        if (state.autoscaleRefused === true) state.autoscaleRefused = false;
        break;
      case 'SpareLeaving':
        this.#change(event.member, { spare: 'leaving' });
        break;
      case 'SpareDetached':
        state.members = withMember(state, event.member, { spare: 'free', admin: 'up', problems: [] });
        break;
      case 'SpareRefused':
        if (event.by === 'load') state.autoscaleRefused = true;
        break;
      case 'AutoCloneSet':
        state.autoClone = event.state;
        if (state.autoscaleRefused === true) state.autoscaleRefused = false;
        break;
      case 'RulesSet':
        state.rules = event.rules;
        state.requireInStep = event.requireInStep;
        break;
      case 'DistributionChanging': {
        const { inside, outside, version } = event;
        const waiting = event.waiting.map((id) => memberNumber(state, id));
        state.nextDistribution = { inside, outside, saidSince: version, since: version, waiting };
        break;
      }
      case 'DistributionReady':
        this.#isReady(memberNumber(state, event.member));
        break;
      case 'DistributionChanged': {
        const { inside, outside, version } = event;
        state.distribution = { inside, outside, since: version };
        state.nextDistribution = NO_CHANGE;
        break;
      }
      case 'MemberReported':
        this.#change(event.member, {
          problems: event.problems,
          ...(event.mixes !== undefined && { mixes: event.mixes }),
        });
        break;
      case 'SlotsAssigned':
        this.#activate(event.to, event.version);
        break;
      case 'SlotsOrphaned':
        this.#activate(event.to, event.version);
        this.#awaitAllAnew(event.version);
        break;
      case 'SlotsTakenOver':
        this.#activate(event.by, event.version);
        break;
      case 'BackupsInStep':
        this.#backUp(memberNumber(state, event.member), event.slots, 0);
        break;
      case 'BackupsAssumed':
        for (const row of event.copies) this.#backUp(row[0] as number, row, 1);
        break;
      case 'SlotsSwapped':
        this.#swap(event.slots, event.version);
        break;
      case 'CopiesChosen':
        this.#copyTo(event.copies, event.version);
        break;
      case 'GroupBalanced':
      case 'GroupDown':
        state.rebalancing = false;
        break;
      case 'SmoChanged':
        state.smo = memberNumber(state, event.smo);
        break;
      case 'OrchestratorJoined': {
        const joined = { incarnation: event.incarnation, status: 'active' } as const;
        state.orchestrators = withOrchestrator(state, event.orchestrator, joined);
        break;
      }
      case 'OrchestratorLost':
        state.orchestrators = withOrchestrator(state, event.orchestrator, { status: 'out' });
        break;
      case 'CulStarted':
      case 'CulExtended':
        state.culOffAt = event.offAt;
        break;
      case 'CulStopped':
        state.culOffAt = 0;
        break;
      case 'StateFrozen':
        state.frozenUntil = event.until;
        break;
      case 'StateThawed':
        state.frozenUntil = 0;
        break;
      case 'PolicyInstallStarted': {
        const waiting = event.waiting.map((id) => memberNumber(state, id));
        const { hash, release, until, deferrable } = event;
        const smo = memberNumber(state, event.smo);
        const more = { ...(release !== undefined && { release }), ...(deferrable !== undefined && { deferrable }) };
        state.install = { hash, ...more, smo, until, waiting };
        break;
      }
      case 'PolicyReady2Finish':
        this.#noLongerWaiting(event.member);
        break;
      case 'PolicyInstalled':
        state.policyHash = event.hash;
        state.policies = withPolicy(state.policies, event);
        state.deferral = { ...state.deferral, rules: this.#deferrable(event) };
        state.install = NO_INSTALL;
        break;
      case 'PolicyInstallAborted':
        state.install = NO_INSTALL;
        state.givenUp = { reason: event.reason, version: event.version };
        break;
      case 'DeferralBegan':
        state.deferral = { ...state.deferral, isOn: true };
        break;
      case 'DeferralEnded':
        state.deferral = { ...state.deferral, isOn: false };
        break;
      case 'ConfigureIgnored':
      case 'ConfigureRefused':
      case 'InStepRefused':
      case 'AdminIgnored':
      case 'AdminRefused':
      case 'AutoCloneIgnored':
      case 'RulesIgnored':
      case 'DistributionIgnored':
      case 'DistributionRefused':
      case 'PolicyInstallRefused':
        break;
      default:
        return unknown(event);
    }
    state.version = event.version;
    return true;
  }

  #column(name: Column): number[] {
    if (!this.#own.has(name)) {
      this.#own.add(name);
      this.#state[name] = this.#state[name].slice();
    }
    return this.#state[name] as number[];
  }

  #configured(config: GroupConfig): void {
    const state = this.#state;
    state.placement = config.placement;
    state.requireInStep = config.requireInStep;
    state.members = config.members.map(({ id, weight, spare }) => ({
      id,
      weight,
      incarnation: 0,
      status: 'out',
      joinedAt: 0,
      lostAt: 0,
      admin: 'up',
      drained: false,
      problems: [],
      ...(spare === true && { spare: 'free' as const }),
    }));
    const { inside = 'general', outside = 'general' } = config.interfaces ?? {};
    state.distribution = { inside, outside, since: 0 };
    state.nextDistribution = NO_CHANGE;
    state.rules = config.rules;
    state.autoClone = config.autoClone ?? 'off';
    state.deferral = { ...NO_DEFERRAL, rules: config.deferrable ?? [] };
    state.culOffAt = 0;
    state.frozenUntil = 0;
    state.install = NO_INSTALL;
    state.givenUp = { reason: '', version: 0 };
    state.policies = [];
    state.policyHash = '';
    state.orchestrators = config.orchestrators.map((id) => ({ id, incarnation: 0, status: 'out' }));
    state.smo = 0;
    state.rebalancing = false;
    state.active = nobody(config.slots);
    state.backup = nobody(config.slots);
    state.joining = nobody(config.slots);
    state.epoch = nobody(config.slots);
    state.joiningSince = nobody(config.slots);
  }

  /** The member serves nothing from now on and holds nothing. */
  #out(member: string, version: number, drained: boolean): void {
    const state = this.#state;
    state.members = withMember(state, member, { status: 'out', lostAt: version, drained });
    this.#dropCopiesOf(memberNumber(state, member));
    this.#noLongerWaiting(member);
    this.#isReady(memberNumber(state, member));
  }

  /** A member that becomes fit again is given its share, as one that joins. */
  #change(member: string, change: Partial<Member>): void {
    const state = this.#state;
    const at = memberNumber(state, member) - 1;
    const wasFit = isFit(state.members[at] as Member);
    state.members = withMember(state, member, change);
    if (!wasFit && isFit(state.members[at] as Member)) state.rebalancing = true;
  }

  /** Where a policy is installed for one release beside others, the rules of the others stay. */
  #deferrable({ release }: PolicyInstalled): readonly string[] {
    const { deferral, install } = this.#state;
    const added = install.deferrable ?? [];
    const isOnly = release === undefined || ranksServing(this.#state).every((rank) => rank === release.rank);
    return isOnly ? added : [...new Set([...deferral.rules, ...added])];
  }

  #noLongerWaiting(member: string): void {
    const { install } = this.#state;
    const number = memberNumber(this.#state, member);
    if (!install.waiting.includes(number)) return;
    this.#state.install = { ...install, waiting: install.waiting.filter((n) => n !== number) };
  }

  /** The member has something at home of which it is not known whether it is ready for the next distribution. */
  #awaitAnew(member: number): void {
    const { nextDistribution: next } = this.#state;
    if (next.since === 0 || member === 0 || next.waiting.includes(member)) return;
    this.#state.nextDistribution = { ...next, waiting: [...next.waiting, member] };
  }

  /** What members had told one another is lost in part: all say again that they are ready. */
  #awaitAllAnew(version: number): void {
    const { nextDistribution: next } = this.#state;
    if (next.since === 0) return;
    this.#state.nextDistribution = { ...next, saidSince: version, waiting: activeMembers(this.#state) };
  }

  #isReady(member: number): void {
    const { nextDistribution: next } = this.#state;
    if (!next.waiting.includes(member)) return;
    this.#state.nextDistribution = { ...next, waiting: next.waiting.filter((n) => n !== member) };
  }

  #dropCopiesOf(lost: number): void {
    const backup = this.#column('backup');
    const joining = this.#column('joining');
    const joiningSince = this.#column('joiningSince');
    for (let slot = 0; slot < backup.length; slot++) {
      if (backup[slot] === lost) backup[slot] = 0;
      if (joining[slot] === lost) {
        joining[slot] = 0;
        joiningSince[slot] = 0;
      }
    }
  }

  /** A new active member; a copy to a third member that was under way goes on, from the new one. */
  #activate(rows: SlotsByMember, version: number): void {
    const active = this.#column('active');
    const backup = this.#column('backup');
    const joining = this.#column('joining');
    const joiningSince = this.#column('joiningSince');
    const epoch = this.#column('epoch');
    for (const row of rows) {
      const member = row[0] as number;
      this.#awaitAnew(member);
      for (let i = 1; i < row.length; i++) {
        const slot = row[i] as number;
        active[slot] = member;
        backup[slot] = 0;
        epoch[slot] = version;
        if (joining[slot] === member) {
          joining[slot] = 0;
          joiningSince[slot] = 0;
        }
      }
    }
  }

  /** `slots` from index `first` on. */
  #backUp(member: number, slots: readonly number[], first: number): void {
    const backup = this.#column('backup');
    const joining = this.#column('joining');
    const joiningSince = this.#column('joiningSince');
    for (let i = first; i < slots.length; i++) {
      const slot = slots[i] as number;
      backup[slot] = member;
      joining[slot] = 0;
      joiningSince[slot] = 0;
    }
  }

  #swap(slots: readonly number[], version: number): void {
    const active = this.#column('active');
    const backup = this.#column('backup');
    const epoch = this.#column('epoch');
    for (const slot of slots) {
      const was = active[slot] as number;
      active[slot] = backup[slot] as number;
      this.#awaitAnew(active[slot]);
      backup[slot] = was;
      epoch[slot] = version;
    }
  }

  #copyTo(rows: SlotsByMember, version: number): void {
    const before = this.#state.joining;
    const beforeSince = this.#state.joiningSince;
    const joining = nobody(before.length);
    const joiningSince = nobody(before.length);
    for (const row of rows) {
      const member = row[0] as number;
      for (let i = 1; i < row.length; i++) {
        const slot = row[i] as number;
        joining[slot] = member;
        joiningSince[slot] = before[slot] === member ? (beforeSince[slot] as number) : version;
      }
    }
    this.#own.add('joining').add('joiningSince');
    this.#state.joining = joining;
    this.#state.joiningSince = joiningSince;
  }
}

function unknown(_event: never): boolean {
  return false;
}

function nobody(slots: number): number[] {
  return new Array<number>(slots).fill(0);
}

function withMember(state: SecurityGroupState, id: string, change: Partial<Member>): readonly Member[] {
  return state.members.map((m) => (m.id === id ? { ...m, ...change } : m));
}

/** By rank. A policy of no release is for all there are. */
function withPolicy(
  policies: readonly ReleasePolicy[],
  { hash, release, version }: PolicyInstalled,
): readonly ReleasePolicy[] {
  if (release === undefined) return policies.map(({ rank }) => ({ hash, rank, since: version }));
  const { rank } = release;
  return [...policies.filter((p) => p.rank !== rank), { hash, rank, since: version }].sort((a, b) => a.rank - b.rank);
}

function withOrchestrator(
  state: SecurityGroupState,
  id: string,
  change: Partial<Orchestrator>,
): readonly Orchestrator[] {
  return state.orchestrators.map((o) => (o.id === id ? { ...o, ...change } : o));
}
