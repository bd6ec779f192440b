import { distributionWord } from '@rehearsal/security-group/fold';
import { lines, type Line } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';

const WORDS = { user: 'User (Internal)', network: 'Network (External)', general: 'General' } as const;

/** `show distribution configuration` (fidelity: F-DIST-SHOW). */
export function showDistribution(view: FabricView): Line[] {
  const interfaces = view.group.interfaces.map((i) => `${i.name} (${i.ports.join(', ')})`);
  const width = Math.max(24, ...interfaces.map((name) => name.length + 2));
  const row = (label: string, value: string): string => `${`${label}:`.padEnd(width)}${value}`;
  return lines(
    'recalled',
    row('Mode', view.group.changingTo === '' ? modeOf(view) : `${modeOf(view)}, changing to ${view.group.changingTo}`),
    row('L4 Mode', view.settings['dist.l4'] ? 'on' : 'off'),
    row('Matrix Size', String(view.slots.total)),
    ...view.group.interfaces.map((i, at) => row(interfaces[at]!, WORDS[i.distribution])),
  );
}

/** The vendor's word for how the whole group spreads. */
export function modeOf(view: FabricView): string {
  const of = (name: string) => view.group.interfaces.find((i) => i.name === name)?.distribution ?? 'general';
  return distributionWord({ inside: of('inside'), outside: of('outside') });
}
