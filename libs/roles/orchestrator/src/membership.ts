import type { Decider, Runtime } from '@rehearsal/kernel';
import { canonicalBytes, canonicalText, sha256Hex } from '@rehearsal/kernel';
import type { Detector, Silence } from '@rehearsal/protocol';
import { firstLife, nextLife, nodeId, nodeKind } from '@rehearsal/protocol';
import type { GroupRules, SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { DEFERS_BELOW_PERCENT } from '@rehearsal/security-group';
import type { OrchestratorConfig } from './config.js';
import type { MemberWatch } from './member-watch.js';

export interface MembershipParts {
  readonly rt: Runtime;
  readonly config: OrchestratorConfig;
  readonly group: Decider<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
}

/** What the group decides by, as settings have it. */
function rulesOf({ settings, deferrable = [] }: OrchestratorConfig): {
  readonly rules: GroupRules;
  readonly requireInStep: boolean;
} {
  const deferBelowPercent = settings['defer.belowPercent'];
  // Groups that defer nothing, and are not told to, say nothing of it.
  const saysDeferral = deferrable.length > 0 || deferBelowPercent !== DEFERS_BELOW_PERCENT;
  const autoscale = { cpuPercent: settings['autoscale.cpuPercent'], forMs: settings['autoscale.forMs'] };
  return {
    requireInStep: settings['hypersync.requireInStep'],
    rules: {
      drain: settings['admin.drain'],
      culThresholdPercent: settings['cul.thresholdPercent'],
      culOffMs: settings['cul.offSec'] * 1000,
      freezeOnInstallMs: settings['freeze.policyInstallSec'] * 1000,
      lockstep: settings['policy.lockstep'],
      installWithinMs: settings['policy.installWithinMs'],
      ...(saysDeferral && { deferBelowPercent }),
      ...(autoscale.cpuPercent > 0 && { autoscale }),
    },
  };
}

/** This orchestrator's place in the group, and what it proposes to the group: its set-up, itself, who fell silent. */
export class Membership {
  incarnation: number;
  private inputs = 0;
  private joinAsked = false;
  private stopped = false;
  private readonly parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.parts = parts;
    this.incarnation = firstLife(parts.rt.self.incarnation);
  }

  /** This incarnation is active by the log. */
  get joined(): boolean {
    const { rt, group } = this.parts;
    const self = group.state.orchestrators.find((o) => o.id === rt.self.id);
    return self !== undefined && self.status === 'active' && self.incarnation === this.incarnation;
  }

  /** The log has named this incarnation, which is not active any more. */
  get lost(): boolean {
    const { rt, group } = this.parts;
    const self = group.state.orchestrators.find((o) => o.id === rt.self.id);
    return self !== undefined && self.status !== 'active' && self.incarnation === this.incarnation;
  }

  /** Begins a new life. */
  rebirth(): void {
    this.incarnation = nextLife(this.incarnation);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Version 1 of the stream; whoever comes first writes it, for the others it is already so. */
  configure(): void {
    const { rt, config, group } = this.parts;
    if (group.version > 0) {
      this.join();
      return;
    }
    const { settings, members, orchestrators, interfaces, deferrable = [], securityGroup: id } = config;
    const { rules, requireInStep } = rulesOf(config);
    group.submit(
      {
        type: 'configure',
        id: `configure.${id}`,
        at: this.now(),
        from: 'command',
        config: {
          members: members.map(({ id: member, weight, spare }) => ({
            id: member,
            weight,
            ...(spare === true && { spare }),
          })),
          orchestrators: [...orchestrators],
          slots: settings['dist.slots'],
          placement: settings['dist.placement'],
          requireInStep,
          interfaces: { inside: interfaces.inside, outside: interfaces.outside },
          ...(settings['smo.autoClone'] && { autoClone: 'on' }),
          ...(deferrable.length > 0 && { deferrable: [...deferrable] }),
          rules,
        },
      },
      undefined,
      undefined,
      (reply) => {
        if (reply.kind === 'failed') rt.after(settings['ccp.heartbeatMs'], () => this.configure());
        else this.join();
      },
    );
  }

  /** Has the group decide by the present settings; whoever comes first writes it, for the others it is already so. */
  setRules(): void {
    const { rt, config, group } = this.parts;
    const { rules, requireInStep } = rulesOf(config);
    const { state } = group;
    if (state.requireInStep === requireInStep && canonicalText(state.rules) === canonicalText(rules)) return;
    const said = { rules, requireInStep };
    const id = `set-rules.${config.securityGroup}.${sha256Hex(canonicalBytes(said)).slice(0, 16)}`;
    group.submit({ type: 'setRules', id, at: this.now(), from: 'command', ...said }, undefined, undefined, (reply) => {
      if (reply.kind === 'failed' && !this.stopped) rt.after(config.settings['ccp.heartbeatMs'], () => this.setRules());
    });
  }

  /** Asks in, unless it is under way or so already. */
  join(): void {
    if (this.joinAsked || this.stopped || this.joined) return;
    this.joinAsked = true;
    this.parts.group.submit(
      {
        type: 'orchestratorSeen',
        id: this.inputId('orchestrator-seen'),
        at: this.now(),
        from: 'observation',
        orchestrator: this.parts.rt.self.id,
        incarnation: this.incarnation,
        evidence: {},
      },
      undefined,
      undefined,
      () => {
        this.joinAsked = false;
      },
    );
  }

  /** Says who has fallen silent, with what is known of it. */
  propose(silence: Silence, detector: Detector, watch: MemberWatch): void {
    const { group } = this.parts;
    const { code, incarnation, reason } = silence;
    const at = this.now();
    const id = nodeId(code);
    const evidence = { ...silence.evidence };
    const said = { id: this.inputId(`silent.${id}.${incarnation}`), at, from: 'observation' as const };
    const isMember = nodeKind(code) === 'member';
    const connections = isMember ? watch.connectionsOf(code, incarnation) : undefined;
    if (connections !== undefined) evidence['connections'] = connections;
    const input: SecurityGroupInput = isMember
      ? { type: 'memberSilent', ...said, member: id, incarnation, reason, version: group.version, evidence }
      : { type: 'orchestratorSilent', ...said, orchestrator: id, incarnation, reason, evidence };
    group.submit(input, undefined, undefined, (reply) => {
      // While states are frozen nothing follows from it: it is proposed again after that.
      if (reply.kind === 'failed' || group.state.frozenUntil > 0) detector.retry(code);
    });
  }

  inputId(what: string): string {
    this.inputs++;
    return `${this.parts.rt.self.id}.${this.incarnation}.${what}.${this.inputs}`;
  }

  private now(): number {
    return Math.floor(this.parts.rt.nowMs());
  }
}
