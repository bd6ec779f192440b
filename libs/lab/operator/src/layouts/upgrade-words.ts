import { mayMeet, pathTo, rankOf } from '@rehearsal/software/fold';
import { boxRow } from '../text/box.js';
import { lines, type Line } from '../text/line.js';
import { isUp, memberIn, type FabricView } from '../view/fabric-view.js';
import { auditQuestions, type Question } from './dialogue.js';

export type Direction = 'switch' | 'continue' | 'revert';

const SURE = 'Are you sure? (Y - yes, any other key - no) ';

/** What `sp_upgrade` asks (fidelity: F-SP-UPGRADE). */
export function spUpgradeQuestions(direction: Direction): readonly Question[] {
  const audit = auditQuestions('sp_upgrade');
  switch (direction) {
    case 'switch':
      return [
        {
          text: 'The members that are upgraded take over, and all others wait.\nFail over to the upgraded members now? (y/n) ',
          wants: 'y',
        },
        { text: 'Upgrade all other members as well? (y/n) ', wants: 'n' },
        ...audit,
      ];
    case 'continue':
      return [{ text: `The upgrade of this Security Group ends.\n${SURE}`, wants: 'y' }, ...audit];
    case 'revert':
      return [
        {
          text: `The members that are not upgraded take over, and all others go back to the release before and reboot.\n${SURE}`,
          wants: 'y',
        },
        ...audit,
      ];
  }
}

/** Why member `here` is not where `sp_upgrade` is typed; undefined where it is. */
export function whyNotHere(view: FabricView, here: string): string | undefined {
  const newest = Math.max(...view.members.map((m) => rankOf(m.release)));
  const self = memberIn(view, here);
  if (rankOf(self.release) === newest) return undefined;
  const [upgraded] = view.members.filter((m) => rankOf(m.release) === newest);
  return `member ${here} runs ${self.release}: type it at one that is upgraded, as ${upgraded?.id}`;
}

/** What is said once it is decided. */
export function spUpgradeDone(direction: Direction, held: readonly string[]): Line[] {
  const said = {
    switch: 'The upgraded members take over.',
    continue: 'The upgrade is over.',
    revert: 'The members that are not upgraded take over; the others go back and reboot.',
  }[direction];
  // Who goes back reboots in any case.
  const waits = direction === 'switch' && held.length > 0 ? [`Wait for their turn: ${held.join(', ')}`] : [];
  return lines('field', said, ...waits);
}

export const spUpgradeError = (reason: string): Line[] => lines('field', `sp_upgrade: ${reason}`);

/** `cphaprob mvc` of member `here` */
export function mvcState(view: FabricView, here: string): Line[] {
  const isOn = view.software?.appliances.find((a) => a.id === here)?.mvc === true;
  return lines('documented', isOn ? 'ON' : 'OFF');
}

const WIDTH = 80;
const RULE = '-'.repeat(WIDTH);

/** `asg diag verify-upgrade RELEASE`: what speaks against an upgrade of the group now (fidelity: F-FIELD-INSTALL). */
export function verifyUpgrade(view: FabricView, release: string): Line[] {
  const releases = [...new Set(view.members.map((m) => m.release))];
  const takes = [...new Set(view.members.map((m) => `${m.release} take ${m.take}`))];
  const pairs = releases.filter((from) => from !== release).map((from) => mayMeet(from, release));
  const imported = view.software?.packages.some((p) => p.kind === 'upgrade' && p.release === release) ?? false;
  const without = view.members.filter(
    (m) => (view.software?.appliances.find((a) => a.id === m.id)?.snapshots ?? []).length === 0,
  );
  const down = view.members.filter((m) => !isUp(m)).map((m) => m.id);
  const ways = releases.map((from) => pathTo(from, release, 'minimum-downtime'));
  const wrongWay = ways.find((way) => typeof way === 'string');
  const checks: readonly (readonly [string, string])[] = [
    ['A way leads there', typeof wrongWay === 'string' ? wrongWay : ''],
    ['Releases may meet', pairs.find((p) => !p.may)?.why ?? ''],
    ['One release and take', takes.length > 1 ? takes.join(', ') : ''],
    ['All members are up', down.length > 0 ? `${down.join(', ')} do not serve` : ''],
    ['Auto-clone is off', view.group.autoClone === 'on' ? 'set smo image auto-clone state off' : ''],
    ['Backups are there', without.length > 0 ? `none of ${without.map((m) => m.id).join(', ')}` : ''],
    ['Package is imported', imported ? '' : `no package of ${release}: installer import local PATH`],
  ];
  const failed = checks.filter(([, reason]) => reason !== '');
  return lines(
    'field',
    RULE,
    boxRow(`Upgrade to ${release}`, WIDTH),
    RULE,
    ...checks.flatMap(([title, reason]) => [
      boxRow(`${title.padEnd(24)} | ${reason === '' ? 'Passed' : 'Failed (!)'}`, WIDTH),
      ...wrapped(reason, WIDTH - 8).map((part) => boxRow(`    ${part}`, WIDTH)),
    ]),
    RULE,
    boxRow(`Passed: ${checks.length - failed.length}/${checks.length} checks`, WIDTH),
    RULE,
  );
}

/** A sentence in lines of so many characters. */
function wrapped(text: string, width: number): string[] {
  const out: string[] = [];
  for (const word of text.split(' ').filter((w) => w !== '')) {
    const last = out.at(-1);
    if (last !== undefined && last.length + word.length < width) out[out.length - 1] = `${last} ${word}`;
    else out.push(word);
  }
  return out;
}
