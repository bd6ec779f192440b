import type { Profile, Role, RoleProbe, Runtime, Settings } from '@rehearsal/kernel';
import type { LabRole } from './target.js';

/** One process to run. `subject` is where its frames arrive. */
export interface RoleEntry {
  readonly role: Exclude<LabRole, 'bus'>;
  readonly id: string;
  readonly subject: string;
}

/** A Security Group Member: `weight` is its share of the slots. */
export interface MemberPlan {
  readonly id: string;
  readonly weight: number;
  readonly model: string;
  readonly cores: number;
  /** Of the appliance that the fabric is built with; runs of older versions have none. */
  readonly serial?: string;
  /** `A` or `B` where the file divides the members into upgrade groups. */
  readonly group?: string;
}

/** An appliance that is cabled to the orchestrators, and in the group only while it is assigned to it. */
export interface SparePlan extends MemberPlan {
  /** What it was delivered with. */
  readonly release: string;
  readonly take: number;
}

export interface InterfacePlan {
  readonly name: string;
  readonly ports: readonly string[];
  readonly address: string;
  /** Which addresses of a packet that comes in here choose its slot; auto-topology is resolved. */
  readonly distribution: 'user' | 'network' | 'general';
  readonly nat: 'none' | 'hide';
}

export interface SecurityGroupPlan {
  readonly name: string;
  readonly release: string;
  readonly take: number;
  /** The SMO's address. */
  readonly address: string;
  readonly members: readonly MemberPlan[];
  /** Absent where there are none. */
  readonly spares?: readonly SparePlan[];
  readonly interfaces: readonly InterfacePlan[];
}

/** Every appliance that is or may become a member, in the order of their numbers. */
export function appliancesOf({ members, spares = [] }: SecurityGroupPlan): readonly MemberPlan[] {
  return [...members, ...spares];
}

/** What the outside world sends when nothing else is asked for. `mix` is in percent by service. */
export interface TrafficPlan {
  readonly connections: number;
  readonly packetsPerSec: number;
  readonly mix: Readonly<Record<string, number>>;
  /** Capture files to replay, as paths that can be opened. */
  readonly captures: readonly string[];
  /** Where clients and servers are; what is not said is the generator's to choose. */
  readonly addresses?:
    | {
        readonly clients?: string | undefined;
        readonly servers?: string | undefined;
        readonly serverCount?: number | undefined;
        readonly published?: readonly string[] | undefined;
      }
    | undefined;
  /** Connections of a hundred whose answers enter by another orchestrator than their questions. */
  readonly asymmetricPercent?: number | undefined;
}

export interface PackagePlan {
  readonly file: string;
  readonly kind: 'jumbo' | 'upgrade' | 'hotfix';
  readonly release: string;
  readonly take: number;
}

/** A fabric file, read and completed: which roles run, with which settings. Plain JSON. */
export interface FabricPlan {
  readonly fabric: string;
  readonly site: number;
  readonly profile: Profile;
  /** Every setting with its resolved value. */
  readonly settings: Settings;
  readonly orchestrators: readonly string[];
  readonly securityGroup: SecurityGroupPlan;
  /** The rulebase as written in its file; read by the policy compiler. */
  readonly policy: unknown;
  readonly traffic: TrafficPlan;
  readonly packages: readonly PackagePlan[];
  /** In start order: sync, orchestrators, members, outside world. */
  readonly roles: readonly RoleEntry[];
}

/** Makes the role of one process; labs know roles only through these. */
export type RoleFactory = (runtime: Runtime, entry: RoleEntry, plan: FabricPlan, probe?: RoleProbe) => Role;

export type RoleFactories = Readonly<Record<RoleEntry['role'], RoleFactory>>;
