import { expect } from '@jest/globals';
import type { Intent } from '@rehearsal/kernel';
import type { Software, SoftwareState } from '@rehearsal/software';
import { applianceOf, rankOf, sameSoftware, softwareInput, softwareMachine } from '@rehearsal/software';
import type { UpgradeEvent } from '../events.js';
import type { Sight, UpgradePlan } from '../inputs.js';
import { upgradeMachine } from '../machine.js';
import { A, B, planOf, T99, Upgrade } from './told.js';

interface Serving {
  readonly id: string;
  admin: 'up' | 'down';
  /** It runs: it can be heard. */
  alive: boolean;
  active: boolean;
}

const MEMBERS = [...A, ...B];
const ORCHESTRATORS = ['1_1', '1_2'];

/**
 * A small fabric that an upgrade is carried out in: the machine of software itself, and of the group what matters here,
 * which is who is down, who serves, and who may serve beside whom. Nothing in it takes longer than a turn.
 */
export class UpgradeWorld {
  readonly upgrade = new Upgrade();
  readonly serving: readonly Serving[] = MEMBERS.map((id) => ({ id, admin: 'up', alive: true, active: true }));
  autoClone: 'on' | 'off' = 'off';
  /** Where nothing comes to its end. */
  readonly slow = new Set<string>();
  /** What was refused of the present step. */
  readonly refused: string[] = [];
  software: SoftwareState = softwareMachine.initial;
  /** Installations of policy are given up. */
  policyFails = false;
  /** By rank of release, the version it was installed with. */
  private readonly policies = new Map<number, number>();
  private groupVersion = 1;
  private policyFailedAt = 0;
  private inputs = 0;

  constructor(runs: Software = T99, holdsUpgraded = false) {
    const appliances = [
      ...MEMBERS.map((id) => ({ id, role: 'member', software: runs })),
      ...ORCHESTRATORS.map((id) => ({ id, role: 'orchestrator', software: runs })),
    ];
    const config = { appliances, cloneNeedsMb: 1, cloneRoomMb: 1, holdsUpgraded };
    this.toSoftware({ type: 'configure', config });
    for (const { id } of appliances) this.boot(id);
    this.policies.set(rankOf(runs.release), this.groupVersion);
  }

  start(change: Partial<UpgradePlan> = {}): void {
    this.follow(this.upgrade.tell({ type: 'startUpgrade', plan: planOf(change), sight: this.sight() }));
  }

  resume(): void {
    this.follow(this.upgrade.resume(this.sight()));
  }

  rollBack(): void {
    this.follow(this.upgrade.rollBack(this.sight()));
  }

  /** Everything that can come to its end does, and the upgrade looks at it. */
  turn(): readonly UpgradeEvent[] {
    for (const { id, work } of this.software.appliances) {
      if (work === null || this.slow.has(id)) continue;
      this.toSoftware({ type: 'workEnded', appliance: id, work: work.since });
      const { runs, boots } = this.appliance(id);
      if (!sameSoftware(runs, boots)) {
        const member = this.serving.find((m) => m.id === id);
        if (member !== undefined) member.active = false;
        if (member?.alive !== false) this.boot(id);
      }
    }
    this.settle();
    const events = this.upgrade.sees(this.sight());
    this.follow(events);
    return events;
  }

  /** Turn by turn until nothing more comes of it. */
  run(limit = 100): void {
    for (let turn = 0; this.upgrade.state.status === 'running'; turn++) {
      if (turn === limit) throw new Error(`after ${limit} turns it was still at ${this.upgrade.now}`);
      this.turn();
    }
  }

  dies(id: string): void {
    const member = this.serving.find((m) => m.id === id) as Serving;
    member.alive = false;
    member.active = false;
  }

  returns(id: string): void {
    (this.serving.find((m) => m.id === id) as Serving).alive = true;
    this.boot(id);
    this.settle();
  }

  breaks(id: string, reason = 'no space'): void {
    this.toSoftware({ type: 'breakInstaller', appliance: id, reason });
  }

  runs(id: string): Software {
    return this.appliance(id).runs;
  }

