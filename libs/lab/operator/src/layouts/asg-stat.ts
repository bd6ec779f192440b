import { boxRow, columns } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { policyDate, upTime } from '../text/time.js';
import { isR82, isUp, type FabricView, type MemberView } from '../view/fabric-view.js';
import { policyAtMsOf, releasesUp } from '../view/policies.js';

const WIDTH = 80;
const RULE = '-'.repeat(WIDTH);
const STATE_AT = 30;

/** What a unit that works counts for, and by how much sites must differ (fidelity: F-CHASSIS-WEIGHTS). */
const UNIT_WEIGHT = { sgm: 6, standard: 11, bond: 11, mgmt: 11, other: 6 } as const;
const MINIMUM_GAP = 11;

/**
 * `asg stat [-v]` of R80.20SP and later: the frame is recalled, its keys are documented (fidelity: F-ASG-STAT).
 * `here`: the member it is typed at.
 */
export function asgStat(view: FabricView, here: string, verbose: boolean): Line[] {
  if (view.group.release.startsWith('R7')) return verbose ? asgStatR76(view, here) : asgStatR76(view, here).slice(0, 8);
  const page = summary(view);
  if (verbose) page.push(...memberRows(view, here), ...parameters(view));
  return page;
}

function summary(view: FabricView): Line[] {
  const up = view.members.filter(isUp).length;
  const row = (key: string, value: string): string => boxRow(`${key.padEnd(STATE_AT)}| ${value}`, WIDTH);
  return [
    ...lines('recalled', RULE, boxRow('System Status - Maestro', WIDTH), RULE),
    ...lines(
      'documented',
      row('Up time', view.groupUpMs === null ? NOT_AVAILABLE : upTime(view.atMs - view.groupUpMs)),
      row('SGMs', `${up} / ${view.members.length}`),
      row('Version', `${view.group.release} (Build Number ${NOT_AVAILABLE})`),
    ),
    ...lines('recalled', ...policyRows(view, row), RULE),
  ];
}

/** One for each release that members serve with: each has its own (fidelity: F-POLICY-RELEASE). */
function policyRows(view: FabricView, row: (key: string, value: string) => string): string[] {
  const releases = releasesUp(view);
  if (releases.length < 2) return [row('FW Policy Date', dateOf(view, view.group.release))];
  return releases.map((release) => row(`FW Policy Date (${release})`, dateOf(view, release)));
}

function dateOf(view: FabricView, release: string): string {
  const atMs = policyAtMsOf(view, release);
  return atMs === null ? NOT_AVAILABLE : policyDate(atMs);
}

function memberRows(view: FabricView, here: string): Line[] {
  const site = isR82(view) ? 'Site' : 'Chassis';
  const row = (left: string, right: string): string =>
    boxRow(
      columns([
        [0, left],
        [STATE_AT, right],
      ]),
      WIDTH,
    );
  return [
    ...lines(
      'recalled',
      boxRow(
        columns([
          [0, 'SGM ID'],
          [STATE_AT, `${site} 1`],
        ]),
        WIDTH,
      ),
    ),
    ...lines('recalled', boxRow(columns([[STATE_AT, siteState(view)]]), WIDTH), RULE),
    ...lines('documented', ...view.members.map((m) => row(idOf(m, here), m.state))),
    ...lines('recalled', ...view.detached.map(({ number }) => row(String(number), 'DETACHED'))),
    ...lines('recalled', RULE),
  ];
}

/** `1 (local)`: a member's number, and whether the command was typed there. */
const idOf = (member: MemberView, here: string): string => `${member.number}${member.id === here ? ' (local)' : ''}`;

/** The only site is active while anybody serves. */
const siteState = (view: FabricView): string => (view.members.some(isUp) ? 'ACTIVE' : 'DOWN');

