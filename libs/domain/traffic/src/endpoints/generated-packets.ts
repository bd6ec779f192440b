import { createRng } from '@rehearsal/kernel';
import { TCP_FLAG, TCP_PAYLOAD_AT, UDP_PAYLOAD_AT, writeTcp, writeUdp } from '@rehearsal/packets';
import type { TcpFields } from '@rehearsal/packets';
import { swapBytes } from '../ledger/packet-words.js';
import type { Translations } from '../ledger/translations.js';
import type { PlannedService } from '../workload/plan.js';
import { MAX_SEGMENT_BYTES, segmentsOf } from '../workload/services.js';
import type { Workload } from '../workload/workload.js';
import { TTL } from './ip-numbers.js';
import { ShapedPackets } from './shaped-packets.js';
import type { PacketRequest } from './shaped-packets.js';
import { ASKED, STEP, stepExchange, stepKind, stepSegment, stepSide } from './steps.js';

const WINDOW = 0xffff;
/** Payload words that differ from packet to packet: connection and step, where there is room for both. */
const STAMP_BYTES = 8;

/**
 * Builds the IPv4 packet of a generated connection's step: real headers, sequence numbers that
 * follow from the script, valid checksums. Allocates nothing per packet.
 */
export class GeneratedPackets {
  private readonly workload: Workload;
  private readonly translations: Translations;
  private readonly shaped: ShapedPackets;
  private readonly request: PacketRequest;
  /** Made once per run: payloads are cuts of it. */
  private readonly filler: Int32Array;
  private readonly salt: number;
  private readonly fields: TcpFields = {
    src: 0,
    dst: 0,
    ipId: 0,
    ttl: TTL,
    srcPort: 0,
    dstPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: WINDOW,
  };

  constructor(workload: Workload, translations: Translations) {
    this.workload = workload;
    this.translations = translations;
    const rng = createRng(workload.plan.seed, 'traffic.packets');
    this.salt = rng.u32();
    this.filler = Int32Array.from({ length: MAX_SEGMENT_BYTES / 4 }, () => rng.u32());
    const none = new Int32Array(0);
    this.request = { words: none, bytes: new Uint8Array(none.buffer), connection: 0, step: 0, lenBytes: 0 };
    this.shaped = new ShapedPackets(workload, this.writePayload, this.request);
  }

  /**
   * Writes the packet from the start of `words`, of which `bytes` is another view; returns its length
   * in bytes. The last word is padded with zeros.
   */
  build(connection: number, step: number, words: Int32Array, bytes: Uint8Array): number {
    const { request, fields } = this;
    const service = this.workload.serviceOf(connection);
    const fromServer = stepSide(step) === 1;
    this.setEnds(connection, fromServer);
    const lenBytes = payloadBytes(service, step);
    request.words = words;
    request.bytes = bytes;
    request.connection = connection;
    request.step = step;
    request.lenBytes = lenBytes;
    if (service.shape !== 'plain' && service.shape !== 'ftp') return this.shaped.build(service, fields);
    fields.ipId = stepExchange(step) & 0xffff;
    if (service.transport !== 'tcp' && service.transport !== 'refused') {
      const payloadSum = this.writePayload(connection, step, words, UDP_PAYLOAD_AT, lenBytes);
      return writeUdp(bytes, 0, fields, lenBytes, payloadSum);
    }
    let payloadSum: number | undefined = this.writePayload(connection, step, words, TCP_PAYLOAD_AT, lenBytes);
    if (service.shape === 'ftp' && lenBytes > 0) {
      this.shaped.writeFtpLine(stepExchange(step), fromServer, fields.src, TCP_PAYLOAD_AT);
      payloadSum = undefined;
    }
    this.setTcpFields(connection, service, step);
    return writeTcp(bytes, 0, fields, lenBytes, payloadSum);
  }

