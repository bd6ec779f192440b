import type { ReleaseRun } from '@rehearsal/appliance';
import type { Cancel, Command, CommandReply, Runtime, Settings } from '@rehearsal/kernel';
import { principalOf } from '@rehearsal/kernel';
import type { BeatState, MemberBeat } from '@rehearsal/protocol';
import { BEAT } from '@rehearsal/protocol';
import type { MemberState, SecurityGroupState } from '@rehearsal/security-group';
import { isLeaving, memberState } from '@rehearsal/security-group';
import { carryOut } from './inner-life-commands.js';
import { CriticalDevices } from './inner-life-pnotes.js';
import type { Configuration } from './inner-life-config.js';
import { configurationHash, differencesOf } from './inner-life-config.js';
import { ProcessorLoad } from './inner-life-load.js';
import { MemoryLeak } from './inner-life-memory.js';
import { PolicyInstall } from './inner-life-policy.js';
import { PolicyRequests } from './inner-life-policy-requests.js';

/** What the member's role lets its inner life do. */
export interface InnerLifeHost {
  readonly rt: Runtime;
  readonly settings: Settings;
  readonly stream: string;
  /** Own configuration, which is to be that of all members. */
  readonly configuration: Configuration;
  /** Own number. */
  readonly me: number;
  state(): SecurityGroupState;
  lifeState(): 'INIT' | 'READY' | 'ACTIVE';
  /** Of its software; 0 where releases make no difference. */
  rank(): number;
  release(name?: string): ReleaseRun | undefined;
  /** Of the fabric file. */
  readonly policyOfFile: unknown;
  policy(): unknown;
  enforce(policy: unknown): void;
  /** All that the data plane holds is gone, and nothing more is answered. */
  clearDataPlane(): void;
  /** Begins a new life under a new incarnation. */
  newLife(): void;
  /** Takes policy and configuration, then asks in. */
  comeUp(): void;
  heartbeat(): void;
  /** Nothing is held here that is not elsewhere too, and nothing is on its way. */
  isEmptyHanded(): boolean;
  /** All at home here is ready for the next distribution. */
  isSpreadReady(): boolean;
  connections(): number;
}

/** `running`: serves or could; `stopped`: by `cpstop`; `crashed`: waits to be started again. */
type DataPlane = 'running' | 'stopped' | 'crashed';

type Args = Readonly<Record<string, unknown>>;
type Done = (reply: CommandReply) => void;

/**
 * What goes on inside a member: its critical devices, its processor and memory, whether its data
 * plane runs, what operators and the lab tell it. The role serves packets; this says whether it may.
 */
export class InnerLife {
  readonly devices: CriticalDevices;
  readonly load: ProcessorLoad;
  readonly memory: MemoryLeak;
  readonly install: PolicyInstall;
  readonly requests: PolicyRequests;
  private plane: DataPlane = 'running';
  /** The crash of the data plane has been noticed. */
  private crashSeen = false;
  /** It has said that it has no policy of its release. */
  private waitsForPolicy = false;
  /** The life that was stopped or crashed has not been followed by a new one. */
  private lifeOver = false;
  private cpuPercent = 0;
  /** Who the present configuration was compared with last, and what differs from there. */
  private compared: { from: string; differs: readonly string[] } = { from: '', differs: [] };
  private restart: Cancel | undefined;
  private noticing: Cancel | undefined;
  private configurationHash: string;
  private readonly host: InnerLifeHost;

  constructor(host: InnerLifeHost) {
    this.host = host;
    this.configurationHash = configurationHash(host.configuration);
    const { rt, settings } = host;
    this.devices = new CriticalDevices(rt, () => host.heartbeat());
    this.load = new ProcessorLoad(rt);
    this.memory = new MemoryLeak(rt, settings, () => void this.crash('memory_exhausted'));
    this.install = new PolicyInstall({
      rt,
      state: () => host.state(),
      file: host.policyOfFile,
      rank: () => host.rank(),
      current: () => host.policy(),
      enforce: (policy) => host.enforce(policy),
      beat: () => host.heartbeat(),
    });
    this.requests = new PolicyRequests({
      rt,
      stream: host.stream,
      state: () => host.state(),
      release: (name) => host.release(name),
      offer: (held) => this.install.offer(held),
    });
  }

  /** No packet, no copy and no table is taken while this is so. */
  get isDown(): boolean {
    return this.plane !== 'running';
  }

  /** To be called once a heartbeat. */
  measure(): void {
    this.cpuPercent = this.load.measure();
    this.host.rt.count('cpu_percent_now', this.cpuPercent);
  }

  beat(): Omit<MemberBeat, 'rank' | 'mixes'> {
    const { host } = this;
    return {
      state: this.says(),
      connections: host.connections(),
      problems: this.devices.mask,
      drained: !this.isDown && isLeaving(host.state(), host.me) && host.isEmptyHanded(),
      cpuPercent: this.cpuPercent,
      ready: this.install.ready,
      spreadReady: !this.isDown && host.isSpreadReady(),
    };
  }

  /** A new life has begun: it comes up unless it was told to stay down. */
  onNewLife(): void {
    this.lifeOver = false;
    this.install.clear();
    if (!this.isDown) this.host.comeUp();
  }

