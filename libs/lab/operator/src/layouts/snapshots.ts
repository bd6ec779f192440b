import { softwareText, type Software } from '@rehearsal/software/fold';
import { lines, type Line } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';
import type { Question } from './dialogue.js';

interface Kept {
  readonly name: string;
  readonly of: 'configuration' | 'image';
  readonly software: Software;
}

function keptAt(view: FabricView, here: string, of: Kept['of']): readonly Kept[] {
  return (view.software?.appliances.find((a) => a.id === here)?.snapshots ?? []).filter((s) => s.of === of);
}

/** `show snapshots` at `here` (fidelity: F-SNAPSHOT) */
export function snapshotList(view: FabricView, here: string): Line[] {
  const names = keptAt(view, here, 'image').map((s) => `${s.name} (${softwareText(s.software)})`);
  return lines(
    'recalled',
    'Restore points:',
    '---------------',
    ...(names.length === 0 ? ['No restore points'] : names),
    '',
    'Restore point now under creation:',
    '---------------------------------',
    'No restore point now under creation',
  );
}

/** `show backups` at `here` */
export function backupList(view: FabricView, here: string): Line[] {
  const names = keptAt(view, here, 'configuration').map((s) => `${s.name} (${softwareText(s.software)})`);
  return lines('recalled', ...(names.length === 0 ? ['No backups'] : names));
}

/** The time in a name that nobody gave: `02_Mar_2026_10_48_18`. */
export function backupName(host: string, longTime: string): string {
  const [, month, day, clock = '', year] = longTime.split(/\s+/);
  return `backup_${host}_${day?.padStart(2, '0')}_${month}_${year}_${clock.replaceAll(':', '_')}.tgz`;
}

export const backupTaken = (name: string): Line[] =>
  lines('recalled', 'Creating backup package. Use the command "show backups" to see it.', `Backup file: ${name}`);

export const snapshotTaken = (name: string): Line[] =>
  lines(
    'recalled',
    'Taking snapshot. You can continue working normally.',
    'Use the command "show snapshots" to monitor creation progress.',
    `Snapshot: ${name}`,
  );

export const revertQuestions = (name: string): readonly Question[] => [
  {
    text: `After reverting to ${name} the machine reboots, and all that was changed since is gone.\nAre you sure? (Y - yes, any other key - no) `,
    wants: 'y',
  },
];

/** A refusal as the shell prints an error. */
export const snapshotError = (reason: string): Line[] => lines('recalled', `Error: ${reason}`);
