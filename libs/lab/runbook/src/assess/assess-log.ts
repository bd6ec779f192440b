import type { Event } from '@rehearsal/kernel';
import type { SecurityGroupEvent, SecurityGroupState } from '@rehearsal/security-group';
import { exposedSlots, isDetached, isFit, securityGroup } from '@rehearsal/security-group';
import type { SoftwareEvent, SoftwareState } from '@rehearsal/software';
import { compareSoftware, mayMeet, membersOf, softwareMachine, softwareText } from '@rehearsal/software';
import type { CapacityInterval, LogAssessment, RuleId, RuleOutcome } from './rules.js';
import { RULES } from './rules.js';
import { speechOf, type Speech } from './speech.js';
import { undoneAtEnd, type EndOfProcedure } from './undone.js';

/** A commit as far as this looks at it. */
export interface CommitLine {
  readonly stream: string;
  readonly events: readonly Event[];
  readonly time: { readonly ms: number };
}

export interface Stretch {
  /** ms since the epoch: the procedure begins and ends; what was before and comes after is not its doing. */
  readonly from: number;
  readonly to: number;
  readonly capacityFloorPercent: number;
  /** Members that were found with another policy than the SMO at its end. */
  readonly otherPolicy?: readonly string[];
  /** How what is left undone is said; in documented words by default. */
  readonly speech?: Speech;
}

/** Holds a stretch of a fabric's log to the rules, and says what is not as it should be at its end. */
export function assessLog(commits: Iterable<CommitLine>, stretch: Stretch): LogAssessment {
  const assessor = new Assessor(stretch);
  for (const commit of commits) assessor.take(commit);
  return assessor.outcome();
}

/** Where members take over from others there are fewer for a moment, and no slot goes unserved. */
const HAND_OVER_MS = 1000;

type Began = EndOfProcedure['began'];

class Assessor {
  readonly #stretch: Stretch;
  #group: SecurityGroupState = securityGroup.initial;
  #software: SoftwareState = softwareMachine.initial;
  #began: Began | undefined;
  readonly #broken = new Map<RuleId, { readonly when: number; readonly why: string }>();
  readonly #capacity: { from: number; share: number; isCutOff: boolean }[] = [];
  /** Orchestrators that forward nothing. */
  readonly #away = new Set<string>();
  #backedUp = false;
  #installed = false;
  #cloned = false;
  /** Members that took an image of the SMO that is older than what they ran. */
  readonly #wentBack = new Map<string, string>();
  /** New in the group, which they have not joined yet: nothing was installed on them, and cloning is meant for them. */
  readonly #fresh = new Set<string>();

  constructor(stretch: Stretch) {
    this.#stretch = stretch;
  }

