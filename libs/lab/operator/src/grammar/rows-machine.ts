import {
  backupList,
  backupName,
  backupTaken,
  revertQuestions,
  snapshotError,
  snapshotList,
  snapshotTaken,
} from '../layouts/snapshots.js';
import { auditOf } from '../layouts/dialogue.js';
import { lines, type Line } from '../text/line.js';
import { longTime } from '../text/time.js';
import { hostName } from '../view/fabric-view.js';
import { afterDialogue } from './ask-first.js';
import type { Call, CommandRow, Outcome, SoftwareOrder } from './command.js';
import { readMembers } from './member-set.js';
import { memberIds, saidBy, softwareOf } from './packages.js';
import { BOTH, MEMBER, reads } from './rows-read.js';

/** Has what is on disk of these members kept: all of it, or the configuration. */
export function keepOrder(
  call: Call,
  of: 'configuration' | 'image',
  name: string,
  appliances: readonly string[],
  done: (kept: readonly string[]) => readonly Line[],
): SoftwareOrder {
  softwareOf(call);
  return {
    input: { type: 'takeSnapshot', name, of, appliances },
    principal: saidBy(call.answers).principal,
    after: (events) => [
      ...done(events.flatMap((e) => (e.type === 'SnapshotTaken' ? [e.appliance] : []))),
      ...events.flatMap((e) => (e.type === 'SoftwareRefused' ? snapshotError(e.reason) : [])),
    ],
    refused: snapshotError,
  };
}

function revert(call: Call): Outcome {
  softwareOf(call);
  const [name = ''] = call.places;
  const { name: by, why } = auditOf(call.answers);
  return afterDialogue(call, 'recalled', revertQuestions(name), () => ({
    page: [],
    orders: [
      {
        input: { type: 'revertToSnapshot', name, appliances: [call.here], why },
        principal: { name: by, known: 'asserted' },
        after: () => lines('recalled', `Reverting to ${name}; the machine reboots when it is done.`),
        refused: snapshotError,
      },
    ],
  }));
}

function reboot(call: Call): Outcome {
  const { options, here } = call;
  const members = options['-b'] === undefined ? [here] : readMembers(options['-b'], memberIds(call));
  const text = `The machines (${members.join(',')}) will reboot.\nAre you sure you want to reboot? (Y/N)[N] `;
  return afterDialogue(call, 'recalled', [{ text, wants: 'y' }], () => ({
    page: [],
    act: { fault: 'reboot', members, args: {}, after: lines('field', `Going down for reboot: ${members.join(', ')}`) },
  }));
}

const NAME = { name: 'NAME', about: 'its name', least: 1, most: 1 } as const;

export const MACHINE_ROWS: readonly CommandRow[] = [
  {
    words: 'add backup local',
    about: "keep this machine's configuration; its name is made of host and time",
    on: BOTH,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-SNAPSHOT',
    options: [],
    handle: (call) => {
      const name = backupName(hostName(call.view, call.here), longTime(call.view.atMs));
      return { page: [], orders: [keepOrder(call, 'configuration', name, [call.here], () => backupTaken(name))] };
    },
  },
  reads(
    {
      words: 'show backups',
      about: 'configurations that were kept of this machine',
      on: BOTH,
      basis: 'recalled',
      fidelity: 'F-SNAPSHOT',
    },
    ({ view, here }) => backupList(view, here),
  ),
  {
    words: 'add snapshot',
    usage: 'add snapshot NAME [desc TEXT]',
    about: 'keep the whole image of this machine, to go back to',
    on: BOTH,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-SNAPSHOT',
    options: [{ flag: 'desc', value: 'TEXT', about: 'what it is for; it is not kept here' }],
    places: NAME,
    handle: (call) => {
      const [name = ''] = call.places;
      return { page: [], orders: [keepOrder(call, 'image', name, [call.here], () => snapshotTaken(name))] };
    },
  },
  reads(
    {
      words: 'show snapshots',
      about: 'images that were kept of this machine',
      on: BOTH,
      basis: 'recalled',
      fidelity: 'F-SNAPSHOT',
    },
    ({ view, here }) => snapshotList(view, here),
  ),
  {
    words: 'set snapshot revert',
    usage: 'set snapshot revert NAME',
    about: 'take this member back to an image; it reboots',
    on: MEMBER,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-SNAPSHOT',
    options: [],
    places: NAME,
    asks: true,
    handle: revert,
  },
  {
    words: 'reboot',
    usage: 'reboot [-b IDS]',
    about: 'stop the services of this member, or of those named, and start the machine again',
    on: MEMBER,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-REBOOT',
    options: [{ flag: '-b', value: 'IDS', about: 'of these members' }],
    asks: true,
    handle: reboot,
  },
  reads(
    {
      words: 'exit',
      about: 'leaves the shell; elsewhere it does nothing',
      on: ['member', 'orchestrator'],
      basis: 'documented',
      fidelity: 'F-SHELL-PROMPT',
    },
    () => [],
  ),
];
