import { PNOTES } from '@rehearsal/security-group/fold';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { memberIn, type FabricView, type Pnote } from '../view/fabric-view.js';
import { HA_OFF, isOff } from './cphaprob-state.js';

/** Devices that every member has; all others are registered (fidelity: F-PNOTE-NAMES). */
const BUILT_IN = [
  'Problem Notification',
  'Init',
  'Interface Active Check',
  'Load Balancing Configuration',
  'Recovery Delay',
  'CoreXL Configuration',
];
/** Only there while something reports them. */
const TRANSIENT = ['FSYNC', 'during_upgrade', 'admin_down', 'lb', 'config_verifier', 'local_probing', 'user_defined'];

export type ListKind = 'default' | 'all' | 'problems' | 'problems-and-roll-up';

/**
 * `cphaprob list`, `-l`, `-i`, `-e`, `-ia` of member `here`: heads and first lines are documented, the registered
 * block is recalled (fidelity: F-CPHAPROB-LIST). A device that never reported is well.
 */
export function cphaprobList(view: FabricView, here: string, kind: ListKind): Line[] {
  const self = memberIn(view, here);
  if (isOff(self)) return lines('documented', HA_OFF);
  if (self.pnotes === null) return lines('field', `${NOT_AVAILABLE}: member ${here} did not answer`);
  const reported = new Map(self.pnotes.map((p) => [p.name, p]));
  for (const name of self.problems) if (!reported.has(name)) reported.set(name, problem(name));
  if (self.admin === 'down') reported.set('admin_down', problem('admin_down'));
  const isBad = [...reported.values()].some((p) => p.state !== 'ok');
  const names = kind === 'all' ? [...PNOTES, ...reported.keys()] : [...reported.keys()];
  const wanted = [...new Set(names)].filter((name) => {
    const known = reported.get(name);
    if (kind === 'all') return known !== undefined || !TRANSIENT.includes(name);
    return known !== undefined && known.state !== 'ok';
  });
  if (wanted.length === 0 && (kind !== 'default' || !isBad)) {
    return lines('documented', '', 'There are no pnotes in problem state', '');
  }
  if (kind === 'problems-and-roll-up' && isBad) wanted.unshift('Problem Notification');
  const rollUp: Pnote = { ...problem('Problem Notification'), state: isBad ? 'problem' : 'ok' };
  const stateOf = (name: string): Pnote =>
    name === 'Problem Notification' ? rollUp : (reported.get(name) ?? { ...problem(name), state: 'ok' });
  const own = wanted.filter((name) => BUILT_IN.includes(name));
  const registered = wanted.filter((name) => !BUILT_IN.includes(name));
  return [
    ...lines('documented', '', 'Built-in Devices:', ''),
    ...own.flatMap((name) =>
      lines('documented', `Device Name: ${name}`, `Current state: ${stateText(stateOf(name))}`, ''),
    ),
    ...(registered.length === 0 ? [] : lines('recalled', 'Registered Devices:', '')),
    ...registered.flatMap((name, i) => registeredDevice(stateOf(name), i, view.atMs)),
  ];
}

const problem = (name: string): Pnote => ({ name, state: 'problem', timeoutSec: 0, reportedAtMs: null });
const stateText = ({ state }: Pnote): string => (state === 'ok' ? 'OK' : state);

function registeredDevice(device: Pnote, number: number, atMs: number): Line[] {
  const { name, timeoutSec, reportedAtMs } = device;
  const since = reportedAtMs === null ? NOT_AVAILABLE : `${Math.max(0, Math.floor((atMs - reportedAtMs) / 1000))} sec`;
  return [
    ...lines('documented', `Device Name: ${name}`),
    ...lines(
      'recalled',
      `Registration number: ${number}`,
      `Timeout: ${timeoutSec === 0 ? 'none' : `${timeoutSec} sec`}`,
    ),
    ...lines('documented', `Current state: ${stateText(device)}`),
    ...lines('recalled', `Time since last report: ${since}`, ''),
  ];
}
