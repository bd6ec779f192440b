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
      { name: 'upgrade, A first', experiment: 'upgrade-a-first', set: [] },
      { name: 'upgrade, B first', experiment: 'upgrade-b-first', set: [] },
    ],
    figures: ['smoMoves', 'packetsLost', 'lost'],
    answer: (of) =>
      `The order of the groups makes no difference: it moves ${of.text(0, 'smoMoves')} times with A first and ` +
      `${of.text(1, 'smoMoves')} with B first, and in a whole upgrade ${of.text(3, 'smoMoves')} and ${of.text(4, 'smoMoves')} times. ` +
      `The order within its own group does: ${of.text(2, 'smoMoves')} moves where it goes down last.`,
    claims: [
      { about: 'both orders are alike', holds: (of) => of.median(0, 'smoMoves') === of.median(1, 'smoMoves') },
      {
        about: 'its own place in the group is not',
        holds: (of) => of.median(2, 'smoMoves') < of.median(0, 'smoMoves'),
      },
      {
        about: 'nor does it in an upgrade',
        holds: (of) => Math.abs(of.median(3, 'smoMoves') - of.median(4, 'smoMoves')) <= 1,
      },
      {
        about: 'nothing is lost by any of them',
        holds: (of) =>
          [0, 1, 2, 3, 4].every(
            (v) => of.values(v, 'lost').every((n) => n === 0) && of.values(v, 'packetsLost').every((n) => n === 0),
          ),
      },
    ],
  },
  {
    id: 'orchestrator-outage',
    asked: 'What does the installation of an orchestrator cost with one at a site, and with two?',
    variants: [
      { name: 'two, restart of 10 s', experiment: 'two-orchestrators', set: [] },
      { name: 'one, restart of 10 s', experiment: 'one-orchestrator', set: [] },
      { name: 'the same, lossless', experiment: 'one-orchestrator', set: ['profile=lossless'] },
      { name: 'two, installed in turn', experiment: 'two-orchestrators-install', set: [] },
      { name: 'one, installed', experiment: 'one-orchestrator-install', set: [] },
    ],
    figures: ['orchestratorLost', 'longestSilenceMs', 'brokenOff'],
    answer: (of) =>
      `With two, installed one after the other, ${of.text(3, 'orchestratorLost')} packets and a silence of at most ` +
      `${of.text(3, 'longestSilenceMs')} ms; with one, everything stands still for the whole of it: ${of.text(4, 'longestSilenceMs')} ms ` +
      `with the times that are the default, and ${of.text(1, 'longestSilenceMs')} ms for a mere restart of 10 s. ` +
      `Connections outlive all of it where their ends are patient, but for one that was just being opened.`,
    claims: [
      {
        about: 'one is an outage of at least its restart',
        holds: (of) => of.values(1, 'longestSilenceMs').every((ms) => ms >= 10_000),
      },
      { about: 'two are not', holds: (of) => of.values(0, 'longestSilenceMs').every((ms) => ms < 5000) },
      {
        about: 'so it is with installations',
        holds: (of) =>
          of.values(4, 'longestSilenceMs').every((ms) => ms >= 300_000) &&
          of.values(3, 'orchestratorLost').every((n) => n < 100),
      },
      {
        about: 'no connection is given up',
        holds: (of) => [0, 1, 2, 3].every((v) => of.values(v, 'brokenOff').every((n) => n === 0)),
      },
      {
        about: 'but one or another whose handshake is caught by minutes of it',
        holds: (of) => of.values(4, 'brokenOff').every((n) => n <= 3),
      },
    ],
  },
];
