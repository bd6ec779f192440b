// Capture files of every form a reader may meet, made from a seed: conversations of every kind under many link layers,
// in every file format, cut short, damaged, or made of nothing but noise.
//   node tools/captures/stress-captures.mjs FOLDER [COUNT [SEED]]     writes them; 300 files of seed 1 if left out
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '@rehearsal/kernel';
import { LINK, PcapngBuilder, writePcap } from '@rehearsal/packets';
import { oddFrames } from './odd-frames.mjs';
import { conversations } from './stress-packets.mjs';

/** @typedef {import('./stress-packets.mjs').Dice} Dice */
/** @typedef {{linkType: number, bytes: Uint8Array, origLen: number, seconds: number, nanoseconds: number}} StressFrame */

const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
/** @param {number} n */
const be16 = (n) => [n >>> 8, n & 255];

/** @param {number} next @param {number} n */
const ipv6 = (next, n) => [0x60, 0, 0, 0, ...be16(n & 0xffff), next, 64, ...Array.from({ length: 32 }, () => 0x20)];

/**
 * What stands in front of a packet, by the name that goes into the file's. `n` is the packet's length.
 * @type {Record<string, {linkType: number, before(n: number): number[]}>}
 */
const WRAPPINGS = {
  ethernet: { linkType: LINK.ethernet, before: () => [...MACS, 8, 0] },
  vlan: { linkType: LINK.ethernet, before: () => [...MACS, 0x81, 0, 0, 7, 8, 0] },
  'q-in-q': { linkType: LINK.ethernet, before: () => [...MACS, 0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 8, 0] },
  pppoe: { linkType: LINK.ethernet, before: (n) => [...MACS, 0x88, 0x64, 0x11, 0, 0, 9, ...be16(n + 2), 0, 0x21] },
  mpls: { linkType: LINK.ethernet, before: () => [...MACS, 0x88, 0x47, 0, 1, 0x10, 64, 0, 2, 0x11, 64] },
  snap: { linkType: LINK.ethernet, before: (n) => [...MACS, ...be16((n + 8) & 1023), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0] },
  'loopback-little': { linkType: LINK.null, before: () => [2, 0, 0, 0] },
  'loopback-big': { linkType: LINK.null, before: () => [0, 0, 0, 2] },
  raw: { linkType: LINK.raw, before: () => [] },
  'raw-bsd': { linkType: LINK.rawBsd, before: () => [] },
  ipv4: { linkType: LINK.ipv4, before: () => [] },
  ppp: { linkType: LINK.ppp, before: () => [0xff, 3, 0, 0x21] },
  hdlc: { linkType: LINK.ciscoHdlc, before: () => [0x0f, 0, 8, 0] },
  cooked: { linkType: LINK.linuxSll, before: () => [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0] },
  cooked2: {
    linkType: LINK.linuxSll2,
    before: () => [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0],
  },
  wifi: {
    linkType: LINK.wifi,
    before: () => [8, 1, 0, 0, ...MACS, 2, 0, 0, 0, 0, 3, 0x10, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
  },
  radiotap: {
    linkType: LINK.wifiRadiotap,
    before: () => [
      0,
      0,
      8,
      0,
      0,
      0,
      0,
      0,
      8,
      1,
      0,
      0,
      ...MACS,
      2,
      0,
      0,
      0,
      0,
      3,
      0x10,
      0,
      0xaa,
      0xaa,
      3,
      0,
      0,
      0,
      8,
      0,
    ],
  },
  'over-ipv6': { linkType: LINK.ethernet, before: (n) => [...MACS, 0x86, 0xdd, ...ipv6(4, n)] },
  'gre-over-ipv6': {
    linkType: LINK.ethernet,
    before: (n) => [...MACS, 0x86, 0xdd, ...ipv6(47, n + 4), 0, 0, 8, 0],
  },
};

/** @param {number} seed @param {number} index @returns {Dice & {rng: import('@rehearsal/kernel').Rng}} */
function diceOf(seed, index) {
  const rng = createRng(seed, `stress.${index}`);
  /** @param {number} n */
  const below = (n) => rng.int(n);
  return {
    rng,
    below,
    pick: (list) => /** @type {any} */ (list[below(list.length)]),
    chance: (oneIn) => below(oneIn) === 0,
  };
}

/** @param {Dice} dice @returns {{name: string, frames: StressFrame[]}} */
function framesOf(dice) {
  const { below, pick } = dice;
  let seconds = 1_700_000_000;
  const stamp = () => ({ seconds: (seconds += below(2)), nanoseconds: below(1_000_000) * 1000 });
  const snapLen = pick([0, 0, 0, 60, 96, 34, 20]);
  /** @param {number} linkType @param {Uint8Array} bytes @param {number} origLen @returns {StressFrame} */
  const frame = (linkType, bytes, origLen) => ({
    linkType,
    bytes: snapLen === 0 ? bytes : bytes.subarray(0, snapLen),
    origLen,
    ...stamp(),
  });
  if (dice.chance(4)) {
    const odd = oddFrames(below(1e6));
    const linkType = pick(odd.linkTypes);
    const frames = Array.from({ length: 10 + below(50) }, () => odd.frame(linkType));
    return { name: `odd-${linkType}`, frames: frames.map((f) => frame(linkType, f.bytes, f.origLen)) };
  }
  const kinds = conversations(dice);
  const wrapping = pick(Object.keys(WRAPPINGS));
  const kind = pick([...Object.keys(kinds), 'mix']);
  const { linkType, before } = /** @type {(typeof WRAPPINGS)[string]} */ (WRAPPINGS[wrapping]);
  const made = kind === 'mix' ? Object.values(kinds) : [kinds[kind], kinds[kind]];
  const packets = made.flatMap((make) => /** @type {() => Uint8Array[]} */ (make)());
  const frames = packets.map((packet) => {
    const bytes = Uint8Array.from([...before(packet.length), ...packet, ...(dice.chance(5) ? [0, 0, 0, 0] : [])]);
    return frame(linkType, bytes, bytes.length);
  });
  return { name: `${kind}-${wrapping}`, frames };
}

/** @param {Dice} dice @param {StressFrame[]} frames @returns {{suffix: string, bytes: Uint8Array}} */
function fileOf(dice, frames) {
  const { below, pick } = dice;
  const first = frames[0];
  const linkType = first === undefined ? LINK.ethernet : first.linkType;
  if (dice.chance(2)) {
    const options = { linkType, nanoseconds: dice.chance(3), bigEndian: dice.chance(3) };
    return { suffix: 'pcap', bytes: writePcap(frames, options) };
  }
  const file = new PcapngBuilder().section({ bigEndian: dice.chance(3) });
  const resolution = pick([6, 6, 9, 3, 0x80 | 10]);
  file.interface(linkType, { timeResolution: resolution }).interface(LINK.ethernet);
  for (const [index, frame] of frames.entries()) {
    if (index > 0 && dice.chance(40)) {
      file.section({ bigEndian: dice.chance(2) }).interface(linkType, { timeResolution: resolution });
    }
    if (dice.chance(20)) file.other(pick([4, 5, 10, 0x70000bad, 0x80000bad]), new Uint8Array(12));
    const form = below(10);
    if (form === 0) file.simplePacket(frame.bytes);
    else if (form === 1) file.oldPacket(0, 0, below(2 ** 31), frame.bytes);
    else file.packet(0, 0x5e000, below(2 ** 31), frame.bytes, frame.origLen);
  }
  return { suffix: 'pcapng', bytes: file.bytes() };
}

/** @param {Dice} dice @param {Uint8Array} bytes @returns {{name: string, bytes: Uint8Array}} */
function damaged(dice, bytes) {
  const { below } = dice;
  switch (below(12)) {
    case 0:
      return { name: '-cut', bytes: bytes.slice(0, below(bytes.length + 1)) };
    case 1: {
      const copy = bytes.slice();
      for (let i = 0; i < 3; i++) copy[100 + below(Math.max(1, copy.length - 100))] = below(256);
      return { name: '-flipped', bytes: copy.slice(0, bytes.length) };
    }
    case 2:
      // In a file of few frames what is wrong behind them makes readers guess at another format.
      if (bytes.length < 1000) return { name: '', bytes };
      return {
        name: '-trailed',
        bytes: Uint8Array.from([...bytes, ...Array.from({ length: 1 + below(40) }, () => below(256))]),
      };
    default:
      return { name: '', bytes };
  }
}

/**
 * Capture file `index` of a seed: the same seed and index make the same file.
 * @param {number} seed @param {number} index @returns {{name: string, bytes: Uint8Array}}
 */
export function stressCapture(seed, index) {
  const dice = diceOf(seed, index);
  const number = String(index).padStart(4, '0');
  if (dice.chance(40)) {
    const bytes = Uint8Array.from({ length: dice.below(300) }, () => dice.below(256));
    return { name: `${number}-noise.pcap`, bytes };
  }
  const content = dice.chance(60) ? { name: 'empty', frames: [] } : framesOf(dice);
  const file = fileOf(dice, content.frames);
  const result = damaged(dice, file.bytes);
  return { name: `${number}-${content.name}${result.name}.${file.suffix}`, bytes: result.bytes };
}

/** How many files of which seed the tests hold against tshark's counts in stress-oracle.json. */
export const STRESS = { seed: 1, files: 300 };

if (import.meta.filename === process.argv[1]) {
  const [folder, count = STRESS.files, seed = STRESS.seed] = process.argv.slice(2);
  if (folder === undefined || !(Number(count) > 0) || !Number.isInteger(Number(seed))) {
    console.error(
      'expected a folder and whole numbers; run: node tools/captures/stress-captures.mjs /tmp/captures 300 1',
    );
    process.exit(2);
  }
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < Number(count); index++) {
    const { name, bytes } = stressCapture(Number(seed), index);
    writeFileSync(join(folder, name), bytes);
  }
  console.log(`${count} captures of seed ${seed} written into ${folder}`);
}
