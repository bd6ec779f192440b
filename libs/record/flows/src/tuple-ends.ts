import { PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '@rehearsal/dataplane';
import type { FlowEnds } from './flow-record.js';

const TUPLE = /^([^>]+)>([^>]+)\/(?:ip-)?(\w+)$/;
const END = /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/;
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: PROTO_ICMP, tcp: PROTO_TCP, udp: PROTO_UDP };

/**
 * Reads `client:port>server:port/protocol`; undefined for other text. Protocols are `tcp`, `udp`, `icmp` (whose
 * identifier, the client's port, stands for both) and `ip-50` by their number, which have no ports.
 */
export function readEnds(tuple: string): FlowEnds | undefined {
  const parts = TUPLE.exec(tuple);
  if (parts === null) return undefined;
  const [client, server] = [readEnd(parts[1]!), readEnd(parts[2]!)];
  const proto = PROTOCOLS[parts[3]!] ?? Number(parts[3]);
  if (client === undefined || server === undefined || !Number.isInteger(proto)) return undefined;
  let [srcPort, dstPort] = [client.port, server.port];
  if (proto === PROTO_ICMP) dstPort = srcPort;
  else if (proto !== PROTO_TCP && proto !== PROTO_UDP) srcPort = dstPort = 0;
  return { src: client.address, dst: server.address, srcPort, dstPort, proto };
}

/** Reads `address:port`; the port is 0 where there is none. */
export function readEnd(text: string): { readonly address: number; readonly port: number } | undefined {
  const parts = END.exec(text);
  return parts === null ? undefined : { address: addressOf(parts[1]!), port: Number(parts[2] ?? 0) };
}

/** `10.1.0.5` as an integer. */
function addressOf(text: string): number {
  return text.split('.').reduce((word, part) => (word << 8) | Number(part), 0);
}

/** `10.1.0.5`, from an integer in host order. */
export function addressText(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}
