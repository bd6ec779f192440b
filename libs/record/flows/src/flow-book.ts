import { FLOW_HEAD_WORDS, FLOW_MAGIC, FLOW_RECORD_WORDS } from '@rehearsal/dataplane';
import { readRecord } from './read-record.js';
import type { FlowEnds, FlowRecord } from './flow-record.js';

const WORD_BYTES = 4;
const HEAD = { count: 1, member: 2, life: 3, baseLow: 4, baseHigh: 5, first: 6, leftOut: 7 } as const;

/** What one life of a member reported. */
export interface LifeReported {
  readonly member: number;
  readonly life: number;
  readonly records: number;
  /** Records that had no room at the member. */
  readonly leftOut: number;
  /** Records that were reported and are not kept: older ones had to make room. */
  readonly gone: number;
}

/** The records of a batch: its words, and what its head says. */
interface Batch {
  readonly words: Int32Array;
  readonly member: number;
  readonly life: number;
  readonly baseMs: number;
  readonly first: number;
}

/** Flow records as they were kept: batches, one behind the other. Nothing is taken apart before it is asked for. */
export class FlowBook {
  readonly records: number;
  private readonly batches: Batch[] = [];
  private readonly lives = new Map<string, LifeReported>();

  /** @throws RangeError where the bytes are not whole batches; it says at which byte */
  constructor(bytes: Uint8Array) {
    // Views of words need an aligned place.
    const words = new Int32Array(bytes.byteLength >> 2);
    new Uint8Array(words.buffer).set(bytes.subarray(0, words.byteLength));
    let records = 0;
    for (let at = 0; at < words.length || bytes.byteLength % WORD_BYTES !== 0;) {
      const count = words[at + HEAD.count] ?? -1;
      const end = at + FLOW_HEAD_WORDS + count * FLOW_RECORD_WORDS;
      if (words[at] !== FLOW_MAGIC || count < 0 || end > words.length || bytes.byteLength % WORD_BYTES !== 0) {
        throw new RangeError(`expected a batch of flow records at byte ${at * WORD_BYTES}, saw something else`);
      }
      this.take(words.subarray(at, end), count);
      records += count;
      at = end;
    }
    this.records = records;
  }

  /** What each life of each member reported, and what of it is not here. */
  reported(): LifeReported[] {
    return [...this.lives.values()].sort((a, b) => a.member - b.member || a.life - b.life);
  }

  /** All records, in the order they were kept. */
  *all(): Generator<FlowRecord> {
    for (const batch of this.batches) {
      for (let at = FLOW_HEAD_WORDS; at < batch.words.length; at += FLOW_RECORD_WORDS) yield recordAt(batch, at);
    }
  }

  /**
   * The records of each of these connections, in the order things happened: by the version of the slot table, since
   * clocks of members differ, then by time. Both directions count as the same ends.
   */
  of(wanted: readonly FlowEnds[]): FlowRecord[][] {
    const found: FlowRecord[][] = wanted.map(() => []);
    const places = new Map<number, number[]>();
    wanted.forEach(({ src, dst, srcPort, dstPort, proto }, i) => {
      const key = keyOf(src, dst, ports(srcPort, dstPort), proto);
      const same = places.get(key);
      if (same === undefined) places.set(key, [i]);
      else same.push(i);
    });
    for (const batch of this.batches) {
      const { words } = batch;
      for (let at = FLOW_HEAD_WORDS; at < words.length; at += FLOW_RECORD_WORDS) {
        const [src, dst, both] = [words[at + 1] as number, words[at + 2] as number, words[at + 3] as number];
        const proto = ((words[at] as number) >>> 8) & 0xff;
        const candidates = places.get(keyOf(src, dst, both, proto));
        if (candidates === undefined) continue;
        for (const i of candidates) if (isOf(wanted[i]!, src, dst, both, proto)) found[i]!.push(recordAt(batch, at));
      }
    }
    for (const records of found) records.sort(inOrder);
    return found;
  }

  private take(words: Int32Array, count: number): void {
    const member = words[HEAD.member] as number;
    const life = (words[HEAD.life] as number) >>> 0;
    const first = (words[HEAD.first] as number) >>> 0;
    const key = `${member} ${life}`;
    const before = this.lives.get(key);
    const last = Math.max((before?.records ?? 0) + (before?.gone ?? 0), first + count);
    const records = (before?.records ?? 0) + count;
    const leftOut = Math.max(before?.leftOut ?? 0, (words[HEAD.leftOut] as number) >>> 0);
    this.lives.set(key, { member, life, records, leftOut, gone: Math.max(0, last - records) });
    const baseMs = (words[HEAD.baseHigh] as number) * 0x1_0000_0000 + ((words[HEAD.baseLow] as number) >>> 0);
    this.batches.push({ words, member, life, baseMs, first });
  }
}

function recordAt({ words, member, life, baseMs, first }: Batch, at: number): FlowRecord {
  const number = first + (at - FLOW_HEAD_WORDS) / FLOW_RECORD_WORDS;
  return readRecord(words, at, { member, life, number, baseMs });
}

/** By the same version one member releases a connection first, and the next takes it over then. */
const RANK: Partial<Record<FlowRecord['kind'], number>> = { handed_over: 0, taken_over: 1 };

function inOrder(a: FlowRecord, b: FlowRecord): number {
  const byRank = (RANK[a.kind] ?? 2) - (RANK[b.kind] ?? 2);
  const byTime = a.member === b.member ? a.life - b.life || a.number - b.number : a.atMs - b.atMs;
  return a.version - b.version || byRank || byTime;
}

const ports = (src: number, dst: number): number => src | (dst << 16);

/** The same for both directions. */
function keyOf(src: number, dst: number, both: number, proto: number): number {
  const turned = (both >>> 16) | (both << 16);
  return (src + dst + (both ^ turned) * 31 + proto) | 0;
}

function isOf(ends: FlowEnds, src: number, dst: number, both: number, proto: number): boolean {
  if (ends.proto !== proto) return false;
  const there = ends.src === src && ends.dst === dst && ports(ends.srcPort, ends.dstPort) === both;
  return there || (ends.src === dst && ends.dst === src && ports(ends.dstPort, ends.srcPort) === both);
}
