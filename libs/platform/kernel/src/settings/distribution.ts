import type { SettingSpec } from './spec.js';

/** How packets are spread over members. */
export const DISTRIBUTION = {
  'dist.mode': {
    kind: 'choice',
    unit: '',
    choices: ['auto-topology', 'user', 'network', 'general'],
    vendor: 'auto-topology',
    lossless: 'general',
    certainty: 'documented',
    fidelity: 'F-DIST-MODE',
    where: 'orchestrators',
    about:
      'Which addresses of a packet make the key: `user` the destination, `network` the source, `general` both; `auto-topology` is user inside and network outside. An interface of the fabric file may say its own.',
  },
  'dist.l4': {
    kind: 'bool',
    unit: '',
    vendor: false,
    lossless: true,
    certainty: 'recalled',
    fidelity: 'F-DIST-L4',
    where: 'orchestrators',
    about:
      'A port is part of the key as well (user: the source port, network: the destination port, general: both); public sources disagree on the default.',
  },
  'dist.gtp': {
    kind: 'choice',
    unit: '',
    choices: ['outer', 'inner'],
    vendor: 'outer',
    lossless: 'outer',
    certainty: 'inferred',
    fidelity: 'F-DIST-GTP',
    where: 'orchestrators, members',
    about:
      'What a packet in a GTP-U tunnel (UDP port 2152) counts as: its tunnel, or itself where it is IPv4; datagrams in fragments count as their tunnel.',
  },
  'dist.slots': {
    kind: 'int',
    unit: 'slots',
    min: 256,
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
