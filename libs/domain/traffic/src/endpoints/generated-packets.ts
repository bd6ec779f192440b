import type { Service } from '../workload/services.js';
import { segmentsOf } from '../workload/services.js';
import type { Workload } from '../workload/workload.js';
import { ASKED, STEP, stepExchange, stepKind, stepSegment, stepSide } from './steps.js';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const IP_WORDS = 5;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const TTL = 64;
/** TCP option "maximum segment size 1460". */
const MSS_OPTION = 0x02 | (0x04 << 8) | (0x05 << 16) | (0xb4 << 24);
/** Payload words that differ from packet to packet: connection and step. */
const STAMP_WORDS = 2;

/** A service's payload, made once: words, and the sum of their halves for the checksum. */
interface Payload {
  readonly lenBytes: number;
  readonly words: Int32Array;
  readonly halves: number;
}

/** The longest packet this builder makes, in words. */
export const MAX_GENERATED_WORDS = 400;

/**
 * Builds the IPv4 packet of a generated connection's step: real headers, sequence numbers that
 * follow from the script, valid checksums. Allocates nothing per packet.
 */
export class GeneratedPackets {
  private readonly requests: readonly Payload[];
  /** Full segments, and the last one. */
  private readonly segments: readonly Payload[];
  private readonly lastSegments: readonly Payload[];
  private readonly workload: Workload;
  private readonly seed: number;

  constructor(workload: Workload) {
    this.workload = workload;
    this.seed = workload.plan.seed | 0;
    const { services } = workload.plan;
    this.requests = services.map((s) => payload(s.requestBytes, s.port));
    this.segments = services.map((s) => payload(s.transport === 'tcp' ? s.segmentBytes : s.responseBytes, s.port + 1));
    this.lastSegments = services.map((s) => payload(lastSegmentBytes(s), s.port + 2));
  }

  /** Writes the packet from `words[0]`; returns its length in bytes. The last word is padded with zeros. */
  build(connection: number, step: number, words: Int32Array): number {
    const { workload } = this;
    const serviceIndex = workload.service[connection];
    const service = workload.plan.services[serviceIndex];
    const body = this.bodyOf(serviceIndex, service, step);
    const overTcp = service.transport === 'tcp' || service.transport === 'refused';
    const kind = stepKind(step);
    const headerWords = overTcp ? (kind === STEP.syn || kind === STEP.synAck ? 6 : 5) : 2;
    const l4Bytes = headerWords * 4 + (body === undefined ? 0 : body.lenBytes);
    const fromServer = stepSide(step) === 1;
    const client = workload.clientAddress[connection];
    const server = workload.serverAddress[connection];
    words[3] = swap32(fromServer ? server : client);
    words[4] = swap32(fromServer ? client : server);
    this.ipHeader(words, 20 + l4Bytes, overTcp ? PROTOCOL_TCP : PROTOCOL_UDP, stepExchange(step));
    const clientPort = swap16(workload.clientPort[connection]);
    const serverPort = swap16(service.port);
    words[5] = fromServer ? serverPort | (clientPort << 16) : clientPort | (serverPort << 16);
    if (overTcp) this.tcpHeader(words, connection, service, step, headerWords);
    else words[6] = swap16(l4Bytes);
    let halves = halvesOf(words, 3, IP_WORDS + headerWords) + swap16(l4Bytes);
    halves += (overTcp ? PROTOCOL_TCP : PROTOCOL_UDP) << 8;
    if (body !== undefined) {
      halves += copyPayload(body, words, IP_WORDS + headerWords, connection, step);
    }
    const checksum = fold(halves);
    if (overTcp) words[9] |= checksum;
    else words[6] |= (checksum === 0 ? 0xffff : checksum) << 16;
    return 20 + l4Bytes;
  }

  private bodyOf(index: number, service: Service, step: number): Payload | undefined {
    const kind = stepKind(step);
    if (kind === STEP.request) return this.requests[index];
    if (kind !== STEP.response) return undefined;
    const last = stepSegment(step) === segmentsOf(service) - 1;
    return last ? this.lastSegments[index] : this.segments[index];
  }