  /** A client sends to where it was told; a server answers whom it sees, from where it was asked. */
  private setEnds(c: number, fromServer: boolean): void {
    const { workload, fields, translations } = this;
    if (fromServer && translations.isSeen(c)) {
      const ports = swapBytes(translations.seenPorts[c]);
      const withPorts = workload.serverPort[c] !== 0;
      fields.src = swapBytes(translations.seenDst[c]);
      fields.dst = swapBytes(translations.seenSrc[c]);
      fields.srcPort = withPorts ? ports & 0xffff : 0;
      fields.dstPort = withPorts ? ports >>> 16 : 0;
      return;
    }
    fields.src = fromServer ? workload.serverAddress[c] : workload.clientAddress[c];
    fields.dst = fromServer ? workload.clientAddress[c] : workload.serverAddress[c];
    fields.srcPort = fromServer ? workload.serverPort[c] : workload.clientPort[c];
    fields.dstPort = fromServer ? workload.clientPort[c] : workload.serverPort[c];
  }

  /** Returns the one's-complement sum of the payload's 16-bit words. */
  private readonly writePayload = (
    connection: number,
    step: number,
    words: Int32Array,
    at: number,
    lenBytes: number,
  ): number => {
    const { filler } = this;
    const from = at >> 2;
    const whole = lenBytes >> 2;
    const stampWords = lenBytes < STAMP_BYTES ? 0 : STAMP_BYTES >> 2;
    let sum = 0;
    if (stampWords > 0) {
      words[from] = connection;
      words[from + 1] = step;
      sum = (connection & 0xffff) + (connection >>> 16) + (step & 0xffff) + (step >>> 16);
    }
    for (let i = stampWords; i < whole; i++) {
      const word = filler[i];
      words[from + i] = word;
      sum += (word & 0xffff) + (word >>> 16);
    }
    const rest = lenBytes & 3;
    if (rest !== 0) {
      const word = filler[whole] & ((1 << (rest * 8)) - 1);
      words[from + whole] = word;
      sum += (word & 0xffff) + (word >>> 16);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    // Summed in the byte order of the words, which only turns the sum round (RFC 1071, 2 B).
    return ((sum & 0xff) << 8) | (sum >>> 8);
  };

  private setTcpFields(connection: number, service: PlannedService, step: number): void {
    const { fields } = this;
    const k = stepExchange(step);
    const segment = stepSegment(step);
    // What either end has sent of its data before exchange `k`.
    const client = this.firstSequence(connection * 2) + 1;
    const server = this.firstSequence(connection * 2 + 1) + 1;
    const asked = client + k * service.requestBytes;
    const answered = server + k * service.responseBytes;
    fields.seq = stepSide(step) === 1 ? answered : asked;
    fields.ack = stepSide(step) === 1 ? asked : answered;
    fields.flags = TCP_FLAG.ack;
    switch (stepKind(step)) {
      case STEP.syn:
        fields.seq = client - 1;
        fields.ack = 0;
        fields.flags = TCP_FLAG.syn;
        break;
      case STEP.ack:
        if ((segment & ASKED) !== 0) fields.seq += service.requestBytes;
        fields.ack += Math.min((segment & (ASKED - 1)) * service.segmentBytes, service.responseBytes);
        break;
      case STEP.request:
        fields.flags |= TCP_FLAG.psh;
        break;
      case STEP.fin:
        fields.flags |= TCP_FLAG.fin;
        break;
      case STEP.lastAck:
        fields.seq++;
        fields.ack++;
        break;
      case STEP.synAck:
        fields.seq = server - 1;
        fields.ack = client;
        fields.flags |= TCP_FLAG.syn;
        break;
      case STEP.response:
        fields.seq += segment * service.segmentBytes;
        fields.ack += service.requestBytes;
        if (segment === segmentsOf(service) - 1) fields.flags |= TCP_FLAG.psh;
        break;
      case STEP.finAck:
        fields.ack++;
        fields.flags |= TCP_FLAG.fin;
        break;
      case STEP.reset:
        fields.seq = 0;
        fields.ack = client;
        fields.flags |= TCP_FLAG.rst;
        break;
    }
  }

  /** Initial sequence numbers spread over their whole range (RFC 9293, 3.4.1), the same in every run of the plan. */
  private firstSequence(end: number): number {
    let h = Math.imul(end ^ this.salt, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }
}

function payloadBytes(service: PlannedService, step: number): number {
  const kind = stepKind(step);
  if (kind === STEP.request) return service.requestBytes;
  if (kind !== STEP.response) return 0;
  // Only TCP cuts an answer into parts with payloads of their own.
  if (service.transport !== 'tcp') return service.responseBytes;
  return Math.min(service.responseBytes - stepSegment(step) * service.segmentBytes, service.segmentBytes);
}
