import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { longTime } from '../text/time.js';
import type { FabricView } from '../view/fabric-view.js';

const VALUE_AT = 33;
const STATUS: Readonly<Record<string, string>> = {
  running: 'Running',
  finished: 'Finished',
  superseded: 'Superseded',
  abandoned: 'Abandoned',
};

/** `asg_blade_stats`: the iterator's block, which is documented (fidelity: F-BLADE-STATS). */
export function bladeStats(view: FabricView): Line[] {
  const { iterator } = view;
  const row = (label: string, value: string): string => `${label.padEnd(VALUE_AT)}${value}`;
  return lines(
    'documented',
    'Last Iterator Statistics:',
    '---------------------------------------------',
    row('Start time:', iterator === null ? NOT_AVAILABLE : longTime(iterator.startedAtMs)),
    row('Running time:', iterator === null ? NOT_AVAILABLE : `${Math.floor(iterator.runningMs / 1000)} Seconds`),
    row('Status:', iterator === null ? NOT_AVAILABLE : (STATUS[iterator.status] ?? iterator.status)),
    row('Reason:', iterator === null ? NOT_AVAILABLE : iterator.reason),
    row('Total connections iterated', iterator === null ? NOT_AVAILABLE : String(iterator.iterated)),
    row('Connections w/ sync action', iterator === null ? NOT_AVAILABLE : String(iterator.copied)),
  );
}