  private ipHeader(words: Int32Array, totalBytes: number, protocol: number, id: number): void {
    const dontFragment = 0x0040;
    words[0] = 0x45 | (swap16(totalBytes) << 16);
    words[1] = swap16(id & 0xffff) | (dontFragment << 16);
    words[2] = TTL | (protocol << 8);
    words[2] |= fold(halvesOf(words, 0, IP_WORDS)) << 16;
  }

  private tcpHeader(words: Int32Array, connection: number, service: Service, step: number, headerWords: number): void {
    const k = stepExchange(step);
    const segment = stepSegment(step);
    const asked = service.requestBytes;
    const answered = service.responseBytes;
    const client = firstSequence(connection * 2, this.seed) + 1;
    const server = firstSequence(connection * 2 + 1, this.seed) + 1;
    let seq = 0;
    let ack = 0;
    let flags = ACK;
    switch (stepKind(step)) {
      case STEP.syn:
        seq = client - 1;
        flags = SYN;
        break;
      case STEP.ack: {
        const arrived = Math.min((segment & (ASKED - 1)) * service.segmentBytes, answered);
        seq = client + (k + (segment & ASKED ? 1 : 0)) * asked;
        ack = server + k * answered + arrived;
        break;
      }
      case STEP.request:
        seq = client + k * asked;
        ack = server + k * answered;
        flags = ACK | PSH;
        break;
      case STEP.fin:
        seq = client + k * asked;
        ack = server + k * answered;
        flags = FIN | ACK;
        break;
      case STEP.lastAck:
        seq = client + k * asked + 1;
        ack = server + k * answered + 1;
        break;
      case STEP.synAck:
        seq = server - 1;
        ack = client;
        flags = SYN | ACK;
        break;
      case STEP.response:
        seq = server + k * answered + segment * service.segmentBytes;
        ack = client + (k + 1) * asked;
        if (segment === segmentsOf(service) - 1) flags = ACK | PSH;
        break;
      case STEP.serverAck:
        seq = server + k * answered;
        ack = client + k * asked;
        break;
      case STEP.finAck:
        seq = server + k * answered;
        ack = client + k * asked + 1;
        flags = FIN | ACK;
        break;
      case STEP.reset:
        ack = client;
        flags = RST | ACK;
        break;
    }
    words[6] = swap32(seq);
    words[7] = swap32(ack);
    const window = 0xffff;
    words[8] = (headerWords << 4) | (flags << 8) | (window << 16);
    words[9] = 0;
    if (headerWords === 6) words[10] = MSS_OPTION;
  }
}

function lastSegmentBytes(service: Service): number {
  if (service.transport !== 'tcp') return service.responseBytes;
  return service.responseBytes - (segmentsOf(service) - 1) * service.segmentBytes;
}

/** Bytes that look like data and are the same in every run. */
function payload(lenBytes: number, salt: number): Payload {
  const words = new Int32Array((lenBytes + 3) >> 2);
  for (let i = 0; i < words.length; i++) words[i] = firstSequence(i, salt);
  if ((lenBytes & 3) !== 0) words[words.length - 1] &= (1 << ((lenBytes & 3) * 8)) - 1;
  // A stamp must fit whole; a shorter last segment goes without.
  return { lenBytes, words, halves: halvesOf(words, lenBytes >= STAMP_WORDS * 4 ? STAMP_WORDS : 0, words.length) };
}

/** Copies the payload with its stamp; returns the sum of its halves. */
function copyPayload(body: Payload, words: Int32Array, at: number, connection: number, step: number): number {
  const source = body.words;
  for (let i = 0; i < source.length; i++) words[at + i] = source[i];
  if (body.lenBytes < STAMP_WORDS * 4) return body.halves;
  words[at] = connection;
  words[at + 1] = step;
  return body.halves + halvesOf(words, at, at + STAMP_WORDS);
}

/** Initial sequence numbers as RFC 6528 asks in spirit: spread over the whole range by connection. */
function firstSequence(x: number, seed: number): number {
  let h = Math.imul(x ^ seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Sum of 16-bit halves: one's complement sums do not depend on the byte order (RFC 1071). */
function halvesOf(words: Int32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const word = words[i];
    sum += (word & 0xffff) + (word >>> 16);
  }
  return sum;
}

function fold(sum: number): number {
  let folded = (sum & 0xffff) + (sum >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

function swap16(x: number): number {
  return ((x & 0xff) << 8) | ((x >>> 8) & 0xff);
}

function swap32(x: number): number {
  return ((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}
