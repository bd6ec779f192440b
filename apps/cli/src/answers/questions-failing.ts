import type { Question } from './question.js';

/** What happens when something fails, or seems to. */
export const FAILING: readonly Question[] = [
  {
    id: 'dead-timeout',
    asked: 'Should a silent member be dead after 3 heartbeats or after 30?',
    variants: [
      { name: '3 heartbeats', experiment: 'dead-timeout', set: ['ccp.deadMultiplier=3'] },
      { name: '10 heartbeats', experiment: 'dead-timeout', set: ['ccp.deadMultiplier=10'] },
      { name: '30 heartbeats', experiment: 'dead-timeout', set: ['ccp.deadMultiplier=30'] },
    ],
    figures: ['stutterTakenForDeath', 'decidedMs', 'deadWindow', 'affected', 'lost'],
    answer: (of) =>
      `After 3 a member that stood still for 0.7 s is declared lost (${of.text(0, 'stutterTakenForDeath')} time a run), which ` +
      `costs ${of.text(0, 'lost')} connections; after 10 or 30 it is not. The price is the wait at a real death: decided after ` +
      `${of.text(0, 'decidedMs')}, ${of.text(1, 'decidedMs')} or ${of.text(2, 'decidedMs')} ms.`,
    claims: [
      {
        about: 'three heartbeats take a stutter for a death',
        holds: (of) => of.values(0, 'stutterTakenForDeath').every((n) => n === 1),
      },
      {
        about: 'ten and thirty do not',
        holds: (of) => [1, 2].every((v) => of.values(v, 'stutterTakenForDeath').every((n) => n === 0)),
      },
      { about: 'the false failover costs connections', holds: (of) => of.median(0, 'lost') > of.median(1, 'lost') },
      {
        about: 'more packets go to the dead the longer it is waited',
        holds: (of) =>
          of.median(0, 'deadWindow') < of.median(1, 'deadWindow') &&
          of.median(1, 'deadWindow') < of.median(2, 'deadWindow'),
      },
    ],
  },
  {
    id: 'cluster-under-load',
    asked: 'What do repeated starts and stops of "under load" mean, and can they hide a failure?',
    variants: [
      { name: 'never under load', experiment: 'cluster-under-load', set: ['cul.thresholdPercent=0'] },
      { name: 'above 80 %, nobody dies', experiment: 'cluster-under-load', set: ['cul.deadMultiplier=0'] },
      { name: 'above 80 %, 30 heartbeats', experiment: 'cluster-under-load', set: ['cul.deadMultiplier=30'] },
    ],
    figures: ['underLoad', 'loadEnded', 'decidedMs', 'deadWindow', 'silenceMs', 'lost'],
    answer: (of) =>
      'One member was above the threshold, then none for ten seconds. Meanwhile nobody is declared dead for silence, so yes: ' +
      `a member that dies then is given up after ${of.text(1, 'decidedMs')} ms, once it is back, instead of ` +
      `${of.text(0, 'decidedMs')} ms; with a limit of 30 heartbeats after ${of.text(2, 'decidedMs')} ms.`,
    claims: [
      {
        about: 'two bursts are two starts',
        holds: (of) => [1, 2].every((v) => of.values(v, 'underLoad').every((n) => n === 2)),
      },
      { about: 'the first ends', holds: (of) => [1, 2].every((v) => of.values(v, 'loadEnded').every((n) => n >= 1)) },
      { about: 'none without a threshold', holds: (of) => of.values(0, 'underLoad').every((n) => n === 0) },
      {
        about: 'the death stays hidden for as long as the member is away',
        holds: (of) =>
          of.values(1, 'decidedMs').every((ms) => ms > 6000) && of.values(0, 'decidedMs').every((ms) => ms < 1000),
      },
      { about: 'a limit bounds that', holds: (of) => of.values(2, 'decidedMs').every((ms) => ms > 2000 && ms < 4000) },
    ],
  },
  {
    id: 'policy-freeze',
    asked: 'Why are states frozen while policy is installed, and for how long?',
    variants: [
      { name: 'no freeze', experiment: 'policy-freeze', set: ['freeze.policyInstallSec=0'] },
      { name: '5 s', experiment: 'policy-freeze', set: ['freeze.policyInstallSec=5'] },
      { name: '30 s', experiment: 'policy-freeze', set: ['freeze.policyInstallSec=30'] },
    ],
    figures: ['frozen', 'decidedMs', 'deadWindow', 'silenceMs', 'lost'],
    answer: (of) =>
      'So that an installation that keeps processors busy is not taken for a death; for as long as is set, and that is not at ' +
      `all by default. A member that dies half a second in is given up after ${of.text(0, 'decidedMs')} ms without a freeze, ` +
      `${of.text(1, 'decidedMs')} ms with 5 s, ${of.text(2, 'decidedMs')} ms with 30 s.`,
    claims: [
      { about: 'nothing freezes by default', holds: (of) => of.values(0, 'frozen').every((n) => n === 0) },
      {
        about: 'the loss waits for the end of the freeze',
        holds: (of) =>
          of.values(1, 'decidedMs').every((ms) => ms > 4000 && ms < 5500) &&
          of.values(2, 'decidedMs').every((ms) => ms > 29_000 && ms < 30_500),
      },
      {
        about: 'more packets go to the dead meanwhile',
        holds: (of) =>
          of.median(0, 'deadWindow') < of.median(1, 'deadWindow') &&
          of.median(1, 'deadWindow') < of.median(2, 'deadWindow'),
      },
      { about: 'no old connection is lost', holds: (of) => [0, 1, 2].every((v) => of.median(v, 'lost') === 0) },
    ],
  },
  {
    id: 'young-connections',
    asked: 'How many connections younger than the copy delay die with their member?',
    variants: [
      { name: 'after 3 s', experiment: 'young-connections', set: ['sync.delayMs=3000'] },
      { name: 'after 1 s', experiment: 'young-connections', set: ['sync.delayMs=1000'] },
      { name: 'with each change', experiment: 'young-connections', set: ['sync.delayMs=0'] },
      { name: 'strict', experiment: 'young-connections', set: ['sync.policy=strict'] },
    ],
    figures: ['affected', 'lost', 'tooYoung', 'packetsLost', 'silenceMs'],
    answer: (of) =>
      `All of them. Of ${of.text(0, 'affected')} connections at the member that died ${of.text(0, 'lost')} are lost with the ` +
      `default of 3 s, ${of.text(1, 'lost')} with 1 s, ${of.text(2, 'lost')} where every change is copied at once, and ` +
      `${of.text(3, 'lost')} where no packet leaves before its copy is there.`,
    claims: [
      { about: 'strict loses none', holds: (of) => of.values(3, 'lost').every((n) => n === 0) },
      {
        about: 'the shorter the delay, the fewer are lost',
        holds: (of) => of.median(0, 'lost') > of.median(1, 'lost') && of.median(1, 'lost') > of.median(2, 'lost'),
      },
      {
        about: 'all that are lost were too young or on their way',
        holds: (of) =>
          [0, 1, 2].every((v) => of.values(v, 'lost').every((n, seed) => n === of.values(v, 'tooYoung')[seed])),
      },
    ],
  },
];