  take({ stream, events, time: { ms } }: CommitLine): void {
    if (ms > this.#stretch.to) return;
    const counts = ms >= this.#stretch.from;
    if (counts) this.#begin();
    const kind = stream.slice(0, stream.indexOf('.'));
    for (const event of events) {
      if (kind === 'security-group') this.#onGroup(event as SecurityGroupEvent, ms, counts);
      else if (kind === 'software') this.#onSoftware(event as SoftwareEvent, ms, counts);
    }
    if (counts) this.#look(ms);
  }

  outcome(): LogAssessment {
    const began = this.#begin();
    this.#lookAtCapacity();
    const { otherPolicy = [], speech = speechOf([]), to } = this.#stretch;
    if (otherPolicy.length > 0) {
      this.#break('policy-differs', to, `at the end ${otherPolicy.join(', ')} had another policy than the SMO`);
    }
    const rules = (Object.keys(RULES) as RuleId[]).map((rule): RuleOutcome => {
      const broken = this.#broken.get(rule);
      return { rule, held: broken === undefined, when: broken?.when ?? null, why: broken?.why ?? RULES[rule] };
    });
    const undone = undoneAtEnd({
      began,
      group: this.#group,
      software: this.#software,
      cloned: this.#cloned,
      wentBack: this.#wentBack,
      backedUp: this.#backedUp,
      installed: this.#installed,
      otherPolicy,
      speech,
    });
    return { rules, undone, capacity: this.#intervals() };
  }

  #begin(): Began {
    if (this.#began !== undefined) return this.#began;
    this.#capacity.push({ from: this.#stretch.from, ...this.#share() });
    this.#began = { group: this.#group, software: this.#software };
    return this.#began;
  }

  #onGroup(event: SecurityGroupEvent, ms: number, counts: boolean): void {
    const before = this.#group;
    this.#group = securityGroup.evolve(before, event);
    if (event.type === 'SpareAssigned') this.#fresh.add(event.member);
    else if (event.type === 'MemberJoined') this.#fresh.delete(event.member);
    if (!counts) return;
    this.#cloned ||= this.#group.autoClone === 'on';
    const { install } = before;
    if (event.type === 'PolicyInstalled') {
      const rank = event.release?.rank;
      // Who runs another release is not to enforce it.
      const late = install.waiting
        .map((number) => before.members[number - 1])
        .filter((m) => rank === undefined || m?.rank === rank)
        .map((m) => m?.id);
      if (late.length > 0) this.#break('policy-differs', ms, `a policy was enforced before ${late.join(', ')} had it`);
    }
    const exposed = exposedSlots(before).length;
    if (event.type === 'SlotsOrphaned')
      this.#break('redundancy', ms, `slots of ${event.was} were lost: no copy was left`);
    const goes = (event.type === 'AdminSet' && event.state === 'down') || event.type === 'MemberLost';
    if (goes && exposed > 0) {
      this.#break('redundancy', ms, `${event.member} went while ${exposed} slots had no copy in step`);
    }
    if (event.type === 'MemberLost' && before.active.includes(numberOf(before, event.member))) {
      this.#break('drained', ms, `${event.member} left with slots that it served (${event.reason})`);
    }
    if (event.type === 'MemberJoined') this.#meet(ms);
    if (event.type === 'AdminSet' && event.state === 'up') this.#letIn(event.member, ms);
  }

  #onSoftware(event: SoftwareEvent, ms: number, counts: boolean): void {
    const before = this.#software.appliances;
    this.#software = softwareMachine.evolve(this.#software, event);
    this.#follow(event);
    if (event.type === 'ApplianceReplaced') this.#fresh.add(event.appliance);
    if (!counts) return;
    if (event.type === 'SoftwareRefused' && this.#whyStrangers() === event.reason) {
      this.#break('version-pair', ms, `${event.appliance} was to serve beside others: ${event.reason}`);
    }
    if (event.type === 'SnapshotTaken' && !this.#installed && !event.name.startsWith('before_upgrade_of_')) {
      this.#backedUp = true;
    }
    if (event.type !== 'WorkBegun') return;
    if (event.kind === 'clone') {
      if (this.#fresh.has(event.appliance)) return;
      const own = before.find((a) => a.id === event.appliance);
      // To have members take what is newer is how cloning is used on purpose.
      if (own === undefined || compareSoftware(event.to, own.runs) >= 0) return;
      const image = softwareText(event.to);
      this.#wentBack.set(event.appliance, image);
      this.#break('cloning-on', ms, `${event.appliance} took the image of ${event.smo} and went to ${image}`);
      return;
    }
    this.#wentBack.delete(event.appliance);
    this.#installed = true;
    if (this.#group.autoClone === 'on') {
      this.#break('cloning-on', ms, `${event.kind} began on ${event.appliance} while image cloning was on`);
    }
  }

  /** An orchestrator forwards nothing from the beginning of its work until it has rebooted, even where the work has failed. */
  #follow(event: SoftwareEvent): void {
    const isBegun = event.type === 'WorkBegun';
    if (!isBegun && event.type !== 'ApplianceBooted') return;
    const { role } = this.#software.appliances.find((a) => a.id === event.appliance)!;
    if (isBegun && role === 'orchestrator') this.#away.add(event.appliance);
    else this.#away.delete(event.appliance);
  }

