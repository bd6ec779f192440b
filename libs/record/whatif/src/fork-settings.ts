import { resolveSettings, SETTING_NAMES, type Profile, type SettingName, type Settings } from '@rehearsal/kernel';

/** What becomes of a setting that is changed at a fork. */
export type ForkEffect =
  /** Acts from the fork on; `what` says where that is less than everywhere. */
  | { readonly acts: true; readonly what?: string }
  | { readonly acts: false; readonly why: string; readonly instead: string };

const ACTS: ForkEffect = { acts: true };
/** In the recorded state of a machine: orchestrators have the group decide by it from the fork on, and the log has that. */
const DECIDED: ForkEffect = { acts: true, what: 'all from the commit RulesSet on' };
const actsOn = (what: string): ForkEffect => ({ acts: true, what });
const refused = (why: string, instead: string): ForkEffect => ({ acts: false, why, instead });

const FROM_THE_START = 'Conduct the experiment with it from the start: rehearse run EXPERIMENT --set NAME=VALUE.';
const RECORDED = refused("it is part of the group's recorded state, set with the first commit", FROM_THE_START);
const SIZED = refused('memory is laid out by it when a process starts', FROM_THE_START);
const SUFFERED = refused('members begin to suffer from it when they start', FROM_THE_START);
const WRITTEN_DOWN = refused(
  'it says only what is written down of a run, and nothing is kept of a fork',
  'Leave it out.',
);
const PLACED = refused('open connections are held by the slots that it put them in', FROM_THE_START);

/** Every setting: whether it may be changed at a fork, and what that does. */
export const FORK_EFFECTS: Readonly<Record<SettingName, ForkEffect>> = {
  'ccp.heartbeatMs': ACTS,
  'ccp.deadMultiplier': ACTS,
  'detector.socketLoss': ACTS,
  'detector.probeMs': ACTS,
  'detector.settleMs': ACTS,
  'detector.stallMs': ACTS,
  'lease.ms': ACTS,
  'member.rebootMs': ACTS,
  'admin.drain': DECIDED,
  'cul.thresholdPercent': DECIDED,
  'cul.offSec': DECIDED,
  'cul.deadMultiplier': ACTS,
  'freeze.policyInstallSec': DECIDED,
  'defer.belowPercent': DECIDED,
  'policy.lockstep': DECIDED,
  'policy.installWithinMs': DECIDED,
  'policy.missing': ACTS,
  'policy.prepare': ACTS,
  'fwk.pnoteMs': actsOn('crashes from then on'),
  'fwk.restartMs': actsOn('crashes from then on'),
  'member.dumpMs': ACTS,
  'member.queuePackets': ACTS,
  'member.queueMs': ACTS,
  'memory.warnPercent': ACTS,
  'sync.policy': actsOn('connections that begin from then on'),
  'sync.delayMs': ACTS,
  'sync.deltaMs': ACTS,
  'sync.never': actsOn('connections that begin from then on'),
  'flow.records': WRITTEN_DOWN,
  'flow.maxBytes': WRITTEN_DOWN,
  'resend.batches': ACTS,
  'egress.fence': ACTS,
  'egress.dedup': ACTS,
  'hypersync.requireInStep': DECIDED,
  'log.seenIds': ACTS,
  'log.maxBytes': ACTS,
  'dist.mode': refused(
    'open connections are held by the slots that it put them in',
    'Change it by command, as a step of the experiment: exec -- set distribution configuration.',
  ),
  'dist.l4': PLACED,
  'dist.announceChange': ACTS,
  'dist.gtp': PLACED,
  'frag.maxHeld': SIZED,
  'frag.timeoutMs': ACTS,
  'upgrade.installSec': actsOn('installations that begin from then on'),
  'upgrade.releaseSec': actsOn('installations that begin from then on'),
  'upgrade.rebootSec': actsOn('reboots that begin from then on'),
  'upgrade.orchestratorInstallSec': actsOn('installations that begin from then on'),
  'upgrade.orchestratorRebootSec': actsOn('reboots that begin from then on'),
  'upgrade.cloneSec': actsOn('images that begin to be taken from then on'),
  'issue.act': SUFFERED,
  'issue.leakKbPerSec': SUFFERED,
  'issue.leakLimitKb': SUFFERED,
  'smo.autoClone': RECORDED,
  'clone.needsMb': RECORDED,
  'clone.roomMb': RECORDED,
  'autoscale.cpuPercent': DECIDED,
  'autoscale.forMs': DECIDED,
  'factory.take': actsOn('appliances that are replaced from then on'),
  'upgrade.newerWaits': RECORDED,
  'upgrade.capacityFloorPercent': actsOn('upgrades that begin from then on'),
  'upgrade.gateSec': actsOn('upgrades that begin from then on'),
  'upgrade.probes': actsOn('upgrades that begin from then on'),
  'upgrade.probesPerService': actsOn('upgrades that begin from then on'),
  'upgrade.stepLimitSec': actsOn('upgrades that begin from then on'),
  'uplinks.lacp': ACTS,
  'dist.slots': RECORDED,
  'dist.placement': RECORDED,
  'limit.membersPerSite': refused('it says which fabric files are good, and the fabric stands', FROM_THE_START),
  'tcp.startTimeoutSec': ACTS,
  'tcp.sessionTimeoutSec': ACTS,
  'tcp.endTimeoutSec': ACTS,
  'udp.timeoutSec': ACTS,
  'other.timeoutSec': refused('it has no effect, whatever it is', 'Leave it out.'),
  'tcp.outOfState': ACTS,
  'policy.other': ACTS,
  'table.connectionsPerMember': SIZED,
  'correction.ackFirst': actsOn('connections that begin from then on'),
  'correction.coreXlMismatchDrops': refused(
    'packets that are under way do not say at which instance they belong',
    FROM_THE_START,
  ),
  'sync.asymmetricAtOnce': actsOn('connections that begin from then on'),
  'alg.expectMs': actsOn('what is announced from then on'),
  'nat.portsFrom': PLACED,
  'nat.portsTo': PLACED,
  'batch.maxPackets': ACTS,
  'batch.coalesceMs': ACTS,
  'link.windowFrames': ACTS,
  'link.retransmitMs': ACTS,
  'link.maxRetries': ACTS,
  'hold.maxPackets': SIZED,
  'sim.cpuNsPerPacket': ACTS,
  'sim.cpuNsPerMessage': ACTS,
  'sim.messageUs': ACTS,
  'sim.appendUs': ACTS,
  'sim.undeliverableUs': ACTS,
  'sim.redeliverMs': ACTS,
};

