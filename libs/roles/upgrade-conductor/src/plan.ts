import type { SecurityGroupState } from '@rehearsal/security-group';
import { isDetached } from '@rehearsal/security-group';
import { readPackageName } from '@rehearsal/software';
import { PROBE_SERVICES } from '@rehearsal/traffic';
import { upgradePlan, type UpgradePlan } from '@rehearsal/upgrade';
import type { UpgradeConductorConfig } from './config.js';

type Args = Readonly<Record<string, unknown>>;

/**
 * The plan that an operator's words come to; what they leave out the fabric file or a setting says.
 * A string says what is wrong with them.
 */
export function planFrom(args: Args, config: UpgradeConductorConfig, nowMs: number): UpgradePlan | string {
  const { settings, orchestrators } = config;
  const file = typeof args['package'] === 'string' ? args['package'] : '';
  const pkg = readPackageName(file);
  if (pkg === undefined)
    return `'${file}' is not the name of a package: see docs/upgrades.md for how packages are named`;
  const groups = groupsOf(args, config);
  if (typeof groups === 'string') return groups;
  const probes = probesOf(args, config);
  if (typeof probes === 'string') return probes;
  const windowMs = args['windowMs'];
  const plan = upgradePlan.safeParse({
    method: args['method'] ?? 'zero-downtime',
    package: pkg,
    canary: args['canary'] ?? '',
    groups,
    orchestrators: args['orchestrators'] === undefined ? [] : orchestrators,
    orchestratorsFirst: args['orchestrators'] === 'first',
    capacityFloorPercent: args['capacityFloorPercent'] ?? settings['upgrade.capacityFloorPercent'],
    mayLoseBackups: args['mayLoseBackups'] === true,
    stepLimitMs: settings['upgrade.stepLimitSec'] * 1000,
    gateMs: settings['upgrade.gateSec'] * 1000,
    ...(probes !== null && { probes }),
    closesAt: typeof windowMs === 'number' ? Math.floor(nowMs + windowMs) : 0,
  });
  if (plan.success) return plan.data;
  const [issue] = plan.error.issues;
  return `not a plan of an upgrade: ${issue?.path.join('.')} ${issue?.message}`;
}

/** The upgrade groups as they are now: a spare is upgraded with its own while it is one of the members. */
export function groupsNow(
  { groups }: UpgradeConductorConfig,
  { members }: SecurityGroupState,
): UpgradeConductorConfig['groups'] {
  const detached = members.filter(isDetached).map((m) => m.id);
  return Object.fromEntries(
    Object.entries(groups).map(([name, ids]) => [name, ids.filter((id) => !detached.includes(id))]),
  );
}

/** What gates ask; null where they only look. A string says which service cannot be asked. */
export function probesOf(
  { probes }: Args,
  { settings }: UpgradeConductorConfig,
): UpgradePlan['probes'] | null | string {
  const said = typeof probes === 'string' && probes !== 'none' ? probes.split(',') : [];
  const services = probes === undefined ? settings['upgrade.probes'] : [...new Set(said)];
  const odd = services.find((name) => !PROBE_SERVICES.includes(name));
  if (odd !== undefined) {
    return `'${odd}' cannot be asked at a gate: name some of ${PROBE_SERVICES.join(', ')} in --probes or upgrade.probes, or none`;
  }
  return services.length === 0 ? null : { services: [...services], perService: settings['upgrade.probesPerService'] };
}

/** What an operator says for groups that are the sites. */
const BY_SITE = 'sites';

/** In the order in which they go: B before A, so that who leads the group moves least (fidelity: F-GROUP-ORDER). */
function groupsOf({ order }: Args, config: UpgradeConductorConfig): string[][] | string {
  const { groups, securityGroup } = config;
  if (order === BY_SITE) return sitesOf(config);
  const names = typeof order === 'string' ? order.split(',') : Object.keys(groups).sort().reverse();
  if (names.length === 0) {
    return `no upgrade groups are bound: name them in the fabric file under securityGroups.${securityGroup}.groups`;
  }
  const out: string[][] = [];
  for (const name of names) {
    const group = groups[name];
    if (group === undefined) {
      return `upgrade group ${name} is not bound: name it in the fabric file under securityGroups.${securityGroup}.groups.${name}`;
    }
    out.push([...group]);
  }
  return out;
}

/** All of a site together, the last site first, as with groups. A member's id begins with its site. */
function sitesOf({ members, groups }: UpgradeConductorConfig): string[][] {
  const own = members.filter((m) => m.spare !== true).map((m) => m.id);
  const sites = Map.groupBy(new Set([...own, ...Object.values(groups).flat()]), (id) => id.split('_')[0]);
  return [...sites.values()].reverse();
}