  /** Why members of two releases that there are may not serve together; undefined where all may. */
  #whyStrangers(): string | undefined {
    const releases = [...new Set(membersOf(this.#software).map((a) => a.runs.release))];
    const meetings = releases.flatMap((one, i) => releases.slice(i + 1).map((other) => mayMeet(one, other)));
    return meetings.find(({ may }) => !may)?.why;
  }

  /** A member that is let in among others of a release that its own is not known to understand. */
  #letIn(id: string, ms: number): void {
    const runs = new Map(this.#software.appliances.map((a) => [a.id, a.runs.release]));
    const own = runs.get(id);
    if (own === undefined) return;
    for (const member of this.#group.members.filter((m) => m.status === 'active' && m.id !== id)) {
      const other = runs.get(member.id) ?? own;
      const { may, why } = mayMeet(own, other);
      if (!may) this.#break('version-pair', ms, `${id} with ${own} was let in among members with ${other}: ${why}`);
    }
  }

  /** Members that serve, of two releases that are not known to understand one another. */
  #meet(ms: number): void {
    const runs = new Map(this.#software.appliances.map((a) => [a.id, a.runs.release]));
    const [first, ...others] = [
      ...new Set(this.#group.members.filter((m) => m.status === 'active').map((m) => runs.get(m.id) ?? '')),
    ];
    for (const other of others) {
      const meeting = mayMeet(first ?? '', other);
      if (!meeting.may)
        this.#break('version-pair', ms, `${first} and ${other} served beside one another: ${meeting.why}`);
    }
  }

  #look(ms: number): void {
    const { share, isCutOff } = this.#share();
    // Clocks of those who decide differ a little; time goes on all the same.
    const from = Math.max(ms, this.#capacity.at(-1)?.from ?? ms);
    if (share !== this.#capacity.at(-1)?.share) this.#capacity.push({ from, share, isCutOff });
  }

  /** Nobody serves whom no orchestrator reaches. */
  #share(): { readonly share: number; readonly isCutOff: boolean } {
    const orchestrators = this.#software.appliances.filter((a) => a.role === 'orchestrator');
    const isCutOff = orchestrators.length > 0 && orchestrators.every((a) => this.#away.has(a.id));
    return { share: isCutOff ? 0 : shareOf(this.#group), isCutOff };
  }

  /** The first stretch with too little, longer than members take to hand over to one another. */
  #lookAtCapacity(): void {
    const floor = this.#stretch.capacityFloorPercent;
    let below: CapacityInterval | undefined;
    let isCutOff = false;
    for (const [i, { from, to, share }] of this.#intervals().entries()) {
      isCutOff = (below !== undefined && isCutOff) || this.#capacity[i]!.isCutOff;
      if (share >= floor) below = undefined;
      else below = { from: below?.from ?? from, to, share: Math.min(below?.share ?? share, share) };
      if (below === undefined || below.to - below.from < HAND_OVER_MS) continue;
      const why = isCutOff ? ': no orchestrator forwarded anything' : '';
      this.#break('capacity', below.from, `${below.share} % of the group served, and ${floor} % are asked for${why}`);
    }
  }

  #break(rule: RuleId, when: number, why: string): void {
    if (!this.#broken.has(rule)) this.#broken.set(rule, { when, why });
  }

  #intervals(): CapacityInterval[] {
    return this.#capacity.map(({ from, share }, i) => ({
      from,
      to: this.#capacity[i + 1]?.from ?? this.#stretch.to,
      share,
    }));
  }
}

function numberOf(state: SecurityGroupState, id: string): number {
  return state.members.findIndex((m) => m.id === id) + 1;
}

/** Who leaves serves until it has handed over. */
function shareOf({ members, active }: SecurityGroupState): number {
  const serves = new Set(active);
  const sum = (of: readonly { readonly weight: number }[]): number =>
    of.reduce((total, { weight }) => total + weight, 0);
  const total = sum(members.filter((m) => !isDetached(m)));
  const serving = members.filter((m, i) => isFit(m) || serves.has(i + 1));
  return total === 0 ? 0 : Math.floor((100 * sum(serving)) / total);
}
