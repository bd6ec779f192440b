import type { SettingSpec } from './spec.js';

/** How packets are spread over members. */
export const DISTRIBUTION = {
  'dist.mode': {
    kind: 'choice',
    unit: '',
    choices: ['general'],
    vendor: 'general',
    lossless: 'general',
    certainty: 'documented',
    fidelity: 'F-DIST-MODE',
    where: 'orchestrators',
    about:
      'Which addresses of a packet make the key; `general`, the only mode so far, takes both, so that both directions meet.',
  },
  'dist.l4': {
    kind: 'bool',
    unit: '',
    vendor: true,
    lossless: true,
    certainty: 'recalled',
    fidelity: 'F-DIST-L4',
    where: 'orchestrators',
    about: 'Ports are part of the key; public sources disagree on the default.',
  },
  'dist.slots': {
    kind: 'int',
    unit: 'slots',
    min: 16,
    max: 65_536,
    vendor: 512,
    lossless: 512,
    certainty: 'inferred',
    fidelity: 'F-DIST-SLOTS',
    where: 'security group, orchestrators',
    about: 'Keys fall into this many slots, and a slot is what moves from one member to another.',
  },
  'dist.placement': {
    kind: 'choice',
    unit: '',
    choices: ['spread', 'pairs'],
    vendor: 'spread',
    lossless: 'pairs',
    certainty: 'inferred',
    fidelity: 'F-DIST-PLACEMENT',
    where: 'security group',
    about:
      "Where a member's backups stand: spread over all others, so that its load is divided, or on one partner, for fewer messages.",
  },
  'limit.membersPerSite': {
    kind: 'int',
    unit: 'members',
    min: 1,
    max: 255,
    vendor: 14,
    lossless: 14,
    certainty: 'recalled',
    fidelity: 'F-LIMIT-MEMBERS',
    where: 'fabric file',
    about: 'A security group has at most this many members at a site.',
  },
} as const satisfies Record<string, SettingSpec>;
