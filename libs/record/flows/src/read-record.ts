import { FLOW, FLOW_FLAG, STATE, SYNC, verdictName } from '@rehearsal/dataplane';
import type { FlowKind, StateName, SyncPolicy } from '@rehearsal/dataplane';
import type { FlowRecord } from './flow-record.js';

/** What the head of its batch, and its place there, say of a record. */
export interface FlowPlace {
  readonly member: number;
  readonly life: number;
  readonly number: number;
  readonly baseMs: number;
}

const KINDS = namesOf<FlowKind>(FLOW);
const STATES = namesOf<StateName>(STATE);
const SYNCS = namesOf<SyncPolicy>(SYNC);
const SLOT_BITS = 17;
const NO_RULE = 0x7fff;

/** Reads the record at word `at`; layout in dataplane's flow-records. @throws RangeError for a kind that is none */
export function readRecord(words: Int32Array, at: number, { member, life, number, baseMs }: FlowPlace): FlowRecord {
  const word = (i: number): number => words[at + i] as number;
  const unsigned = (i: number): number => word(i) >>> 0;
  const bits = word(0);
  const kind = KINDS[bits & 0xff];
  if (kind === undefined) throw new RangeError(`expected a kind of flow record, saw ${bits & 0xff}`);
  const [src, dst] = [word(1), word(2)];
  const [srcPort, dstPort] = portsOf(word(3));
  const rule = unsigned(4) >>> SLOT_BITS;
  return {
    kind,
    member,
    life,
    number,
    src,
    dst,
    srcPort,
    dstPort,
    proto: (bits >>> 8) & 0xff,
    atMs: baseMs + word(5),
    beganMs: baseMs + word(13),
    version: unsigned(6),
    slot: word(4) & ((1 << SLOT_BITS) - 1),
    rule: kind === 'refused' && rule === NO_RULE ? -1 : rule,
    state: STATES[(bits >>> 16) & 0xf] as StateName,
    sync: SYNCS[(bits >>> 20) & 3] as SyncPolicy,
    fromOutside: (bits & FLOW_FLAG.fromOutside) !== 0,
    reopened: (bits & FLOW_FLAG.reopened) !== 0,
    answersBy: kind === 'opened' && word(7) > 0 ? word(7) - 1 : null,
    peer: peerOf(kind, word(7)),
    reason: reasonOf(kind, word(7)),
    translated: (bits & FLOW_FLAG.translated) === 0 ? null : translatedOf(src, dst, bits, word(14), word(15)),
    packets: [unsigned(8), unsigned(9)],
    bytes: [unsigned(10), unsigned(11)],
    corrected: unsigned(12),
  };
}

const portsOf = (word: number): [number, number] => [word & 0xffff, word >>> 16];

function peerOf(kind: FlowKind, word: number): number | null {
  return (kind === 'in_step' || kind === 'taken_over' || kind === 'handed_over') && word > 0 ? word : null;
}

function reasonOf(kind: FlowKind, word: number): FlowRecord['reason'] {
  if (kind === 'refused') return verdictName(word);
  if (kind === 'lost') return 'no_copy_in_step';
  if (kind !== 'closed') return null;
  return word === STATE.lastAckByInitiator || word === STATE.lastAckByResponder ? 'finished' : 'reset';
}

function translatedOf(
  src: number,
  dst: number,
  bits: number,
  address: number,
  ports: number,
): NonNullable<FlowRecord['translated']> {
  const isDst = (bits & FLOW_FLAG.dstTranslated) !== 0;
  const [srcPort, dstPort] = portsOf(ports);
  return { src: isDst ? src : address, dst: isDst ? address : dst, srcPort, dstPort };
}

function namesOf<T extends string>(numbers: Readonly<Record<T, number>>): (T | undefined)[] {
  const names: (T | undefined)[] = [];
  for (const name of Object.keys(numbers) as T[]) names[numbers[name]] = name;
  return names;
}
