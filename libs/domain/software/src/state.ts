import type { WorkKind } from './events.js';
import type { PackageFile, Software } from './catalogue/index.js';
import type { ApplianceRole, SoftwareConfig } from './inputs.js';

export interface Snapshot {
  readonly name: string;
  readonly of: 'configuration' | 'image';
  readonly software: Software;
}

/** What an appliance is doing to its software. */
export interface Work {
  readonly kind: WorkKind;
  /** Number of the package; 0 where none is needed. */
  readonly package: number;
  readonly to: Software;
  /** Whose image is taken; '' but for a clone. */
  readonly smo: string;
  /** Version of the commit it began with. */
  readonly since: number;
}

/** One that has software of its own: a member, an orchestrator, the management server. */
export interface Appliance {
  readonly id: string;
  readonly role: ApplianceRole;
  readonly runs: Software;
  /** What it runs after its next start. */
  readonly boots: Software;
  /** Of the last start that was reported; 0 before the first. */
  readonly incarnation: number;
  readonly work: Work | null;
  /** Why the last work failed; '' where it did not. */
  readonly failure: string;
  /** Version of the commit with which a work last failed; 0 where none has. */
  readonly failedAt: number;
  /** It may serve beside members of an older release. */
  readonly mvc: boolean;
  /** It does not serve, because an upgrade of the group is under way and it is the others' turn. */
  readonly held: boolean;
  /** Numbers of the packages that were verified here. */
  readonly verified: readonly number[];
  /** Jumbos on this release, the last one last: what uninstalling it leads back to. */
  readonly before: readonly Software[];
  readonly snapshots: readonly Snapshot[];
  /** Why the next work fails; '' where it does not. */
  readonly broken: string;
  /** Absent until it was asked for. */
  readonly serial?: string;
  /** It is cabled and in no group; absent for those that are. */
  readonly spare?: boolean;
  /** The last start of the appliance that stood here before; absent where this is the first one. */
  readonly lastStartBefore?: number;
}

export interface SoftwareState {
  readonly appliances: readonly Appliance[];
  readonly cloneNeedsMb: number;
  readonly cloneRoomMb: number;
  readonly holdsUpgraded: boolean;
  /** Those that can be verified and installed; a package's number is its place, from 1. */
  readonly packages: readonly PackageFile[];
  /** Version of the last commit; 0 before the first. */
  readonly version: number;
}

export const initialState: SoftwareState = {
  appliances: [],
  cloneNeedsMb: 0,
  cloneRoomMb: 0,
  holdsUpgraded: false,
  packages: [],
  version: 0,
};

export function newAppliance({ id, role, software, spare }: SoftwareConfig['appliances'][number]): Appliance {
  return {
    before: [],
    boots: software,
    broken: '',
    failedAt: 0,
    failure: '',
    held: false,
    id,
    incarnation: 0,
    mvc: false,
    role,
    runs: software,
    snapshots: [],
    verified: [],
    work: null,
    ...(spare === true && { spare }),
  };
}

export function applianceOf(state: SoftwareState, id: string): Appliance | undefined {
  return state.appliances.find((a) => a.id === id);
}

/** The members of the group: a spare is one while it is assigned. */
export function membersOf({ appliances }: SoftwareState): readonly Appliance[] {
  return appliances.filter((a) => a.role === 'member' && a.spare !== true);
}

export function sameSoftware(a: Software, b: Software): boolean {
  return a.release === b.release && a.take === b.take;
}
