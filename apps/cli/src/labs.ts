import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tracer } from '@rehearsal/bus/tracing';
import type { LabRequest, PacketCapturePlan } from '@rehearsal/experiment';
import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import {
  appliancesOf,
  LabError,
  type FabricPlan,
  type Lab,
  type RoleEntry,
  type RoleFactories,
} from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { createMember } from '@rehearsal/member-role';
import { createOrchestrator } from '@rehearsal/orchestrator-role';
import { createOutsideWorld } from '@rehearsal/outside-world-role';
import { ProcessLab, type ArchiveParts, type ProcessLabParts } from '@rehearsal/processes';
import { deferrableRules } from '@rehearsal/policy';
import { logStreamName } from '@rehearsal/protocol';
import { calmOptions, roughOptions, SimLab } from '@rehearsal/simulator';
import { createSync } from '@rehearsal/sync-role';
import { createUpgradeConductor } from '@rehearsal/upgrade-conductor-role';
import { archiveSurroundings } from './archive-surroundings.js';
import { beforeExit } from './before-exit.js';
import { captureFile } from './capture-file.js';
import { interfaceModes } from './interface-modes.js';

/** The configuration all roles have in common. */
function commonConfig(plan: FabricPlan, build: string): Parameters<typeof createSync>[1] {
  return {
    settings: plan.settings,
    securityGroup: plan.securityGroup.name,
    members: numbered(plan),
    orchestrators: plan.orchestrators,
    build,
  };
}

/** Members by their numbers: those of the file first, then spares. */
function numbered({ securityGroup }: FabricPlan): { id: string; weight: number; cores: number; spare?: true }[] {
  const { members, spares = [] } = securityGroup;
  const own = members.map(({ id, weight, cores }) => ({ id, weight, cores }));
  return [...own, ...spares.map(({ id, weight, cores }) => ({ id, weight, cores, spare: true as const }))];
}

/** The roles of a fabric, as a lab makes them within its own process. */
export function roleFactories(plan: FabricPlan, build: string, capture?: PacketCapturePlan): RoleFactories {
  // The lab's own settings, which may change while it runs.
  const config = ({ settings }: FabricPlan): ReturnType<typeof commonConfig> => ({
    ...commonConfig(plan, build),
    settings,
  });
  const interfaces = interfaceModes(plan);
  const deferrable = deferrableRules(plan.policy);
  const captures = readCaptures(plan);
  const packetCapture = capture && { limits: capture, sink: captureFile(capture.file) };
  const keepsSoftware = hasConductor(plan);
  return {
    orchestrator: (rt, _entry, own, probe) =>
      createOrchestrator(rt, { ...config(own), interfaces, deferrable, keepsSoftware, ...(probe && { probe }) }),
    member: (rt, _entry, own, probe) =>
      createMember(rt, { ...config(own), interfaces, keepsSoftware, policy: plan.policy, ...(probe && { probe }) }),
    sync: (rt, _entry, own) => createSync(rt, config(own)),
    'outside-world': (rt, _entry, own) =>
      createOutsideWorld(rt, { ...config(own), captures, ...(packetCapture && { packetCapture }) }),
    'upgrade-conductor': (rt, _entry, own) => createUpgradeConductor(rt, { ...config(own), ...softwareOf(plan) }),
  };
}

/** Where one runs, appliances have software that can change. */
function hasConductor({ roles }: FabricPlan): boolean {
  return roles.some(({ role }) => role === 'upgrade-conductor');
}

/**
 * What all appliances run at first, their serial numbers, the upgrade groups of the fabric file, where hosts are that can be
 * asked, and the policy it names, by its hash.
 */
function softwareOf({ policy, securityGroup, traffic }: FabricPlan): {
  readonly software: { readonly release: string; readonly take: number };
  readonly delivered: Record<string, { readonly release: string; readonly take: number }>;
  readonly serials: Record<string, string>;
  readonly groups: Record<string, string[]>;
  readonly addresses?: { readonly clients?: string | undefined; readonly servers?: string | undefined };
  readonly policyHash: string;
} {
  const { release, take } = securityGroup;
  const members = appliancesOf(securityGroup);
  const delivered = Object.fromEntries(
    (securityGroup.spares ?? []).map((s) => [s.id, { release: s.release, take: s.take }]),
  );
  const serials = Object.fromEntries(members.flatMap(({ id, serial }) => (serial === undefined ? [] : [[id, serial]])));
  const groups: Record<string, string[]> = {};
  for (const { id, group } of members) if (group !== undefined) (groups[group] ??= []).push(id);
  const { clients, servers } = traffic.addresses ?? {};
  const addresses = { ...(clients !== undefined && { clients }), ...(servers !== undefined && { servers }) };
  const policyHash = sha256Hex(canonicalBytes(policy));
  return { software: { release, take }, delivered, serials, groups, addresses, policyHash };
}

