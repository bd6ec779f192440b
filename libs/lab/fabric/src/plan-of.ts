import type { Settings } from '@rehearsal/kernel';
import { resolveSettings, SettingsError } from '@rehearsal/kernel/settings';
import type { FabricPlan, InterfacePlan, RoleEntry, SparePlan } from '@rehearsal/lab-port';
import { FileError, type FileProblem } from './problems.js';
import type { SpareRow } from './member-rows.js';
import type { ReadFabric } from './read-fabric.js';

/** What planning needs that is not in the fabric file itself. */
export interface PlanOptions {
  /** The parsed rulebase; null where the file names none. */
  readonly policy: unknown;
  /** Makes a path seen from the fabric file one that can be opened. */
  readonly locate: (path: string) => string;
  /** Settings of the command line, which win over the file's. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Wins over the file's profile. */
  readonly profile?: 'vendor' | 'lossless';
}

/**
 * Completes a fabric file to the plan a lab starts: roles in start order, ids, weights, settings.
 * @throws FileError for settings of the file, SettingsError for those of `overrides`.
 */
export function planOf(read: ReadFabric, options: PlanOptions): FabricPlan {
  const { fabric, securityGroup: name } = read;
  const profile = options.profile ?? fabric.profile;
  const group = fabric.securityGroups[name]!;
  const settings = settingsOf(read, profile, options.overrides ?? {});
  const limit = settings['limit.membersPerSite'];
  const { length } = [...read.members, ...read.spares];
  if (length > limit) {
    throw new FileError([
      read.problem(
        ['securityGroups', name, 'members'],
        `A site has at most ${limit} members, saw ${length}.`,
        'Take some away, or raise the setting limit.membersPerSite.',
      ),
    ]);
  }
  const orchestrators = Array.from({ length: fabric.orchestrators }, (_, i) => `1_${i + 1}`);
  const { captures, ...traffic } = fabric.traffic;
  return {
    fabric: fabric.fabric,
    site: 1,
    profile,
    settings,
    orchestrators,
    securityGroup: {
      name,
      release: group.release,
      take: group.take,
      address: group.address,
      members: read.members,
      ...(read.spares.length > 0 && { spares: read.spares.map((s) => spareOf(s, group.release, settings)) }),
      interfaces: interfacesOf(read, settings['dist.mode']),
    },
    policy: translating(options.policy, group.interfaces.outside),
    traffic: { ...traffic, captures: captures.map((c) => options.locate(c)) },
    packages: Object.entries(fabric.packages).map(([file, p]) => ({ file, ...p })),
    roles: rolesOf(
      orchestrators,
      [...read.members, ...read.spares].map((m) => m.id),
      Object.keys(fabric.packages).length > 0 || read.spares.length > 0,
    ),
  };
}

/** What it was delivered with, where the file does not say (fidelity: F-FACTORY-IMAGE). */
function spareOf({ release, take, ...spare }: SpareRow, groupRelease: string, settings: Settings): SparePlan {
  return { ...spare, release: release ?? groupRelease, take: take ?? settings['factory.take'] };
}

/** `nat: hide` is another way to say that the policy hides all of the inside behind the interface's address. */
function translating(policy: unknown, outside: { readonly nat: string; readonly address: string }): unknown {
  if (outside.nat !== 'hide') return policy;
  const [behind] = outside.address.split('/');
  const rulebase = (policy ?? { rules: [{ name: 'accept all', action: 'accept' }] }) as {
    readonly nat?: { readonly hide?: readonly unknown[] };
  };
  // What the policy says itself comes first, and so wins.
  const hide = [...(rulebase.nat?.hide ?? []), { source: 'any', behind }];
  return { ...rulebase, nat: { ...rulebase.nat, hide } };
}

/**
 * The interfaces as planned: each says its distribution, or the setting does. General looks at both addresses of
 * every packet, so it is one choice for the whole group (fidelity: F-DIST-MODE).
 */
function interfacesOf(read: ReadFabric, otherwise: Settings['dist.mode']): InterfacePlan[] {
  const { interfaces } = read.fabric.securityGroups[read.securityGroup]!;
  const planned = (['inside', 'outside'] as const).map((side) => {
    const said = interfaces[side].distribution ?? otherwise;
    return { name: side, ...interfaces[side], distribution: modeOf(said, side) };
  });
  const general = planned.filter((i) => i.distribution === 'general');
  if (general.length === 1) {
    const side = planned.findLast((i) => interfaces[i.name].distribution !== undefined)!.name;
    throw new FileError([
      read.problem(
        ['securityGroups', read.securityGroup, 'interfaces', side, 'distribution'],
        `General distribution holds for the whole Security Group; here ${planned.map((i) => `${i.name} is ${i.distribution}`).join(' and ')}.`,
        'Say general at both, or user, network or auto-topology at both.',
      ),
    ]);
  }
  return planned;
}

/** Auto-topology goes by where the interface leads: users are inside, networks outside. */
function modeOf(said: Settings['dist.mode'], side: 'inside' | 'outside'): InterfacePlan['distribution'] {
  if (said !== 'auto-topology') return said;
  return side === 'inside' ? 'user' : 'network';
}

/** Software changes only where the file names packages or spares: there a conductor keeps the record of it. */
function rolesOf(orchestrators: readonly string[], members: readonly string[], hasConductor: boolean): RoleEntry[] {
  return [
    { role: 'sync', id: '1', subject: 'data.sync.1' },
    ...(hasConductor ? [{ role: 'upgrade-conductor' as const, id: '1', subject: 'data.upgrade-conductor.1' }] : []),
    ...orchestrators.map((id) => ({ role: 'orchestrator' as const, id, subject: `data.orchestrator.${id}` })),
    ...members.map((id) => ({ role: 'member' as const, id, subject: `data.member.${id}` })),
    { role: 'outside-world', id: 'outside', subject: 'data.outside' },
  ];
}

/** The file's `sync` block is another way to say three settings; `settings` says more, and wins. */
function settingsOf(read: ReadFabric, profile: FabricPlan['profile'], overrides: Record<string, unknown>): Settings {
  const { fabric, securityGroup } = read;
  const { policy, delaySec, never } = fabric.securityGroups[securityGroup]!.sync;
  const syncPath = ['securityGroups', securityGroup, 'sync'];
  const said: { name: string; value: unknown; path: string[] }[] = [];
  if (policy !== undefined) said.push({ name: 'sync.policy', value: policy, path: [...syncPath, 'policy'] });
  if (delaySec !== undefined) {
    said.push({ name: 'sync.delayMs', value: Math.round(delaySec * 1000), path: [...syncPath, 'delaySec'] });
  }
  if (never !== undefined) said.push({ name: 'sync.never', value: never, path: [...syncPath, 'never'] });
  for (const [name, value] of Object.entries(fabric.settings)) said.push({ name, value, path: ['settings', name] });

  const problems: FileProblem[] = [];
  const inFile: Record<string, unknown> = {};
  for (const { name, value, path } of said) {
    try {
      resolveSettings(profile, { [name]: value });
      inFile[name] = value;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const problem of error.problems) {
        const [what, ...rest] = problem.split('; ');
        problems.push(read.problem(path, `${what}.`, capital(`${rest.join('; ') || 'see `rehearse settings`'}.`)));
      }
    }
  }
  if (problems.length > 0) throw new FileError(problems);
  return resolveSettings(profile, { ...inFile, ...overrides });
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
