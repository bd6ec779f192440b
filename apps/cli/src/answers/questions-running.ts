import type { Question } from './question.js';

/** Running and maintaining a site. */
export const RUNNING: readonly Question[] = [
  {
    id: 'sync-link-down',
    asked: 'The sync link is down: does anybody become active twice?',
    variants: [
      { name: 'between members, delayed', experiment: 'sync-link-down', set: [] },
      { name: 'between members, strict', experiment: 'sync-link-down', set: ['sync.policy=strict'] },
      { name: 'between orchestrators', experiment: 'orchestrator-link-down', set: [] },
    ],
    figures: ['membersLost', 'orchestratorsLost', 'packetsLost', 'longestSilenceMs', 'lost'],
    answer: (of) =>
      `Not within a site: ${of.text(0, 'membersLost')} members are declared lost, since who serves what is decided in one log ` +
      `and not by what a neighbour hears. With strict copies traffic stands still instead, for up to ` +
      `${of.text(1, 'longestSilenceMs')} ms. Orchestrators that do not hear each other take turns in declaring each other lost ` +
      `(${of.text(2, 'orchestratorsLost')} times in 5 s, ${of.text(2, 'packetsLost')} packets).`,
    claims: [
      {
        about: 'no member is declared lost',
        holds: (of) => [0, 1, 2].every((v) => of.values(v, 'membersLost').every((n) => n === 0)),
      },
      {
        about: 'no connection is lost',
        holds: (of) => [0, 1, 2].every((v) => of.values(v, 'lost').every((n) => n === 0)),
      },
      {
        about: 'delayed copies do not hold traffic up',
        holds: (of) => of.values(0, 'packetsLost').every((n) => n === 0),
      },
      {
        about: 'strict ones do',
        holds: (of) => of.median(1, 'longestSilenceMs') > 4 * of.median(0, 'longestSilenceMs'),
      },
      {
        about: 'orchestrators declare each other lost again and again',
        holds: (of) => of.values(2, 'orchestratorsLost').every((n) => n > 2),
      },
    ],
  },
  {
    id: 'connection-counts',
    asked: 'Why do connection counts of members not add up to the connections there are?',
    variants: [
      { name: 'no copies', experiment: 'connection-counts', set: ['sync.policy=never'] },
      { name: 'after 3 s, not DNS', experiment: 'connection-counts', set: [] },
      { name: 'with each change, not DNS', experiment: 'connection-counts', set: ['sync.delayMs=0'] },
      { name: 'with each change, all', experiment: 'connection-counts', set: ['sync.delayMs=0', 'sync.never='] },
    ],
    figures: ['openThen', 'tableEntries'],
    answer: (of) =>
      `Since a member counts the copies it holds, too, and closed connections for a while. With ${of.text(1, 'openThen')} ` +
      `connections open the tables hold ${of.text(0, 'tableEntries')} entries without copies, ${of.text(1, 'tableEntries')} with ` +
      `the defaults, ${of.text(2, 'tableEntries')} with young ones copied, too, and ${of.text(3, 'tableEntries')} with all services.`,
    claims: [
      {
        about: 'more is copied, more is counted',
        holds: (of) => [0, 1, 2].every((v) => of.median(v, 'tableEntries') < of.median(v + 1, 'tableEntries')),
      },
    ],
  },
  {
    id: 'group-order',
    asked: 'Which group goes first, so that the single management object moves least?',
    variants: [
      { name: 'A first', experiment: 'group-a-first', set: [] },
      { name: 'B first', experiment: 'group-b-first', set: [] },
      { name: 'A first, its SMO last', experiment: 'group-a-smo-last', set: [] },
    ],
    figures: ['smoMoves', 'packetsLost', 'lost'],
    answer: (of) =>
      `The order of the groups makes no difference: it moves ${of.text(0, 'smoMoves')} times with A first and ` +
      `${of.text(1, 'smoMoves')} with B first. The order within its own group does: ${of.text(2, 'smoMoves')} moves where it goes ` +
      'down last.',
    claims: [
      { about: 'both orders are alike', holds: (of) => of.median(0, 'smoMoves') === of.median(1, 'smoMoves') },
      {
        about: 'its own place in the group is not',
        holds: (of) => of.median(2, 'smoMoves') < of.median(0, 'smoMoves'),
      },
      {
        about: 'nothing is lost by any of them',
        holds: (of) =>
          [0, 1, 2].every(
            (v) => of.values(v, 'lost').every((n) => n === 0) && of.values(v, 'packetsLost').every((n) => n === 0),
          ),
      },
    ],
  },
  {
    id: 'orchestrator-outage',
    asked: 'What does the restart of an orchestrator cost with one at a site, and with two?',
    variants: [
      { name: 'two', experiment: 'two-orchestrators', set: [] },
      { name: 'one', experiment: 'one-orchestrator', set: [] },
      { name: 'one, lossless', experiment: 'one-orchestrator', set: ['profile=lossless'] },
    ],
    figures: ['orchestratorLost', 'longestSilenceMs', 'brokenOff'],
    answer: (of) =>
      `With two, ${of.text(0, 'orchestratorLost')} packets and a silence of at most ${of.text(0, 'longestSilenceMs')} ms; with one, ` +
      `everything stands still for as long as it is away: ${of.text(1, 'longestSilenceMs')} ms for a restart of 10 s. ` +
      `Connections outlive both where their ends are patient (${of.text(1, 'brokenOff')} given up).`,
    claims: [
      {
        about: 'one is an outage of at least its restart',
        holds: (of) => of.values(1, 'longestSilenceMs').every((ms) => ms >= 10_000),
      },
      { about: 'two are not', holds: (of) => of.values(0, 'longestSilenceMs').every((ms) => ms < 5000) },
      {
        about: 'no connection is given up',
        holds: (of) => [0, 1, 2].every((v) => of.values(v, 'brokenOff').every((n) => n === 0)),
      },
    ],
  },
];
