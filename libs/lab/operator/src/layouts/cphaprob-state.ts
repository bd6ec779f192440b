import { columns } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { longTime } from '../text/time.js';
import { hostName, memberIn, type FabricView, type Failover, type MemberView } from '../view/fabric-view.js';

/** Where the columns begin; an id as long as `1_01 (local)` moves all but the first (fidelity: F-CPHAPROB-STATE). */
const STARTS = [0, 11, 27, 43, 58] as const;

/** The one code that is public (fidelity: F-CLUS-CODES). */
const RESOLVED = 'CLUS-114904';

const MODE = 'HA Over LS';

/** `cphaprob state`, seen by `here`. */
export function cphaprobState(view: FabricView, here: string): Line[] {
  const self = memberIn(view, here);
  if (isOff(self)) return lines('documented', HA_OFF);
  const ids = view.members.map((m) => `${m.id}${m.id === here ? ' (local)' : ''}`);
  const shift = Math.max(0, ...ids.map((id) => id.length + 1 - STARTS[1]));
  const row = (cells: readonly string[]): string =>
    columns(cells.map((text, i) => [(STARTS[i] ?? 0) + (i === 0 ? 0 : shift), text]));
  return [
    ...lines('documented', ''),
    ...lines('recalled', `Cluster Mode:   ${MODE}`),
    ...lines('documented', '', row(['ID', 'Unique Address', 'Assigned Load', 'State', 'Name']), ''),
    ...lines(
      'documented',
      ...view.members.map((m, i) => row([ids[i] ?? '', addressOf(m), load(view, m), m.state, hostName(view, m.id)])),
      '',
      '',
      `Active PNOTEs: ${problemsOf(self)}`,
      '',
      ...lastChange(self),
      ...lastFailover(view),
      ...counter(view),
    ),
  ];
}

export const HA_OFF = 'HA module not started.';
export const isOff = (member: MemberView): boolean => member.state === HA_OFF;

/** Members sit in the internal network, each at its own number (fidelity: F-SYNC-NETWORK). */
export const addressOf = (member: MemberView): string => `192.0.2.${member.number}`;

/** Its share of the slots. */
const load = (view: FabricView, member: MemberView): string =>
  `${view.slots.total === 0 ? 0 : Math.round((member.slots.active * 100) / view.slots.total)}%`;

/** Names of the devices with a problem: its own word, or the group's where it says nothing. */
export function problemsOf(member: MemberView): string {
  const own = member.pnotes?.filter((p) => p.state !== 'ok').map((p) => p.name) ?? [];
  const admin = member.admin === 'down' ? ['admin_down'] : [];
  const names = [...new Set([...own, ...member.problems, ...admin])];
  return names.length === 0 ? 'None' : names.join(', ');
}

const field = (name: string, value: string): string => `   ${name.padEnd(28)}${value}`;

function lastChange(self: MemberView): string[] {
  const change = self.lastChange;
  const head = 'Last member state change event:';
  if (change === null) return [head, field('Event Code:', NOT_AVAILABLE), ''];
  const isResolved = change.from.startsWith('ACTIVE(') && change.to === 'ACTIVE';
  return [
    head,
    field('Event Code:', isResolved ? RESOLVED : NOT_AVAILABLE),
    field('State change:', `${change.from} -> ${change.to}`),
    field('Reason for state change:', change.reason),
    field('Event time:', longTime(change.atMs)),
    '',
  ];
}

export const transitionOf = (failover: Failover): string =>
  `Member ${failover.from} -> Member ${failover.to.length === 0 ? NOT_AVAILABLE : failover.to.join(', ')}`;

export function lastFailover(view: FabricView): string[] {
  const failover = view.failovers[view.failovers.length - 1];
  const head = 'Last cluster failover event:';
  if (failover === undefined) return [head, field('Transition to new ACTIVE:', NOT_AVAILABLE), ''];
  return [
    head,
    field('Transition to new ACTIVE:', transitionOf(failover)),
    field('Reason:', failover.reason),
    field('Event time:', longTime(failover.atMs)),
    '',
  ];
}

/** Counts since the fabric was brought up, which stands for a reboot. */
export function counter(view: FabricView): string[] {
  return [
    'Cluster failover count:',
    field('Failover counter:', String(view.failovers.length)),
    field('Time of counter reset:', `${longTime(view.sinceMs)} (reboot)`),
    '',
  ];
}

/** `cphaprob stat` of older releases: states in title case. */
export function cphaprobStat(view: FabricView, here: string): Line[] {
  if (isOff(memberIn(view, here))) return lines('documented', HA_OFF);
  const row = (cells: readonly string[]): string => columns(cells.map((text, i) => [[0, 13, 29, 45][i] ?? 0, text]));
  return [
    ...lines('recalled', '', `Cluster Mode:   ${MODE}`, ''),
    ...lines('documented', row(['Number', 'Unique Address', 'Assigned Load', 'State']), ''),
    ...lines(
      'recalled',
      ...view.members.map((m) =>
        row([
          `${m.id}${m.id === here ? ' (local)' : ''}`,
          addressOf(m),
          load(view, m),
          m.state.replace(/^[A-Z]+/, (word) => word[0] + word.slice(1).toLowerCase()),
        ]),
      ),
      '',
    ),
  ];
}

const SHOWN = 20;

/** `cphaprob [-l COUNT] show_failover` */
export function showFailover(view: FabricView, count = SHOWN): Line[] {
  const rows = view.failovers.slice(-count).reverse();
  const cpuAt = Math.max(61, ...rows.map((f) => 31 + transitionOf(f).length + 2));
  const row = (cells: readonly string[]): string =>
    columns(cells.map((text, i) => [[0, 5, 31, cpuAt, cpuAt + 6][i] ?? 0, text]));
  return lines(
    'recalled',
    '',
    ...lastFailover(view),
    ...counter(view),
    `Cluster failover history (last ${count} failovers since reboot/reset on ${longTime(view.sinceMs)}):`,
    '',
    row(['No.', 'Time:', 'Transition:', 'CPU:', 'Reason:']),
    '',
    ...rows.map((f, i) => row([String(i + 1), longTime(f.atMs), transitionOf(f), NOT_AVAILABLE, f.reason])),
    '',
  );
}
