import type { Question } from './question.js';

/** Taking a group to other software. */
export const UPGRADING: readonly Question[] = [
  {
    id: 'mixed-versions',
    asked: 'May members of two releases be failed over, and does multi-version have to be on?',
    variants: [
      { name: 'multi-version off', experiment: 'mixed-versions-off', set: [] },
      { name: 'multi-version on', experiment: 'mixed-versions-on', set: [] },
      { name: 'by sp_upgrade', experiment: 'mixed-versions-sp-upgrade', set: [] },
    ],
    figures: ['activeMixed', 'opened', 'lost', 'withoutBackup', 'packetsLost'],
    answer: (of) =>
      `They may, and with multi-version on it costs nothing (${of.text(1, 'lost')} connections, ${of.text(1, 'packetsLost')} ` +
      `packets). With it off the newer members do not serve beside the older ones, hold no copies, and take over only once ` +
      `the last older one is gone: ${of.text(0, 'lost')} of ${of.text(0, 'opened')} connections are lost. sp_upgrade switches it on ` +
      `by itself (${of.text(2, 'lost')} lost).`,
    claims: [
      {
        about: 'off: only the older ones serve; on: all',
        holds: (of) =>
          of.values(0, 'activeMixed').every((n) => n === 2) && of.values(1, 'activeMixed').every((n) => n === 4),
      },
      {
        about: 'off: every connection is lost, since none has a copy',
        holds: (of) =>
          of.values(0, 'lost').every((n, i) => n === of.values(0, 'opened')[i]) &&
          of.values(0, 'withoutBackup').every((n, i) => n === of.values(0, 'lost')[i]),
      },
      {
        about: 'on, and by sp_upgrade, nothing is lost',
        holds: (of) =>
          [1, 2].every(
            (v) => of.values(v, 'lost').every((n) => n === 0) && of.values(v, 'packetsLost').every((n) => n === 0),
          ),
      },
    ],
  },
  {
    id: 'image-cloning',
    asked: 'What happens if image cloning is left on during a rolling installation?',
    variants: [
      { name: 'left on', experiment: 'cloning-on', set: [] },
      { name: 'off', experiment: 'cloning-off', set: [] },
      { name: 'put to use', experiment: 'cloning-used', set: [] },
    ],
    figures: ['runUpgraded', 'imagesTaken', 'longestOutMin', 'allOutMin', 'packetsLost', 'lost'],
    answer: (of) =>
      `The group that was installed goes back by itself: each member takes the older image of the single management object ` +
      `when it boots, and ${of.text(0, 'runUpgraded')} run the new take, after ${of.text(0, 'longestOutMin')} minutes instead of ` +
      `${of.text(1, 'longestOutMin')}. No connection notices (${of.text(0, 'lost')} lost), and no command fails.`,
    claims: [
      {
        about: 'left on nobody keeps it, off group B does, put to use all have it',
        holds: (of) => [0, 2, 4].every((n, v) => of.values(v, 'runUpgraded').every((m) => m === n)),
      },
      {
        about: 'two take the older image, or the three others the newer',
        holds: (of) => [2, 0, 3].every((n, v) => of.values(v, 'imagesTaken').every((m) => m === n)),
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
];
