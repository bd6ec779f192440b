import { boxRow, shortNumber } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { longTime, upTime } from '../text/time.js';
import { hostName, memberIn, type FabricView } from '../view/fabric-view.js';

const WIDTH = 80;
const RULE = `|${'-'.repeat(WIDTH - 2)}|`;

/** One screen of `cpview`, the overview (fidelity: F-CPVIEW): the real one is moved about in. */
export function cpview(view: FabricView, here: string): Line[] {
  const self = memberIn(view, here);
  const { connections, rates, packets, memory } = self;
  const row = (text: string): string => boxRow(text, WIDTH);
  const pair = (label: string, value: string): string => row(`  ${label.padEnd(28)}${value}`);
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? NOT_AVAILABLE : shortNumber(value);
  return lines(
    'recalled',
    RULE,
    row(`CPVIEW.Overview${longTime(view.atMs).padStart(WIDTH - 19)}`),
    RULE,
    row('Overview SysInfo Network CPU Software-blades'),
    RULE,
    row(`${hostName(view, here)} (${self.state})   Uptime: ${uptimeOf(view, self.joinedAtMs)}`),
    row('CPU:'),
    pair('Num of CPUs:', String(self.cores)),
    pair('Used:', self.cpuPercent === null ? NOT_AVAILABLE : `${self.cpuPercent}%`),
    row('Memory:'),
    pair('Total MB:', memory === null ? NOT_AVAILABLE : String(Math.round(memory.limitKb / 1024))),
    pair('Used MB:', memory === null ? NOT_AVAILABLE : String(Math.round(memory.usedKb / 1024))),
    row('Network:'),
    pair('Bits/sec:', number(rates?.bitsPerSec)),
    pair('Packets/sec:', number(rates?.packetsPerSec)),
    pair('Connections/sec:', number(rates?.connectionsPerSec)),
    pair('Concurrent connections:', number(connections?.own)),
    pair('Copies held for others:', number(connections?.copies)),
    pair('Dropped packets:', number(packets?.refused)),
    row('Slots:'),
    pair('Active / backup:', `${self.slots.active} / ${self.slots.backup}`),
    RULE,
  );
}

const uptimeOf = (view: FabricView, joinedAtMs: number | null): string =>
  joinedAtMs === null ? NOT_AVAILABLE : upTime(view.atMs - joinedAtMs);
