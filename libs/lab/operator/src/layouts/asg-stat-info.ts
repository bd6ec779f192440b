import { boxRow, columns } from '../text/box.js';
import { lines, type Line } from '../text/line.js';
import { isR82, isUp, memberIn, type FabricView } from '../view/fabric-view.js';

const WIDTH = 80;
const RULE = '-'.repeat(WIDTH);

/** Tasks of the single management object, with their ids; the first is documented (fidelity: F-ASG-STAT-TASKS). */
const TASKS = ['SMO', 'General', 'LACP', 'CH Monitor', 'DR Manager', 'UIPC', 'Alert'] as const;

/** `asg stat -i tasks`: all are the SMO's. */
export function asgStatTasks(view: FabricView, here: string): Line[] {
  const site = isR82(view) ? 'Site 1' : 'Chassis 1';
  const head = `| ${'Task (Task ID)'.padEnd(18)}|${' '.repeat(23)}${site}`.padEnd(WIDTH - 1) + '|';
  const { smo } = view.group;
  const holder = smo === '' ? '-' : `${memberIn(view, smo).number}${smo === here ? '(local)' : ''}`;
  const row = (task: string, id: number): string =>
    `| ${`${task} (${id})`.padEnd(18)}|${' '.repeat(26)}${holder}`.padEnd(WIDTH - 1) + '|';
  return [
    ...lines('documented', RULE, head, RULE, row(TASKS[0], 0)),
    ...lines('recalled', ...TASKS.slice(1).map((task, i) => row(task, i + 1)), RULE),
  ];
}

/** `asg stat -i active_ids`, `-i all_ids`: ids in one line. */
export function asgStatIds(view: FabricView, which: 'active_ids' | 'all_ids'): Line[] {
  const members = which === 'all_ids' ? view.members : view.members.filter(isUp);
  return lines('recalled', members.map((m) => m.id).join(' '));
}

/** `asg stat -i sgm_info`: what each member is. */
export function asgStatSgmInfo(view: FabricView, here: string): Line[] {
  const row = (cells: readonly string[]): string =>
    boxRow(columns(cells.map((text, i) => [[0, 16, 30, 42, 52, 64][i] ?? 0, text])), WIDTH);
  return lines(
    'recalled',
    RULE,
    row(['SGM ID', 'State', 'Model', 'Cores', 'Weight', 'Slots']),
    RULE,
    ...view.members.map((m) =>
      row([
        `${m.id}${m.id === here ? ' (local)' : ''}`,
        m.state,
        m.model,
        String(m.cores),
        String(m.weight),
        String(m.slots.active),
      ]),
    ),
    RULE,
  );
}

/** `asg stat -i proc`: what each member's firewall does. */
export function asgStatProc(view: FabricView, here: string): Line[] {
  const row = (cells: readonly string[]): string =>
    boxRow(columns(cells.map((text, i) => [[0, 16, 30][i] ?? 0, text])), WIDTH);
  return lines(
    'recalled',
    RULE,
    row(['SGM ID', 'State', 'Process']),
    RULE,
    ...view.members.map((m) => row([`${m.id}${m.id === here ? ' (local)' : ''}`, m.site.state, m.site.process])),
    RULE,
  );
}
