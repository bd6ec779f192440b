// Counts a capture with tshark: the independent reader that ours is held against.
import { execFileSync } from 'node:child_process';

const FIELDS = [
  'ip.src',
  'ip.dst',
  'ip.proto',
  'ip.flags.mf',
  'ip.frag_offset',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
];

/**
 * One line a frame: what tshark saw first of each field, so the outermost IPv4 header of a tunnelled packet.
 * Fragments are not put together: the first carries the ports, later ones carry none.
 * tshark exits with 2 on a capture that is cut off, after printing the frames before the cut.
 * @param {string} file
 * @returns {string[][]}
 */
export function tsharkFrames(file) {
  const args = [
    '-n',
    '-r',
    file,
    '-o',
    'ip.defragment:FALSE',
    '-T',
    'fields',
    '-E',
    'occurrence=f',
    '-E',
    'separator=/t',
  ];
  for (const field of FIELDS) args.push('-e', field);
  let out;
  try {
    out = execFileSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const failed = /** @type {{ code?: string, status?: number, stdout?: string, stderr?: string }} */ (error);
    if (failed.code === 'ENOENT') throw new Error('tshark is not installed: apt-get install tshark', { cause: error });
    if (failed.status !== 2 || !failed.stdout)
      throw new Error(`tshark could not read ${file}: ${failed.stderr}`, { cause: error });
    out = failed.stdout;
  }
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

/** @param {string} a @param {string} b */
const unordered = (a, b) => (a < b ? `${a} ${b}` : `${b} ${a}`);

/**
 * What one frame adds: nothing, or an IPv4 packet with perhaps a flow.
 * @param {string[]} fields
 * @returns {{ fragment: boolean, table?: 'tcp' | 'udp' | 'other', key?: string } | undefined}
 */
export function classify(fields) {
  const [src, dst, proto, moreFragments, offset, tcpFrom, tcpTo, udpFrom, udpTo] = fields;
  if (!src || !dst) return undefined;
  const isLater = offset !== '0' && offset !== '';
  const fragment = isLater || moreFragments === '1' || moreFragments === 'True';
  if (isLater) return { fragment };
  if (proto === '6' && tcpFrom)
    return { fragment, table: 'tcp', key: unordered(`${src}:${tcpFrom}`, `${dst}:${tcpTo}`) };
  if (proto === '17' && udpFrom)
    return { fragment, table: 'udp', key: unordered(`${src}:${udpFrom}`, `${dst}:${udpTo}`) };
  return { fragment, table: 'other', key: `${proto} ${unordered(src, dst)}` };
}

/**
 * The counts of one file, under the names captureInfo uses.
 * @param {string} file
 */
export function tsharkCounts(file) {
  const frames = tsharkFrames(file);
  const flows = { tcp: new Set(), udp: new Set(), other: new Set() };
  let packets = 0;
  let fragments = 0;
  for (const fields of frames) {
    const seen = classify(fields);
    if (!seen) continue;
    packets += 1;
    if (seen.fragment) fragments += 1;
    if (seen.table) flows[seen.table].add(seen.key);
  }
  return {
    frames: frames.length,
    ipv4_packets: packets,
    ipv4_fragments: fragments,
    tcp_connections: flows.tcp.size,
    udp_flows: flows.udp.size,
    other_flows: flows.other.size,
  };
}
