import { PROTO_UDP, type PacketKey } from './packet-key.js';

/** Traffic that the software of a member does not bear, as bits; which it is the role knows. */
export const HAZARD = { vpn: 1, gtp: 2 } as const;

const PROTO_ESP = 50;
const IKE = 500;
const IKE_NAT_TRAVERSAL = 4500;
const GTP_USER = 2152;

/** Which of `hazards` the packet is: IKE and ESP are VPN traffic, GTP-U the user plane of mobile networks; 0: none. */
export function hazardOf(key: PacketKey, hazards: number): number {
  if ((hazards & HAZARD.vpn) !== 0) {
    if (key.proto === PROTO_ESP) return HAZARD.vpn;
    if (key.proto === PROTO_UDP && (isPort(key, IKE) || isPort(key, IKE_NAT_TRAVERSAL))) return HAZARD.vpn;
  }
  return (hazards & HAZARD.gtp) !== 0 && key.proto === PROTO_UDP && isPort(key, GTP_USER) ? HAZARD.gtp : 0;
}

function isPort({ srcPort, dstPort }: PacketKey, port: number): boolean {
  return srcPort === port || dstPort === port;
}
