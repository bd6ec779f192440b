import { PLAIN, type Fault, type FaultCall } from './fault.js';
import type { FaultArg } from './fault-args.js';
import type { Lab } from '../lab.js';

const OF_A_MEMBER = {
  ...PLAIN,
  on: ['member'],
  live: 'the role is told to, over its control subject',
  simulated: 'as live',
} as const;

/** Tells the role: the command's name, and its arguments by the names they have there. */
function tell(name: string, args: Readonly<Partial<Record<FaultArg, string>>> = {}) {
  return (lab: Lab, call: FaultCall): Promise<void> => {
    const given = Object.entries(args).flatMap(([arg, theirs]) => {
      const value = call.args[arg as FaultArg];
      return value === undefined ? [] : [[theirs, value] as const];
    });
    return lab.inflict(call.target, { name, args: Object.fromEntries(given) }, call.answerWithinMs);
  };
}

/** What a member does to itself when it is told to. */
export const ROLE_FAULTS = {
  admin: {
    ...OF_A_MEMBER,
    about: 'an administrator takes the member down, which drains it first, or up again',
    takes: ['state'],
    requires: ['state'],
    mayLose: 'nothing: its slots are handed over one by one while it serves',
    apply: tell('admin', { state: 'state' }),
  },
  cpstop: {
    ...OF_A_MEMBER,
    about: "the vendor's processes are stopped: the member leaves at once and says so",
    deadly: true,
    mayLose: 'as panic, without the time until somebody notices',
    apply: tell('cpstop'),
  },
  cpstart: {
    ...OF_A_MEMBER,
    about: 'they are started again: the member joins anew',
    mends: true,
    mayLose: 'nothing of its own',
    apply: tell('cpstart'),
  },
  'fwk-crash': {
    ...OF_A_MEMBER,
    about: 'the firewall process crashes while the machine lives on; a critical device reports it',
    deadly: true,
    mayLose: 'as panic',
    apply: tell('fwk-crash'),
  },
  cpu: {
    ...OF_A_MEMBER,
    about: 'each packet costs the member more processor time, for a while',
    takes: ['busyUsPerPacket', 'forMs'],
    requires: ['busyUsPerPacket', 'forMs'],
    live: 'the process spins for that long with each packet',
    simulated: 'each packet takes that much longer',
    mayLose: 'packets that found no place in its queue, named cpu_overload',
    apply: tell('cpu', { busyUsPerPacket: 'busyUsPerPacket', forMs: 'forMs' }),
  },
  'memory-leak': {
    ...OF_A_MEMBER,
    about: 'the member loses memory steadily, is warned about, and fails in the end',
    takes: ['kbPerSec', 'limitKb'],
    requires: ['kbPerSec', 'limitKb'],
    deadly: true,
    mayLose: 'as panic, at the end',
    apply: tell('memory-leak', { kbPerSec: 'kbPerSec', limitKb: 'limitKb' }),
  },
  pnote: {
    ...OF_A_MEMBER,
    about: 'a critical device of the member reports that it is well, starting or in trouble',
    takes: ['pnote', 'report', 'timeoutSec'],
    requires: ['pnote', 'report'],
    deadly: true,
    mayLose: 'as panic, where a device in trouble takes the member out',
    apply: tell('pnote', { pnote: 'name', report: 'state', timeoutSec: 'timeoutSec' }),
  },
  freeze: {
    ...OF_A_MEMBER,
    about: 'states of members are frozen for a while, as they are while policy is installed',
    takes: ['forMs'],
    requires: ['forMs'],
    mayLose: 'what a member that dies meanwhile costs until the freeze ends',
    apply: tell('freeze', { forMs: 'forMs' }),
  },
  'policy-install': {
    ...OF_A_MEMBER,
    about: 'policy is installed on the security group, through its single management object',
    takes: ['release'],
    mayLose: 'nothing',
    apply: tell('policy-install', { release: 'release' }),
  },
  'policy-fails': {
    ...OF_A_MEMBER,
    about: 'the next policy to be installed does not get ready on the member, for the reason given',
    takes: ['reason'],
    mayLose: 'nothing: the others give the policy up, and keep the one they have',
    apply: tell('policy-fails', { reason: 'reason' }),
  },
  distribution: {
    ...OF_A_MEMBER,
    about: 'an operator has packets spread otherwise, for the whole group, while the fabric is up',
    takes: ['distribution'],
    requires: ['distribution'],
    mayLose: 'nothing: packets wait at the orchestrators until all members are ready for it',
    apply: tell('distribution', { distribution: 'distribution' }),
  },
  'install-fails': {
    ...PLAIN,
    on: ['member', 'orchestrator'],
    about: 'the next installation on it fails, for the reason given',
    takes: ['reason'],
    live: 'the record of software has it fail when it would be done',
    simulated: 'as live',
    mayLose: 'nothing: what was there is still there',
    apply: (lab, { target, args, answerWithinMs }) => {
      const reason = args.reason ?? 'no space left in /var/log';
      const input = { type: 'breakInstaller', appliance: target.id, reason };
      const conductor = { role: 'upgrade-conductor', id: '1' } as const;
      return lab.inflict(conductor, { name: 'software', args: { input } }, answerWithinMs);
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;