  sight(): Sight {
    const { packages, appliances } = this.software;
    const file = this.upgrade.state.plan?.package.file;
    const number = packages.findIndex((p) => p.file === file) + 1;
    const said = (
      id: string,
    ): Pick<Sight['orchestrators'][number], 'runs' | 'boots' | 'working' | 'failure' | 'failedAt'> => {
      const { runs, boots, work, failure, failedAt } = this.appliance(id);
      return { runs, boots, working: work !== null, failure, failedAt };
    };
    return {
      members: this.serving.map(({ id, admin, active }) => {
        const { mvc, snapshots } = this.appliance(id);
        const serves = active && admin === 'up' && !this.isHeld(id);
        return { id, weight: 1, admin, active, serves, ...said(id), mvc, snapshots: snapshots.map((s) => s.name) };
      }),
      orchestrators: ORCHESTRATORS.map((id) => ({ id, active: this.appliance(id).work === null, ...said(id) })),
      exposed: this.serving.filter((m) => m.active).length < 2 ? 4 : 0,
      copying: 0,
      balanced: true,
      autoClone: this.autoClone,
      installingPolicy: false,
      package: number,
      verified: number === 0 ? [] : appliances.filter((a) => a.verified.includes(number)).map((a) => a.id),
      policy: {
        hash: 'ab',
        installed: [...this.policies].map(([rank, since]) => ({ rank, since })),
        failure: this.policyFailedAt === 0 ? '' : 'not ready within 60000 ms: 1_02',
        failedAt: this.policyFailedAt,
        frozen: false,
        version: this.groupVersion,
      },
    };
  }

  /** What the events ask of others is carried out, and what they refuse is told. */
  private follow(events: readonly UpgradeEvent[]): void {
    this.refused.length = 0;
    const { version } = this.upgrade.state;
    events.forEach((event, index) => {
      for (const intent of upgradeMachine.react(event, { stream: 'upgrade.SG1', version, index }))
        this.carryOut(intent);
    });
    this.settle();
    const [reason] = this.refused;
    if (reason !== undefined) this.upgrade.tell({ type: 'stepRefused', of: version, reason });
  }

  private carryOut({ to, input }: Intent): void {
    if (to === 'software.SG1') return this.toSoftware(input);
    expect(to).toBe('security-group.SG1');
    if (input.type === 'setAutoClone') this.autoClone = input['state'] as 'on' | 'off';
    else if (input.type === 'installPolicy') this.installPolicy(input);
    else this.setAdmin(input);
  }

  private installPolicy(input: Intent['input']): void {
    const { rank, runs } = input['release'] as { readonly rank: number; readonly runs: readonly string[] };
    this.groupVersion++;
    if (runs.length === 0) this.refused.push('nobody runs it');
    else if (this.policyFails) this.policyFailedAt = this.groupVersion;
    else this.policies.set(rank, this.groupVersion);
  }

  private setAdmin(input: Intent['input']): void {
    const member = this.serving.find((m) => m.id === input['member']) as Serving;
    const others = this.serving.some((m) => m !== member && m.active && m.admin === 'up');
    if (input['state'] === 'up') {
      if (member.admin === 'up' && !member.active) this.refused.push(`${member.id} is down because of a fault`);
      member.admin = 'up';
    } else if (member.active && !others && input['force'] !== true) {
      this.refused.push(`${member.id} is the last member that can serve`);
    } else {
      member.admin = 'down';
      member.active = false;
    }
  }

  /** Who is up comes in, the older ones first, where it may serve beside those who do. */
  private settle(): void {
    const rank = (id: string): number => rankOf(this.runs(id).release);
    for (const member of [...this.serving].sort((a, b) => rank(a.id) - rank(b.id))) {
      if (member.active || !member.alive || member.admin === 'down' || this.isHeld(member.id)) continue;
      if (!this.policies.has(rank(member.id))) continue;
      const beside = this.serving.filter((m) => m.active && rank(m.id) !== rank(member.id));
      const newer = beside.filter((m) => rank(m.id) > rank(member.id)).map((m) => m.id);
      if (newer.length < beside.length) newer.push(member.id);
      member.active = newer.every((id) => this.appliance(id).mvc);
    }
  }

  private isHeld(id: string): boolean {
    return this.appliance(id).held;
  }

  private appliance(id: string): SoftwareState['appliances'][number] {
    const found = applianceOf(this.software, id);
    if (found === undefined) throw new Error(`no appliance ${id}`);
    return found;
  }

  private boot(id: string): void {
    this.toSoftware({ type: 'booted', appliance: id, incarnation: this.appliance(id).incarnation + 1 });
  }

  private toSoftware(told: Intent['input']): void {
    this.inputs++;
    const isObserved = told.type === 'booted' || told.type === 'workEnded';
    const input = { id: `input-${this.inputs}`, at: 1, from: isObserved ? 'observation' : 'command', ...told };
    for (const event of softwareMachine.decide(this.software, softwareInput.parse(input))) {
      this.software = softwareMachine.evolve(this.software, event);
      if (event.type === 'SoftwareRefused') this.refused.push(event.reason);
    }
  }
}