function parameters(view: FabricView): Line[] {
  const site = isR82(view) ? 'Site' : 'Chassis';
  const units = unitsOf(view);
  const grade = (count: 'up' | 'all'): number => units.reduce((sum, u) => sum + u[count] * u.weight, 0);
  const row = (unit: string, value: string, weight: string): string =>
    boxRow(
      columns([
        [0, unit],
        [STATE_AT, value],
        [65, weight],
      ]),
      WIDTH,
    );
  const shown = units.map((u) => row(u.name, `${u.up} / ${u.all}`, String(u.weight)));
  const isSynced = view.settings['sync.policy'] !== 'never';
  return [
    ...lines('documented', boxRow(`${site} Parameters`, WIDTH)),
    ...lines('recalled', RULE, row('Unit', `${site} 1`, 'Unit Weight')),
    ...lines('documented', shown[0]!),
    ...lines('recalled', row('Ports', '', ''), ...shown.slice(1)),
    ...lines('recalled', row(`${site} Grade`, `${grade('up')} / ${grade('all')}`, '-'), RULE),
    ...lines(
      'recalled',
      boxRow(
        columns([
          [0, `Minimum grade gap for ${site.toLowerCase()} failover:`],
          [57, String(MINIMUM_GAP)],
        ]),
        WIDTH,
      ),
      boxRow('Synchronization', WIDTH),
    ),
    ...lines(
      'documented',
      boxRow(
        columns([
          [2, `Sync to Active ${site.toLowerCase()}:`],
          [STATE_AT, isSynced ? 'Enabled' : 'Disabled'],
        ]),
        WIDTH,
      ),
    ),
    ...lines(
      'recalled',
      // There is no other site in this version.
      boxRow(
        columns([
          [2, `Sync to all ${site.toLowerCase()}:`],
          [STATE_AT, 'Disabled'],
        ]),
        WIDTH,
      ),
      RULE,
    ),
  ];
}

interface Unit {
  readonly name: string;
  readonly up: number;
  readonly all: number;
  readonly weight: number;
}

/** A port works while its orchestrator does; a bond while one of its ports does. */
function unitsOf(view: FabricView): Unit[] {
  const bonds = view.group.interfaces.filter((i) => i.ports.length > 1);
  const ports = view.group.interfaces.flatMap((i) => i.ports);
  const works = (port: string): boolean => portIsUp(view, port);
  return [
    { name: 'SGMs', up: view.members.filter(isUp).length, all: view.members.length, weight: UNIT_WEIGHT.sgm },
    { name: '  Standard', up: ports.filter(works).length, all: ports.length, weight: UNIT_WEIGHT.standard },
    {
      name: '  Bond',
      up: bonds.filter((b) => b.ports.some(works)).length,
      all: bonds.length,
      weight: UNIT_WEIGHT.bond,
    },
    { name: '  Mgmt', up: 0, all: 0, weight: UNIT_WEIGHT.mgmt },
    { name: '  Other', up: 0, all: 0, weight: UNIT_WEIGHT.other },
  ];
}

/** `eth2-05` is a port of orchestrator 1_2. A port of no orchestrator of this fabric is down. */
export function portIsUp(view: FabricView, port: string): boolean {
  const which = /^eth(\d+)-/.exec(port)?.[1];
  const orchestrator = view.orchestrators.find((o) => o.id === `1_${which}`);
  return orchestrator !== undefined && (orchestrator.process === 'running' || orchestrator.state === 'ACTIVE');
}

const OLD_WIDTH = 77;
const OLD_RULE = '-'.repeat(OLD_WIDTH);

/** `asg stat -v` of R76SP, documented in full (fidelity: F-ASG-STAT-R76). */
export function asgStatR76(view: FabricView, here: string): Line[] {
  const row = (cells: readonly (readonly [number, string])[]): string => boxRow(columns(cells), OLD_WIDTH);
  return lines(
    'documented',
    OLD_RULE,
    row([[0, 'VSX System Status']]),
    OLD_RULE,
    row([
      [0, 'VS ID:  0'],
      [30, `VS Name:  ${view.group.name}`],
    ]),
    OLD_RULE,
    row([
      [0, 'Chassis 1'],
      [30, siteState(view)],
    ]),
    OLD_RULE,
    row([
      [0, 'SGM ID'],
      [15, 'State'],
      [30, 'Process'],
      [56, 'Policy Date'],
    ]),
    ...view.members.map((m) =>
      row([
        [0, m.id === here ? `${m.number}  (local)` : String(m.number)],
        [15, m.site.state],
        [30, m.site.process],
        [56, isUp(m) ? dateOf(view, m.release) : 'NA'],
      ]),
    ),
    ...view.detached.map(({ number }) =>
      row([
        [0, String(number)],
        [15, 'DETACHED'],
        [30, 'Inactive'],
        [56, 'NA'],
      ]),
    ),
    OLD_RULE,
  );
}
