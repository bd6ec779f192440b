import { PROTOCOL_NUMBER, TTL } from './ip-numbers.js';
import {
  ICMP_PAYLOAD_AT,
  IPV4_HEADER_BYTES,
  TextWriter,
  UDP_PAYLOAD_AT,
  writeEcho,
  writeIcmp,
  writeIpv4,
  writeUdp,
} from '@rehearsal/packets';
import type { EchoFields, IcmpFields, UdpFields } from '@rehearsal/packets';
import { hostAddress } from '../workload/address-range.js';
import type { PlannedService } from '../workload/plan.js';
import { FRAGMENT_BYTES } from '../workload/services.js';
import type { Workload } from '../workload/workload.js';
import { writeFtp, writeSip } from './signalling.js';
import type { Announced } from './signalling.js';
import { stepExchange, stepSegment, stepSide } from './steps.js';

const GTP_HEADER_BYTES = 8;
const GRE_HEADER_BYTES = 4;
const QUOTED_BYTES = IPV4_HEADER_BYTES + 8;
const IKE_HEADER_BYTES = 28;
/** Subscribers behind a GTP tunnel, shared address space (RFC 6598), and whom they talk to (RFC 5737). */
const SUBSCRIBERS = 0x64400000;
const REACHED = 0xc6336400;

/** What stands at both ends of one packet. */
export interface PacketAddresses {
  src: number;
  dst: number;
  srcPort: number;
  dstPort: number;
}

/** Writes `lenBytes` of a packet's payload at byte `at`, a multiple of 4, and pads the last word with zeros. */
export type WritePayload = (connection: number, step: number, words: Int32Array, at: number, lenBytes: number) => void;

/** One buffer in two views, and what is to be built in it. */
export interface PacketRequest {
  words: Int32Array;
  bytes: Uint8Array;
  connection: number;
  step: number;
  lenBytes: number;
}

/**
 * Builds packets that are neither TCP nor plain UDP, each into the same two views of one buffer. The payload of
 * a packet is written before its headers, whose checksums cover it. Allocates nothing per packet.
 */
export class ShapedPackets {
  private readonly workload: Workload;
  private readonly udp: UdpFields = { src: 0, dst: 0, srcPort: 0, dstPort: 0, ipId: 0, ttl: TTL };
  private readonly inner: UdpFields = { src: 0, dst: 0, srcPort: 0, dstPort: 0, ipId: 0, ttl: TTL };
  private readonly echo: EchoFields = { src: 0, dst: 0, ipId: 0, ttl: TTL, isReply: false, echoId: 0, echoSeq: 0 };
  private readonly icmp: IcmpFields = { src: 0, dst: 0, ipId: 0, ttl: TTL, type: 0, code: 0, rest: 0 };
  private readonly text = new TextWriter();
  private readonly announced: Announced = { address: 0, port: 0 };
  private readonly scratch = new Uint8Array(4096);
  /** Who says that packets are too large, or too long under way. */
  private readonly router: number;

  private readonly writePayload: WritePayload;
  private readonly request: Readonly<PacketRequest>;

  constructor(workload: Workload, writePayload: WritePayload, request: Readonly<PacketRequest>) {
    this.workload = workload;
    this.writePayload = writePayload;
    this.request = request;
    this.router = hostAddress(workload.plan.servers, workload.plan.servers.size - 12);
  }

