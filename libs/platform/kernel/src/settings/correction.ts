import type { SettingSpec } from './spec.js';

/** Translation of addresses, and connections whose two directions arrive at different members. */
export const CORRECTION = {
  'correction.ackFirst': {
    kind: 'bool',
    unit: '',
    vendor: true,
    lossless: true,
    certainty: 'inferred',
    fidelity: 'F-CORRECTION',
    where: 'members',
    about:
      'The first packet of a connection whose answers arrive by another slot leaves once that slot and its backup know where the connection is at home.',
  },
  'correction.coreXlMismatchDrops': {
    kind: 'bool',
    unit: '',
    vendor: false,
    lossless: false,
    certainty: 'inferred',
    fidelity: 'F-COREXL-MISMATCH',
    where: 'members',
    about: 'A packet handed on is dropped where the two members keep its connection at different firewall instances.',
  },
  'sync.asymmetricAtOnce': {
    kind: 'bool',
    unit: '',
    vendor: true,
    lossless: true,
    certainty: 'documented',
    fidelity: 'F-SYNC-ASYMMETRIC',
    where: 'members',
    about:
      'A connection whose two directions arrive by different slots is copied with its first packet, however young; not where its policy is never.',
  },
  'alg.expectMs': {
    kind: 'int',
    unit: 'ms',
    min: 0,
    max: 3_600_000,
    vendor: 60_000,
    lossless: 60_000,
    certainty: 'inferred',
    fidelity: 'F-ALG-EXPECT',
    where: 'members',
    about:
      'A data connection that an FTP or SIP connection announces may begin within this time; it is at home where its control connection is.',
  },
  'nat.portsFrom': {
    kind: 'int',
    unit: 'port',
    min: 1,
    max: 65_535,
    vendor: 10_000,
    lossless: 10_000,
    certainty: 'recalled',
    fidelity: 'F-NAT-PORT-BLOCKS',
    where: 'members',
    about: 'Hidden connections leave from this port or a higher one; each slot owns a block of them.',
  },
  'nat.portsTo': {
    kind: 'int',
    unit: 'port',
    min: 1,
    max: 65_535,
    vendor: 60_000,
    lossless: 60_000,
    certainty: 'recalled',
    fidelity: 'F-NAT-PORTS-TO',
    where: 'members',
    about: 'Hidden connections leave from this port or a lower one.',
  },
} as const satisfies Record<string, SettingSpec>;
