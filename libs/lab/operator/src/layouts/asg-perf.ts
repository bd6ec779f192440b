import { ruledTable, shortNumber } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { isUp, type FabricView, type MemberView } from '../view/fabric-view.js';

const rate = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOT_AVAILABLE : shortNumber(value);

function sum(members: readonly MemberView[], of: (m: MemberView) => number | null | undefined): number | null {
  const values = members.map(of).filter((v) => v !== null && v !== undefined);
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
}

/** `3%/1%/9%`: average, least, most. */
function spread(values: readonly (number | null)[]): string {
  const known = values.filter((v) => v !== null);
  if (known.length === 0) return NOT_AVAILABLE;
  const average = Math.round(known.reduce((a, b) => a + b, 0) / known.length);
  return `${average}%/${Math.min(...known)}%/${Math.max(...known)}%`;
}

const memoryPercent = (m: MemberView): number | null =>
  m.memory === null ? null : Math.round((m.memory.usedKb * 100) / m.memory.limitKb);
const percent = (value: number | null): string => (value === null ? NOT_AVAILABLE : `${value}%`);

/** `asg perf [-v] [-p]`: rates are what passed within the second before (fidelity: F-ASG-PERF). */
export function asgPerf(view: FabricView, perMember: boolean, perPath: boolean): Line[] {
  const members = view.members.filter(isUp);
  const connections = (m: MemberView): number | null => m.connections?.own ?? null;
  const summary = ruledTable(
    'Performance Summary',
    ['Name', 'Value'],
    [
      ['Throughput', rate(sum(members, (m) => m.rates?.bitsPerSec))],
      ['Packet rate', rate(sum(members, (m) => m.rates?.packetsPerSec))],
      ['Connection rate', rate(sum(members, (m) => m.rates?.connectionsPerSec))],
      ['Concurrent conn.', rate(sum(members, connections))],
      ['Acceleration load (avg/min/max)', NOT_AVAILABLE],
      ['Instances load (avg/min/max)', spread(members.map((m) => m.cpuPercent))],
      ['Memory usage', spread(members.map(memoryPercent))],
    ],
  );
  const page = lines('documented', ...summary);
  if (perMember) page.push(...lines('documented', '', ...distribution(members, connections)));
  if (perPath) page.push(...lines('documented', '', ...paths(members)));
  return page;
}

function distribution(members: readonly MemberView[], connections: (m: MemberView) => number | null): string[] {
  const row = (m: MemberView): string[] => [
    m.id,
    rate(m.rates?.bitsPerSec),
    rate(m.rates?.packetsPerSec),
    rate(m.rates?.connectionsPerSec),
    rate(connections(m)),
    NOT_AVAILABLE,
    percent(m.cpuPercent),
    percent(memoryPercent(m)),
  ];
  return ruledTable(
    'Per SGM Distribution Summary',
    [
      'SGM ID',
      'Throughput',
      'Packet rate',
      'Conn. rate',
      'Concurrent conn.',
      'Accel. Cores a/m/M',
      'Inst. Cores a/m/M',
      'Mem usage',
    ],
    [
      ...members.map(row),
      [
        'Total',
        rate(sum(members, (m) => m.rates?.bitsPerSec)),
        rate(sum(members, (m) => m.rates?.packetsPerSec)),
        rate(sum(members, (m) => m.rates?.connectionsPerSec)),
        rate(sum(members, connections)),
        NOT_AVAILABLE,
        spread(members.map((m) => m.cpuPercent)),
        spread(members.map(memoryPercent)),
      ],
    ],
  );
}

/** Every packet takes the firewall's path: there is no acceleration here. */
function paths(members: readonly MemberView[]): string[] {
  const firewall = (value: string): string[] => [NOT_AVAILABLE, NOT_AVAILABLE, value];
  return ruledTable(
    'Per Path Distribution Summary',
    ['', 'Acceleration', 'Medium', 'Firewall', 'Dropped'],
    [
      ['Throughput', ...firewall(rate(sum(members, (m) => m.rates?.bitsPerSec))), NOT_AVAILABLE],
      ['Packet rate', ...firewall(rate(sum(members, (m) => m.rates?.packetsPerSec))), NOT_AVAILABLE],
      ['Connection rate', ...firewall(rate(sum(members, (m) => m.rates?.connectionsPerSec))), NOT_AVAILABLE],
      [
        'Packets so far',
        ...firewall(rate(sum(members, (m) => m.packets?.passed))),
        rate(sum(members, (m) => m.packets?.refused)),
      ],
    ],
  );
}