  /** Builds what the request asks for between those ends; answers the packet's length in bytes. */
  build(service: PlannedService, ends: Readonly<PacketAddresses>): number {
    const { udp } = this;
    const { bytes, connection, step, lenBytes } = this.request;
    const exchange = stepExchange(step);
    const fromServer = stepSide(step) === 1;
    udp.src = ends.src;
    udp.dst = ends.dst;
    udp.srcPort = ends.srcPort;
    udp.dstPort = ends.dstPort;
    // Datagrams between two hosts must not share a number while their fragments are under way.
    udp.ipId = (Math.imul(connection, 31) + exchange) & 0xffff;
    switch (service.shape) {
      case 'echo':
        this.payload(ICMP_PAYLOAD_AT, lenBytes);
        return this.writeEcho(exchange, fromServer);
      case 'icmp-errors':
        if (fromServer && (exchange & 3) !== 3) return this.writeError(service.requestBytes, exchange);
        this.payload(UDP_PAYLOAD_AT, lenBytes);
        return writeUdp(bytes, 0, udp, lenBytes);
      case 'fragments':
        this.payload(UDP_PAYLOAD_AT, lenBytes);
        return this.writeFragment(stepSegment(step));
      case 'ike':
        this.payload(UDP_PAYLOAD_AT, lenBytes);
        writeIke(bytes, UDP_PAYLOAD_AT, connection, exchange, fromServer, lenBytes);
        return writeUdp(bytes, 0, udp, lenBytes);
      case 'nat-t':
        this.payload(UDP_PAYLOAD_AT, lenBytes);
        if (exchange < 2) {
          // RFC 3948: where the SPI of ESP would stand, zeros say that this is IKE.
          write32(bytes, UDP_PAYLOAD_AT, 0);
          writeIke(bytes, UDP_PAYLOAD_AT + 4, connection, exchange, fromServer, lenBytes - 4);
        } else writeEsp(bytes, UDP_PAYLOAD_AT, connection, exchange, fromServer);
        return writeUdp(bytes, 0, udp, lenBytes);
      case 'esp':
        this.payload(IPV4_HEADER_BYTES, lenBytes);
        writeEsp(bytes, IPV4_HEADER_BYTES, connection, exchange, fromServer);
        return writeIpv4(bytes, 0, udp, PROTOCOL_NUMBER.esp, lenBytes);
      case 'gre': {
        const innerLen = this.writeInner(IPV4_HEADER_BYTES + GRE_HEADER_BYTES, fromServer);
        // RFC 2784: no checksum, version 0, IPv4 inside.
        write32(bytes, IPV4_HEADER_BYTES, 0x0800);
        return writeIpv4(bytes, 0, udp, PROTOCOL_NUMBER.gre, GRE_HEADER_BYTES + innerLen);
      }
      case 'gtp-u': {
        const innerLen = this.writeInner(UDP_PAYLOAD_AT + GTP_HEADER_BYTES, fromServer);
        // 3GPP TS 29.281: version 1, protocol GTP, no options; a G-PDU.
        write32(bytes, UDP_PAYLOAD_AT, 0x30ff0000 | innerLen);
        write32(bytes, UDP_PAYLOAD_AT + 4, this.tunnelOf(connection) * 2 + (fromServer ? 2 : 1));
        return writeUdp(bytes, 0, udp, GTP_HEADER_BYTES + innerLen);
      }
      case 'sip':
        writeSip(
          this.text,
          bytes,
          UDP_PAYLOAD_AT,
          connection,
          exchange,
          fromServer,
          this.announce(connection, 0, fromServer, udp.src),
          lenBytes,
        );
        return writeUdp(bytes, 0, udp, lenBytes);
      default:
        throw new RangeError(`packets of shape ${service.shape} are not built here`);
    }
  }

  /** The line an FTP control connection carries, written where its payload stands. */
  writeFtpLine(exchange: number, fromServer: boolean, address: number, at: number): void {
    const { bytes, connection, lenBytes } = this.request;
    const announces = exchange < this.workload.serviceOf(connection).followers.length;
    const data = announces ? this.announce(connection, exchange, fromServer, address) : this.announced;
    writeFtp(this.text, bytes, at, exchange, announces, fromServer, data, lenBytes);
  }

  /** The sender's end of data connection `i` of a control connection. */
  private announce(connection: number, i: number, fromServer: boolean, address: number): Readonly<Announced> {
    const { workload, announced } = this;
    const follower = workload.firstFollower[connection] + i;
    const parentsWay = workload.clientSide[follower] === workload.clientSide[connection];
    announced.address = address;
    announced.port = fromServer === parentsWay ? workload.serverPort[follower] : workload.clientPort[follower];
    return announced;
  }

  private payload(at: number, lenBytes: number): void {
    const { connection, step, words } = this.request;
    this.writePayload(connection, step, words, at, lenBytes);
  }

  private writeEcho(exchange: number, isReply: boolean): number {
    const { echo, udp } = this;
    echo.src = udp.src;
    echo.dst = udp.dst;
    echo.ipId = udp.ipId;
    echo.isReply = isReply;
    echo.echoId = isReply ? udp.dstPort : udp.srcPort;
    echo.echoSeq = exchange & 0xffff;
    return writeEcho(this.request.bytes, 0, echo, this.request.lenBytes);
  }