/** A setting that is another from the fork on. */
export interface Change {
  readonly setting: SettingName;
  readonly from: string;
  readonly to: string;
  /** What it acts on, where that is less than everything; else ''. */
  readonly actsOn: string;
}

/** Settings that cannot be others from a fork on. */
export class RefusedChanges extends Error {
  override readonly name = 'RefusedChanges';
  readonly remedy: string;

  constructor(problems: readonly string[], remedy: string) {
    super(problems.join('; '));
    this.remedy = remedy;
  }
}

/**
 * The settings of a record with others on top, by name and as text.
 * @throws SettingsError where a name or a value is none, RefusedChanges where one cannot be changed at a fork
 */
export function forkSettings(profile: Profile, recorded: Settings, given: Readonly<Record<string, string>>): Settings {
  const settings = resolveSettings(profile, { ...recorded, ...given });
  const problems: string[] = [];
  let remedy = '';
  for (const { setting } of changesOf(recorded, settings)) {
    const effect = FORK_EFFECTS[setting];
    if (effect.acts) continue;
    problems.push(`${setting} cannot be changed at a fork: ${effect.why}`);
    remedy ||= effect.instead;
  }
  if (problems.length > 0) throw new RefusedChanges(problems, remedy);
  return settings;
}

/** In the order of the registry. */
export function changesOf(recorded: Settings, settings: Settings): Change[] {
  return SETTING_NAMES.filter((name) => show(recorded[name]) !== show(settings[name])).map((setting) => {
    const effect = FORK_EFFECTS[setting];
    const actsOn = effect.acts ? (effect.what ?? '') : '';
    return { setting, from: show(recorded[setting]), to: show(settings[setting]), actsOn };
  });
}

function show(value: Settings[SettingName]): string {
  return typeof value === 'object' ? value.join(',') || 'none' : String(value);
}
