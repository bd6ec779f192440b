import { LAB_ROLES } from '../target.js';
import { PLAIN, type Fault } from './fault.js';

/** Faults of whole processes. */
export const PROCESS_FAULTS = {
  panic: {
    ...PLAIN,
    about: 'it stops at once, as with a kernel panic, and reboots by itself',
    on: ['orchestrator', 'member', 'sync', 'outside-world', 'upgrade-conductor'],
    takes: ['rebootAfterMs'],
    deadly: true,
    live: 'SIGKILL; the lab starts the process again after the time of a reboot',
    simulated: 'the process ends between two events; of what it had sent, some first part arrives',
    mayLose:
      'of a member: in lossless nothing; in vendor what came while nobody knew, and connections that were not copied ' +
      'yet. Of an orchestrator: what was inside it, named orchestrator_lost',
    apply: (lab, { target, args: { rebootAfterMs } }) =>
      lab.kill(target, rebootAfterMs === undefined ? {} : { rebootAfterMs }),
  },
  kill: {
    ...PLAIN,
    about: 'it stops at once and stays dead until it is restarted',
    on: LAB_ROLES,
    deadly: true,
    live: 'SIGKILL',
    simulated: 'as panic, without the reboot',
    mayLose: 'as panic',
    apply: (lab, { target }) => lab.kill(target, { rebootAfterMs: null }),
  },
  hang: {
    ...PLAIN,
    about: 'it stops in its tracks without ending, as a paused virtual machine does, until it is resumed',
    on: LAB_ROLES,
    deadly: true,
    live: 'SIGSTOP: its sockets stay open, and the system takes what is sent to it',
    simulated: 'it handles no event; what is sent to it waits, up to the size of its socket',
    mayLose: 'as panic; nothing it says after it wakes leaves the fabric',
    apply: (lab, { target }) => lab.hang(target),
  },
  resume: {
    ...PLAIN,
    about: 'a hung process goes on where it stopped',
    on: LAB_ROLES,
    mends: true,
    live: 'SIGCONT',
    simulated: 'it handles what has waited, all timers that were due first',
    mayLose: 'nothing of its own',
    apply: (lab, { target }) => lab.resume(target),
  },
  restart: {
    ...PLAIN,
    about: 'it is killed, if it lives, and started again at once',
    on: LAB_ROLES,
    deadly: true,
    live: 'SIGKILL, then a new process with the next incarnation',
    simulated: 'as live',
    mayLose: 'as panic',
    apply: (lab, { target }) => lab.restart(target),
  },
} as const satisfies Readonly<Record<string, Fault>>;
