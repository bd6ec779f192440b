import type { LinkSpec } from '../lab.js';
import { targetName } from '../target.js';
import { LabError } from '../lab-error.js';
import { PLAIN, type Fault, type FaultCall } from './fault.js';

const OF_THE_BUS = { ...PLAIN, on: ['bus'] } as const;

/** What a link is to be like, of the words given. */
function linkSpec({ args }: FaultCall): LinkSpec {
  const { cut, oneWay, delayMs, rateKbps, logDelayMs, lossPerMillion, duplicatePerMillion, reorderPerMillion } = args;
  const numbers = { delayMs, rateKbps, logDelayMs, lossPerMillion, duplicatePerMillion, reorderPerMillion };
  const said = Object.fromEntries(Object.entries(numbers).filter(([, v]) => v !== undefined));
  return { ...(cut === true ? { cut } : {}), ...(oneWay === true ? { bothWays: false } : {}), ...said };
}

/** A link with two different ends, and something to be done to it. */
function faultySpec(call: FaultCall): LinkSpec {
  const spec = linkSpec(call);
  const { bothWays: _, ...faults } = spec;
  if (Object.keys(faults).length > 0) return spec;
  const what = `the link of ${targetName(call.target)} to ${targetName(call.to)}`;
  throw new LabError(
    'bad-input',
    `Nothing is said to be wrong with ${what}.`,
    'Add --cut or --delay-ms, for example; `fault mend` makes it as good as new.',
  );
}

/** Faults of the bus, of its log, and of the links that lead to it. */
export const BUS_FAULTS = {
  link: {
    about: 'the way between two processes gets worse; between a role and the bus where only one is named',
    on: ['orchestrator', 'member', 'sync', 'outside-world', 'bus'],
    takes: [
      'cut',
      'oneWay',
      'delayMs',
      'rateKbps',
      'logDelayMs',
      'lossPerMillion',
      'duplicatePerMillion',
      'reorderPerMillion',
    ],
    requires: [],
    onlySimulated: ['logDelayMs', 'lossPerMillion', 'duplicatePerMillion', 'reorderPerMillion'],
    hasTo: true,
    mends: false,
    needsLinks: true,
    deadly: true,
    live:
      'a TCP proxy between the role and the bus holds back, delays or meters bytes; nothing is lost while the ' +
      'connection lasts, and a connection that is silent for some 5 s is given up by its end and made anew',
    simulated: 'messages on that way vanish, come later, queue up, come twice or are overtaken',
    mayLose:
      'in lossless nothing while the link only delays; a member that is cut off is declared lost and costs what a ' +
      'panic costs; a cut of an orchestrator may lose what was inside it',
    apply: (lab, call) => lab.link(call.target, call.to, faultySpec(call)),
  },
  mend: {
    about: 'a link, or every link of the bus, is as good as new again',
    on: ['orchestrator', 'member', 'sync', 'outside-world', 'bus'],
    takes: [],
    requires: [],
    onlySimulated: [],
    hasTo: true,
    mends: true,
    needsLinks: true,
    deadly: false,
    live: 'the proxy lets everything through, first what it held back',
    simulated: 'what waits comes at once, in order, and messages take their usual time again; what vanished stays lost',
    mayLose: 'nothing of its own',
    async apply(lab, { target, to }) {
      if (target.role !== 'bus' || to.role !== 'bus') return lab.link(target, to, {});
      for (const { role, id } of lab.plan.roles) await lab.link({ role, id }, to, {});
    },
  },
  'bus-restart': {
    ...OF_THE_BUS,
    about: 'the bus is killed and started again at once, with all its log',
    live: 'SIGKILL of the nats-server, then a new one at the same address over the same store',
    simulated: 'what is on its way is lost; the log answers again after a while, and processes reconnect one by one',
    mayLose: 'nothing: nobody is declared dead for it, and no acknowledged commit is lost',
    apply: (lab, { target }) => lab.restart(target),
  },
  'bus-kill': {
    ...OF_THE_BUS,
    about: 'the bus is killed and stays dead until bus-start',
    live: 'SIGKILL of the nats-server',
    simulated: 'what is on its way is lost, and everybody is told that the bus is down',
    mayLose: 'nothing; traffic waits, and what waits too long is named',
    apply: (lab, { target }) => lab.kill(target, { rebootAfterMs: null }),
  },
  'bus-start': {
    ...OF_THE_BUS,
    about: 'the bus starts again after bus-kill',
    mends: true,
    live: 'a new nats-server at the same address over the same store',
    simulated: 'as the second half of bus-restart',
    mayLose: 'nothing of its own',
    apply: (lab, { target }) => lab.restart(target),
  },
  'bus-slow': {
    ...OF_THE_BUS,
    about: 'every link of the bus gets slower',
    takes: ['delayMs', 'rateKbps'],
    needsLinks: true,
    live: 'the proxies of all roles delay or meter what goes to the bus and what comes from it',
    simulated: 'every message and every answer of the log comes later',
    mayLose: 'nothing, as long as the delay stays below the time after which silence means death',
    async apply(lab, call) {
      const spec = faultySpec(call);
      for (const { role, id } of lab.plan.roles) await lab.link({ role, id }, call.to, spec);
    },
  },
  'disk-full': {
    ...OF_THE_BUS,
    about: 'the log has no room left, or only so much, until disk-free',
    takes: ['roomBytes'],
    live: "the stream's limit is lowered to what it holds and the room left: the server refuses what does not fit",
    simulated: 'the log refuses what does not fit, with the same word',
    mayLose:
      'nothing by itself; a member that dies meanwhile stays undecided, and its packets wait, until there is room',
    apply: (lab, { args }) => lab.limitLog(args.roomBytes ?? 0),
  },
  'disk-free': {
    ...OF_THE_BUS,
    about: 'the log has all its room again',
    mends: true,
    live: "the stream's limit is what it was",
    simulated: 'as live',
    mayLose: 'nothing of its own',
    apply: (lab) => lab.limitLog(null),
  },
} as const satisfies Readonly<Record<string, Fault>>;
