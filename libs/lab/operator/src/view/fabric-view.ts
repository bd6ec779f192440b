import type { Settings } from '@rehearsal/kernel';
import type { InterfacePlan, PackagePlan, ProcessState } from '@rehearsal/lab-port';
import type { Appliance, PackageFile } from '@rehearsal/software';

/*
 * One moment of a fabric, as plain data: all that the vendor's commands can show of it. `null` says that this lab has
 * no source for the number at that moment; no layout makes one up.
 */

export interface StateChange {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface Pnote {
  readonly name: string;
  readonly state: 'ok' | 'init' | 'problem';
  readonly timeoutSec: number;
  readonly reportedAtMs: number | null;
}

export interface MemberView {
  readonly id: string;
  /** Its place in the group, from 1. */
  readonly number: number;
  readonly model: string;
  readonly cores: number;
  readonly weight: number;
  /** What it runs. */
  readonly release: string;
  readonly take: number;
  /** `A` or `B`: with whom it is upgraded; '' where the fabric file says nothing of it. */
  readonly upgradeGroup: string;
  readonly process: ProcessState | 'unknown';
  /** As `cphaprob state` names it. */
  readonly state: string;
  /** As `asg stat` of older releases names it. */
  readonly site: { readonly state: string; readonly process: string };
  readonly admin: 'up' | 'down';
  readonly problems: readonly string[];
  /** What has been reported of critical devices; null: nobody could be asked. */
  readonly pnotes: readonly Pnote[] | null;
  readonly incarnation: number;
  readonly joinedAtMs: number | null;
  readonly lastChange: StateChange | null;
  /** Slots that it serves, and whose backup it is. */
  readonly slots: { readonly active: number; readonly backup: number };
  /** `forwarding`: entries that only say where a connection is at home. */
  readonly connections: {
    readonly own: number;
    readonly copies: number | null;
    readonly peak: number | null;
    readonly forwarding: number | null;
  } | null;
  /** Since its process started. */
  readonly packets: {
    readonly passed: number;
    readonly bytes: number;
    readonly refused: number;
    /** Handed on to the member where they are at home, and judged here for others. */
    readonly handedOn: number;
    readonly corrected: number;
  } | null;
  readonly rates: {
    readonly packetsPerSec: number;
    readonly bitsPerSec: number | null;
    readonly connectionsPerSec: number | null;
  } | null;
  /** Of memory that leaks; null where none does, since nothing else is bounded. */
  readonly memory: { readonly usedKb: number; readonly limitKb: number } | null;
  readonly cpuPercent: number | null;
  readonly policy: { readonly hash: string; readonly stage: string } | null;
  /** What of its configuration differs from the SMO's. */
  readonly configurationDiffers: readonly string[] | null;
  /** Counters of copying, since its process started. */
  readonly copying: {
    readonly sent: number;
    readonly refused: number;
    readonly retransmitted: number;
    readonly answersHeld: number;
  } | null;
}

export interface OrchestratorView {
  readonly id: string;
  readonly process: ProcessState | 'unknown';
  readonly state: string;
  readonly tableVersion: number | null;
  readonly tableHash: string | null;
  readonly pendingPackets: number | null;
}

/** A member's slots went to others. */
export interface Failover {
  readonly atMs: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly slots: number;
  readonly reason: string;
}

export interface IteratorView {
  readonly status: string;
  readonly startedAtMs: number;
  readonly runningMs: number;
  readonly reason: string;
  readonly iterated: number;
  readonly copied: number;
}

/** What an operator did, for who audits: `sgm_admin down on blades: 1_03`. */
export interface AdminAudit {
  readonly atMs: number;
  readonly what: string;
  readonly by: string;
  readonly why: string;
}

export interface CommitView {
  readonly atMs: number;
  readonly stream: string;
  readonly version: number;
  readonly by: string;
  readonly input: string;
  readonly events: readonly string[];
}

/** What is installed where, and what may be. */
export interface SoftwareView {
  /** Members, orchestrators and the management server. */
  readonly appliances: readonly Appliance[];
  /** Those that were imported; a package's number is its place, from 1. */
  readonly packages: readonly PackageFile[];
  /** Those that the fabric file names. */
  readonly available: readonly PackagePlan[];
}

export interface FabricView {
  readonly fabric: string;
  readonly profile: string;
  readonly run: string;
  /** `recorded`: folded from the log of a run. */
  readonly moment: 'live' | 'recorded';
  readonly atMs: number;
  /** When the fabric was brought up; the first member joined at `groupUpMs`. */
  readonly sinceMs: number;
  readonly groupUpMs: number | null;
  readonly group: {
    readonly name: string;
    /** What the SMO runs. */
    readonly release: string;
    readonly take: number;
    readonly address: string;
    readonly interfaces: readonly InterfacePlan[];
    readonly smo: string;
    readonly policyAtMs: number | null;
    /** The same by rank of release; [] where releases make no difference. */
    readonly policiesAtMs: readonly { readonly rank: number; readonly atMs: number }[];
    readonly policyHash: string;
    readonly autoClone: 'on' | 'off';
    /** The distribution that is on its way, in the vendor's word; '' where none is. */
    readonly changingTo: string;
  };
  readonly settings: Settings;
  /** Absent where nothing can be installed: nobody keeps the record of it. */
  readonly software?: SoftwareView;
  readonly members: readonly MemberView[];
  /** Spares that are in no group. */
  readonly detached: readonly { readonly id: string; readonly number: number }[];
  readonly orchestrators: readonly OrchestratorView[];
  readonly bus: 'up' | 'down' | 'unknown';
  readonly slots: { readonly total: number; readonly exposed: number; readonly balanced: boolean };
  readonly frozen: boolean;
  readonly underLoad: boolean;
  readonly iterator: IteratorView | null;
  readonly failovers: readonly Failover[];
  readonly audits: readonly AdminAudit[];
  /** The last ones, oldest first. */
  readonly commits: readonly CommitView[];
  /** Lines of the roles' own logs, where they were kept. */
  readonly notes: readonly { readonly atMs: number; readonly text: string }[];
}

/** The member of this id. @throws Error where there is none: whoever asks has looked before */
export function memberIn(view: FabricView, id: string): MemberView {
  const member = view.members.find((m) => m.id === id);
  if (member === undefined) throw new Error(`there is no member ${id} in this view`);
  return member;
}

/** What a member or an orchestrator runs; where nothing can be installed, all run the same. */
export function runsAt(view: FabricView, id: string): { readonly release: string; readonly take: number } {
  return (
    view.members.find((m) => m.id === id) ?? view.software?.appliances.find((a) => a.id === id)?.runs ?? view.group
  );
}

/** Whether it carries traffic. */
export const isUp = (member: MemberView): boolean => member.state.startsWith('ACTIVE');

/** `SG1-ch01-03` up to R81.20, `SG1-s01-03` from R82 on, and `MHO-1_1` (fidelity: F-SHELL-PROMPT). */
export function hostName(view: FabricView, id: string): string {
  if (view.orchestrators.some((o) => o.id === id)) return `MHO-${id}`;
  const [site, member] = id.split('_') as [string, string];
  const release = view.members.find((m) => m.id === id)?.release ?? view.group.release;
  return `${view.group.name}-${saysSite(release) ? 's' : 'ch'}${site.padStart(2, '0')}-${member}`;
}

/** R82 and later say site where earlier releases say chassis. */
export const isR82 = (view: FabricView): boolean => saysSite(view.group.release);

const saysSite = (release: string): boolean => Number(/^R(\d+)/.exec(release)?.[1] ?? 0) >= 82;
