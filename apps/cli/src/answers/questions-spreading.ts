import type { Question } from './question.js';

const L4_OFF = 'dist.l4=false';
const L4_ON = 'dist.l4=true';

/** How traffic spreads, and what is handed on. */
export const SPREADING: readonly Question[] = [
  {
    id: 'correction-layer',
    asked: 'When does a member hand a packet on, and to whom?',
    variants: [
      { name: 'auto-topology, L4 off', experiment: 'correction-layer', set: [L4_OFF] },
      { name: 'auto-topology, L4 on', experiment: 'correction-layer', set: [L4_ON] },
      { name: 'general, L4 off', experiment: 'correction-layer', set: ['dist.mode=general', L4_OFF] },
      { name: 'user on both sides', experiment: 'correction-layer', set: ['dist.mode=user', L4_OFF] },
    ],
    figures: ['corrected', 'handedOn', 'takenIn', 'membersThatHandOn', 'extraMs'],
    answer: (of) =>
      'When question and answer of a connection come in by slots of different members: the member the packet came to ' +
      `hands it to the one that opened the connection. Behind hide translation that is ${of.text(0, 'corrected')} % of the ` +
      `packets with the default spreading, ${of.text(1, 'corrected')} % once ports count, ${of.text(2, 'corrected')} % where both addresses do.`,
    claims: [
      { about: 'without ports, auto-topology hands nothing on', holds: (of) => of.median(0, 'handedOn') === 0 },
      {
        about: 'all others do',
        holds: (of) => [1, 2, 3].every((v) => of.values(v, 'corrected').every((share) => share > 10)),
      },
      {
        about: 'whatever is handed on is taken in',
        holds: (of) => of.values(1, 'handedOn').every((n, seed) => n === of.values(1, 'takenIn')[seed]),
      },
      {
        about: 'every member hands on, but where all answers go to one address',
        holds: (of) =>
          [1, 2].every((v) => of.values(v, 'membersThatHandOn').every((n) => n === 4)) &&
          of.values(3, 'membersThatHandOn').every((n) => n === 1),
      },
    ],
  },
  {
    id: 'firewall-instances',
    asked: 'Is a packet dropped when two members keep its connection at different firewall instances?',
    variants: [
      { name: 'unlike members, no check', experiment: 'firewall-instances', set: [] },
      { name: 'unlike members', experiment: 'firewall-instances', set: ['correction.coreXlMismatchDrops=true'] },
      { name: 'like members', experiment: 'firewall-instances-equal', set: ['correction.coreXlMismatchDrops=true'] },
      {
        name: 'like members, hidden',
        experiment: 'firewall-instances-hidden',
        set: ['correction.coreXlMismatchDrops=true'],
      },
    ],
    figures: ['corrected', 'mismatched', 'opened', 'brokenOff'],
    answer: (of) =>
      'Nobody outside knows, so it is a setting, off by default. If they are, unlike members break ' +
      `${of.text(1, 'brokenOff')} of ${of.text(1, 'opened')} connections and like members ${of.text(2, 'brokenOff')}; ` +
      `behind hide translation like members do not help: ${of.text(3, 'brokenOff')}.`,
    claims: [
      { about: 'without the check nothing breaks', holds: (of) => of.values(0, 'brokenOff').every((n) => n === 0) },
      { about: 'like members never mismatch', holds: (of) => of.values(2, 'mismatched').every((n) => n === 0) },
      {
        about: 'unlike members break many',
        holds: (of) => of.values(1, 'brokenOff').every((n) => n * 4 > of.median(1, 'opened')),
      },
      {
        about: 'hidden connections break although members are alike',
        holds: (of) => of.values(3, 'brokenOff').every((n) => n * 4 > of.median(3, 'opened')),
      },
    ],
  },
  {
    id: 'l4-distribution',
    asked: 'Should ports take part in the spreading?',
    variants: [
      { name: 'L4 off', experiment: 'l4-distribution', set: [L4_OFF] },
      { name: 'L4 on', experiment: 'l4-distribution', set: [L4_ON] },
      { name: 'hidden, L4 off', experiment: 'l4-distribution-hidden', set: [L4_OFF] },
      { name: 'hidden, L4 on', experiment: 'l4-distribution-hidden', set: [L4_ON] },
    ],
    figures: ['busiest', 'idlest', 'corrected', 'extraMs'],
    answer: (of) =>
      `With few servers and no translation, yes: the busiest of four members gets ${of.text(1, 'busiest')} % of the packets ` +
      `instead of ${of.text(0, 'busiest')} %, and nothing is handed on. Behind hide translation the same evenness costs: ` +
      `${of.text(3, 'corrected')} % of the packets take a second hop.`,
    claims: [
      {
        about: 'ports make it more even',
        holds: (of) => [0, 2].every((v) => of.median(v + 1, 'busiest') < of.median(v, 'busiest')),
      },
      {
        about: 'nothing is handed on without translation, or without ports',
        holds: (of) => [0, 1, 2].every((v) => of.values(v, 'corrected').every((n) => n === 0)),
      },
      { about: 'much is, with both', holds: (of) => of.values(3, 'corrected').every((n) => n > 10) },
    ],
  },
  {
    id: 'mixed-models',
    asked: 'What share does a small appliance get beside large ones, and what weight should it have?',
    variants: [
      { name: 'by cores', experiment: 'mixed-models', set: [] },
      { name: 'by cores, both ends count', experiment: 'mixed-models', set: ['dist.mode=general', L4_ON] },
      { name: 'all the same', experiment: 'mixed-models-equal', set: [] },
      { name: 'all the same, both ends count', experiment: 'mixed-models-equal', set: ['dist.mode=general', L4_ON] },
    ],
    figures: ['share1', 'share2', 'share3', 'share4', 'overload'],
    answer: (of) =>
      `Its cores among all cores, if nobody says otherwise: here ${of.text(1, 'share4')} % of the packets beside ` +
      `${of.text(1, 'share1')} % for the largest. With equal weights it is given ${of.text(3, 'share4')} %, and while it ` +
      `is as slow as it is, ${of.text(3, 'overload')} packets find no processor (${of.text(1, 'overload')} by cores).`,
    claims: [
      { about: 'by cores nothing is dropped', holds: (of) => [0, 1].every((v) => of.median(v, 'overload') === 0) },
      { about: 'with equal weights packets are', holds: (of) => [2, 3].every((v) => of.median(v, 'overload') > 0) },
      {
        about: 'the smallest gets about its 4 of 116 cores where both ends count',
        holds: (of) => of.values(1, 'share4').every((n) => n > 1 && n < 7),
      },
    ],
  },
];
