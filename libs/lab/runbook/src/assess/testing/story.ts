import type { Event } from '@rehearsal/kernel';
import { securityGroup, securityGroupInput, type SecurityGroupState } from '@rehearsal/security-group';
import { rankOf, readPackageName, softwareInput, softwareMachine, type SoftwareState } from '@rehearsal/software';
import type { CommitLine } from '../assess-log.js';

type Told = Record<string, unknown> & { readonly type: string };

const OBSERVED = new Set(['memberSeen', 'memberSilent', 'memberDrained', 'booted', 'workEnded', 'cloneDue']);
const MEMBERS = ['1_01', '1_02', '1_03', '1_04'];
/** In no group; delivered without a jumbo. */
export const SPARE = '1_05';
export const T118 = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';

/** The log of a fabric of four members as those who decide would write it, for specs: who is told what, second by second. */
export class Story {
  readonly commits: CommitLine[] = [];
  group: SecurityGroupState = securityGroup.initial;
  software: SoftwareState = softwareMachine.initial;
  /** ms since the epoch. */
  at = 0;
  #told = 0;
  readonly #lives = new Map<string, number>();

  /** All members serve, of the releases named, with their copies in step; the procedure begins a second later. */
  static settled(
    releases: readonly string[] = [],
    change: { readonly lockstep?: boolean; readonly spare?: boolean } = {},
  ): Story {
    const story = new Story();
    const { spare: hasSpare = false } = change;
    const [role, spare] = ['member', true];
    const rules = {
      drain: true,
      culThresholdPercent: 80,
      culOffMs: 10_000,
      freezeOnInstallMs: 0,
      lockstep: change.lockstep ?? true,
      installWithinMs: 60_000,
    };
    story.tellGroup({
      type: 'configure',
      config: {
        members: [...MEMBERS.map((id) => ({ id, weight: 1 })), ...(hasSpare ? [{ id: SPARE, weight: 1, spare }] : [])],
        ...(hasSpare && { autoClone: 'on' }),
        orchestrators: ['1_1'],
        slots: 16,
        placement: 'spread',
        requireInStep: true,
        rules,
      },
    });
    story.tellSoftware({
      type: 'configure',
      config: {
        appliances: [
          ...MEMBERS.map((id, i) => ({ id, role, software: { release: releases[i] ?? 'R81.20', take: 99 } })),
          ...(hasSpare ? [{ id: SPARE, role, software: { release: 'R81.20', take: 0 }, spare }] : []),
          { id: '1_1', role: 'orchestrator', software: { release: 'R81.20', take: 99 } },
        ],
        cloneNeedsMb: 10,
        cloneRoomMb: 14,
        holdsUpgraded: false,
      },
    });
    story.tellSoftware({ type: 'importPackage', ...readPackageName(T118) });
    story.boots('1_1');
    for (const id of MEMBERS) story.boots(id).joins(id);
    story.at = 10_000;
    return story;
  }

  backedUp(): this {
    return this.tellSoftware({ type: 'takeSnapshot', name: 'before', of: 'configuration', appliances: ['1_01'] });
  }

  /** Taken down, and out once they have handed over. */
  down(...ids: readonly string[]): this {
    for (const member of ids) this.tellGroup({ type: 'setAdmin', member, state: 'down' });
    this.copied();
    for (const member of ids) {
      const incarnation = this.#lives.get(member);
      const { version } = this.group;
      this.tellGroup({ type: 'memberDrained', member, incarnation, orchestrator: '1_1', version });
    }
    return this;
  }

  up(...ids: readonly string[]): this {
    for (const member of ids) this.tellGroup({ type: 'setAdmin', member, state: 'up' });
    for (const member of ids) this.joins(member);
    return this;
  }

  /** Installed to the end and the reboot, twenty minutes later. */
  installed(...ids: readonly string[]): this {
    this.tellSoftware({ type: 'installPackage', package: 1, as: 'install', appliances: ids });
    this.at += 1_200_000;
    for (const id of ids) this.ends(id);
    for (const id of ids) this.boots(id);
    return this;
  }

  ends(appliance: string, failure?: string): this {
    const work = this.software.appliances.find((a) => a.id === appliance)?.work?.since;
    return this.tellSoftware({ type: 'workEnded', appliance, work, ...(failure !== undefined && { failure }) });
  }

  boots(appliance: string): this {
    const incarnation = (this.software.appliances.find((a) => a.id === appliance)?.incarnation ?? 0) + 1;
    return this.tellSoftware({ type: 'booted', appliance, incarnation });
  }

  joins(member: string): this {
    return this.sees(member).copied();
  }

  /** It joins, may serve beside members of any release, and nothing is copied to it yet. */
  sees(member: string): this {
    const incarnation = (this.#lives.get(member) ?? 0) + 1;
    this.#lives.set(member, incarnation);
    const rank = rankOf(this.software.appliances.find((a) => a.id === member)?.runs.release ?? '');
    const said = { rank, mixes: true, evidence: {} };
    return this.tellGroup({ type: 'memberSeen', member, incarnation, orchestrator: '1_1', ...said });
  }

  /** It goes without a word. */
  falls(member: string): this {
    const incarnation = this.#lives.get(member);
    return this.tellGroup({ type: 'memberSilent', member, incarnation, reason: 'silence', evidence: { missed: 3 } });
  }

  /** All copies under way come in step. */
  copied(): this {
    for (let slot = 0; (slot = this.group.joining.findIndex((to) => to !== 0)) >= 0;) {
      const { active, joining, members, version } = this.group;
      const [from, to] = [members[active[slot]! - 1]!, members[joining[slot]! - 1]!];
      this.tellGroup({
        type: 'inStep',
        member: to.id,
        incarnation: to.incarnation,
        active: from.id,
        activeIncarnation: from.incarnation,
        slots: active.flatMap((by, s) => (by === active[slot] && joining[s] === joining[slot] ? [s] : [])),
        version,
      });
    }
    return this;
  }

  tellGroup(told: Told): this {
    const events = securityGroup.decide(this.group, securityGroupInput.parse(this.#input(told)));
    for (const event of events) this.group = securityGroup.evolve(this.group, event);
    return this.#commit('security-group.SG1', events);
  }

  tellSoftware(told: Told): this {
    const events = softwareMachine.decide(this.software, softwareInput.parse(this.#input(told)));
    for (const event of events) this.software = softwareMachine.evolve(this.software, event);
    return this.#commit('software.SG1', events);
  }

  #input(told: Told): Told {
    const from = told.type === 'inStep' ? 'intent' : OBSERVED.has(told.type) ? 'observation' : 'command';
    return { id: `input-${++this.#told}`, at: this.at, from, ...told };
  }

  #commit(stream: string, events: readonly Event[]): this {
    if (events.length > 0) this.commits.push({ stream, events, time: { ms: this.at } });
    this.at += 10;
    return this;
  }
}