  /** What the SMO handed out with its policy: whoever comes up looks whether it is set up alike. */
  tookConfiguration(configuration: unknown, from: string): void {
    const differs = configuration === undefined ? [] : differencesOf(this.host.configuration, configuration);
    this.compared = { from, differs };
    if (differs.length > 0) this.host.rt.note('warn', 'configuration_differs', { from, differs });
  }

  onState(): void {
    if (this.isDown) return;
    this.install.onState();
    this.judgePolicy();
  }

  /** Another policy is enforced here now. */
  enforced(): void {
    this.install.enforced();
    this.judgePolicy();
  }

  /** A member that serves is told by the group when to enforce another; one that comes up has its own first (fidelity: F-POLICY-MISSING). */
  private judgePolicy(): void {
    const { host, install } = this;
    if (host.rank() === 0) return;
    const { lacksOwn, isOwn } = install;
    const staysDown = host.settings['policy.missing'] === 'down';
    const waits = lacksOwn ? staysDown : !isOwn && host.lifeState() !== 'ACTIVE';
    if (waits === this.waitsForPolicy || !(waits || isOwn)) return;
    this.waitsForPolicy = waits;
    this.devices.report('Policy', waits ? 'problem' : 'ok');
  }

  settingsChanged(): void {
    this.configurationHash = configurationHash(this.host.configuration);
  }

  stop(): void {
    this.restart?.();
    this.noticing?.();
    this.devices.stop();
    this.memory.free();
    this.install.clear();
  }

  /** Own state as the vendor names it; a stopped member has none to speak of. */
  word(): MemberState | 'HA module not started.' {
    const { host } = this;
    if (this.plane === 'stopped') return 'HA module not started.';
    const state = host.state();
    const self = state.members[host.me - 1];
    const says = (['init', 'ready', 'active', 'stopped', 'failed'] as const)[this.says()];
    const { culThresholdPercent } = state.rules;
    const loaded = culThresholdPercent > 0 && this.cpuPercent > culThresholdPercent;
    const problems = this.devices.mask !== 0;
    if (self?.status === 'active' && host.lifeState() !== 'ACTIVE') return this.isDown ? 'DOWN' : host.lifeState();
    return memberState(state, host.me, { says, problems, loaded });
  }

  status(): Record<string, unknown> {
    return {
      pnotes: this.devices.list(),
      cpuPercent: this.cpuPercent,
      memoryLeakedKb: this.memory.usedKb,
      memoryLimitKb: this.memory.limitKb,
      policyHash: this.install.hash,
      configurationHash: this.configurationHash,
      configurationDiffers: this.compared.differs,
      policyStage: this.install.stage,
    };
  }

  /** Carries out a command; false when it is none that concerns its inner life. */
  command(command: Command, done: Done): boolean {
    return carryOut(this, this.host, command, done);
  }

  /** A policy handed on by another member. */
  takeInstall(asked: Args, done: (reply: unknown) => void): void {
    const release = typeof asked['release'] === 'string' ? asked['release'] : undefined;
    this.requests.install(
      { policy: asked['policy'], release, principal: principalOf(asked), id: String(asked['id']) },
      done,
    );
  }

  private says(): BeatState {
    if (this.plane === 'stopped') return BEAT.stopped;
    if (this.plane === 'crashed') return this.crashSeen ? BEAT.failed : BEAT.active;
    return BEAT[this.host.lifeState() === 'ACTIVE' ? 'active' : this.host.lifeState() === 'READY' ? 'ready' : 'init'];
  }

  /** Announced: who hears it need not wait until this member has been silent for long enough (fidelity: F-CPSTOP). What is wrong, in words, if it cannot be. */
  cpstop(): string | undefined {
    if (this.plane === 'stopped') return 'it is stopped already';
    this.host.rt.note('warn', 'stopped', {});
    this.end('stopped');
    this.host.heartbeat();
    return undefined;
  }

  cpstart(): string | undefined {
    if (this.plane !== 'stopped') return 'it is not stopped';
    this.begin();
    return undefined;
  }

  /**
   * The data plane dies with everything it held, while the rest of the member goes on and says that
   * it lives: until the missing report is noticed, packets go into nothing (fidelity: F-FWK-CRASH).
   */
  crash(reason: string): string | undefined {
    if (this.isDown) return `the data plane does not run: it is ${this.plane}`;
    const { rt, settings } = this.host;
    rt.note('error', 'fwk_crashed', { reason });
    this.memory.free();
    this.end('crashed');
    this.noticing = rt.after(settings['fwk.pnoteMs'], () => {
      this.crashSeen = true;
      this.host.heartbeat();
    });
    this.restart = rt.after(settings['fwk.restartMs'], () => this.begin());
    return undefined;
  }

  private end(plane: DataPlane): void {
    this.restart?.();
    this.noticing?.();
    this.crashSeen = false;
    this.lifeOver ||= !this.isDown;
    this.plane = plane;
    this.host.clearDataPlane();
  }

  private begin(): void {
    this.restart?.();
    this.noticing?.();
    this.plane = 'running';
    this.crashSeen = false;
    // Unless the group has declared the old life lost meanwhile, nobody knows yet that it is over.
    if (this.lifeOver) this.host.newLife();
    else this.host.comeUp();
  }
}