  /** What the question met instead of an answer, with the question's head as it came to whoever says so. */
  private writeError(questionBytes: number, exchange: number): number {
    const { udp, inner, icmp, scratch } = this;
    const { bytes } = this.request;
    inner.src = udp.dst;
    inner.dst = udp.src;
    inner.srcPort = udp.dstPort;
    inner.dstPort = udp.srcPort;
    inner.ipId = udp.ipId;
    this.payload(UDP_PAYLOAD_AT, questionBytes);
    writeUdp(bytes, 0, inner, questionBytes);
    for (let i = 0; i < QUOTED_BYTES; i++) scratch[i] = bytes[i];
    for (let i = 0; i < QUOTED_BYTES; i++) bytes[ICMP_PAYLOAD_AT + i] = scratch[i];
    const turn = exchange & 3;
    icmp.src = turn === 0 ? udp.src : this.router;
    icmp.dst = udp.dst;
    icmp.ipId = udp.ipId;
    icmp.type = turn === 2 ? 11 : 3;
    icmp.code = turn === 0 ? 3 : turn === 1 ? 4 : 0;
    const nextHopMtu = 1280;
    icmp.rest = turn === 1 ? nextHopMtu : 0;
    return writeIcmp(bytes, 0, icmp, QUOTED_BYTES);
  }

  /** One fragment of a datagram whose payload stands there already; its checksum covers all of them. */
  private writeFragment(piece: number): number {
    const { udp, scratch } = this;
    const { bytes, lenBytes } = this.request;
    const total = writeUdp(bytes, 0, udp, lenBytes) - IPV4_HEADER_BYTES;
    const from = piece * FRAGMENT_BYTES;
    const count = Math.min(FRAGMENT_BYTES, total - from);
    for (let i = 0; i < count; i++) scratch[i] = bytes[IPV4_HEADER_BYTES + from + i];
    for (let i = 0; i < count; i++) bytes[IPV4_HEADER_BYTES + i] = scratch[i];
    const packetLen = writeIpv4(bytes, 0, udp, PROTOCOL_NUMBER.udp, count);
    const isLast = from + count === total;
    setFragment(bytes, (from >>> 3) | (isLast ? 0 : 0x2000));
    for (let i = packetLen; (i & 3) !== 0; i++) bytes[i] = 0;
    return packetLen;
  }

  /** A UDP packet within a tunnel, at byte `at`. */
  private writeInner(at: number, fromServer: boolean): number {
    const { inner, udp } = this;
    const { bytes, connection, lenBytes } = this.request;
    const dataBytes = Math.max(8, lenBytes - UDP_PAYLOAD_AT);
    const subscriber = SUBSCRIBERS + (this.tunnelOf(connection) & 0x3fffff);
    const reached = REACHED + 1 + (connection % 250);
    const port = 1024 + (connection % 60_000);
    const reachedPort = 4000;
    inner.src = fromServer ? reached : subscriber;
    inner.dst = fromServer ? subscriber : reached;
    inner.srcPort = fromServer ? reachedPort : port;
    inner.dstPort = fromServer ? port : reachedPort;
    inner.ipId = udp.ipId;
    this.payload(at + UDP_PAYLOAD_AT, dataBytes);
    return writeUdp(bytes, at, inner, dataBytes);
  }

  private tunnelOf(connection: number): number {
    const parent = this.workload.parent[connection];
    return parent < 0 ? connection : parent;
  }
}

function setFragment(bytes: Uint8Array, flagsAndOffset: number): void {
  bytes[6] = flagsAndOffset >>> 8;
  bytes[7] = flagsAndOffset;
  bytes[10] = bytes[11] = 0;
  let sum = 0;
  for (let i = 0; i < IPV4_HEADER_BYTES; i += 2) sum += (bytes[i] << 8) | bytes[i + 1];
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
  bytes[10] = sum >>> 8;
  bytes[11] = sum;
}

/** Security parameters index and sequence number (RFC 4303); the rest looks encrypted anyway. */
function writeEsp(bytes: Uint8Array, at: number, connection: number, exchange: number, fromServer: boolean): void {
  write32(bytes, at, 0x10000000 | (connection * 2 + (fromServer ? 1 : 0)));
  write32(bytes, at + 4, exchange + 1);
}

/** IKE_SA_INIT, IKE_AUTH, then INFORMATIONAL (RFC 7296). */
function writeIke(
  bytes: Uint8Array,
  at: number,
  connection: number,
  exchange: number,
  fromServer: boolean,
  lenBytes: number,
): void {
  const types = [34, 35, 37] as const;
  for (let i = 0; i < IKE_HEADER_BYTES; i += 4) write32(bytes, at + i, 0);
  write32(bytes, at + 4, connection + 1);
  if (exchange > 0 || fromServer) write32(bytes, at + 12, connection + 0x40000001);
  bytes[at + 17] = 0x20;
  bytes[at + 18] = types[Math.min(exchange, 2)];
  bytes[at + 19] = fromServer ? 0x20 : 0x08;
  write32(bytes, at + 20, exchange);
  write32(bytes, at + 24, lenBytes);
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