/** The bytes of the captures a fabric replays, by the name plans use: their file's. */
function readCaptures(plan: FabricPlan): Record<string, Uint8Array> {
  return Object.fromEntries(
    plan.traffic.captures.map((path) => {
      try {
        return [basename(path), new Uint8Array(readFileSync(path))];
      } catch (error) {
        throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a capture that is there.');
      }
    }),
  );
}

export function makeSimulatedLab(request: LabRequest, build: string): Lab {
  const { plan, seed, weather, fork: point, packetCapture } = request;
  const optionsOf = weather === 'rough' ? roughOptions : calmOptions;
  const fork = point && { point, options: optionsOf(point.settings) };
  const factories = roleFactories(plan, build, packetCapture);
  // What is on record was decided by real chances, and nothing is added to them.
  const options = (point?.recorded === undefined ? optionsOf : calmOptions)(plan.settings);
  return new SimLab({ plan, seed, build, options, factories, ...(fork && { fork }) });
}

const APPS: Readonly<Record<RoleEntry['role'], string>> = {
  orchestrator: 'orchestrator',
  member: 'sgm',
  sync: 'sync',
  'outside-world': 'traffic',
  'upgrade-conductor': 'upgrade',
};

/** Leaves the logs of its processes, and nothing of the bus: its store is in the run's log, and its keys are over. */
class TidyProcessLab extends ProcessLab {
  readonly #dir: string;
  readonly #forget: () => void;

  /** @param untilTold whether whoever made it takes it down when this process is told to end */
  constructor(parts: ProcessLabParts, untilTold: boolean) {
    super(parts);
    this.#dir = parts.dir;
    this.#forget = untilTold ? () => {} : beforeExit(() => this.down());
  }

  override async down(): Promise<void> {
    await super.down();
    rmSync(join(this.#dir, 'bus'), { recursive: true, force: true });
    this.#forget();
  }
}

/** The archive of a run: on the server that DATABASE_URL names, else in the run's folder. */
function archiveParts(runId: string, folder: string, main: string): ArchiveParts {
  const dir = join(folder, 'archive');
  return {
    main,
    dir,
    extra: archiveSurroundings(),
    rebuild: async (lost) => {
      const { openArchive, rebuildLog } = await import('@rehearsal/archive');
      const store = await openArchive({ databaseUrl: process.env['DATABASE_URL'], dir });
      try {
        await store.migrate();
        const log = await store.openLog({ run: runId, stream: logStreamName(lost.fabric, lost.site) });
        return await rebuildLog(log, lost);
      } finally {
        await store.close();
      }
    },
  };
}

/** @param tracer where spans of commands go, if anywhere */
export function makeProcessLab(
  request: LabRequest,
  build: string,
  say: (line: string) => void,
  tracer: Tracer | undefined,
): Lab {
  const { plan, runId, folder, packetCapture } = request;
  const program = (app: string): string => fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
  const main = (role: RoleEntry['role']): string => program(APPS[role]);
  return new TidyProcessLab(
    {
      plan,
      runId,
      dir: join(folder, 'live'),
      build,
      links: request.links === true,
      archive: request.archive === true ? archiveParts(runId, folder, program('archive')) : undefined,
      mains: {
        orchestrator: main('orchestrator'),
        member: main('member'),
        sync: main('sync'),
        'outside-world': main('outside-world'),
        'upgrade-conductor': main('upgrade-conductor'),
      },
      extra: ({ role }) => {
        const keepsSoftware = hasConductor(plan);
        if (role === 'member') return { policy: plan.policy, interfaces: interfaceModes(plan), keepsSoftware };
        if (role === 'orchestrator') {
          return { interfaces: interfaceModes(plan), deferrable: deferrableRules(plan.policy), keepsSoftware };
        }
        if (role === 'upgrade-conductor') return softwareOf(plan);
        if (role !== 'outside-world') return {};
        return { captures: plan.traffic.captures, ...(packetCapture && { packetCapture }) };
      },
      tracer,
      progress: say,
    },
    request.standing === true,
  );
}
