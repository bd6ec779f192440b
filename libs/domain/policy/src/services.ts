/** Protocols rules name, as the numbers in a packet's protocol field. Source: the IANA registry of protocol numbers. */
export const PROTO = { icmp: 1, tcp: 6, udp: 17, gre: 47, esp: 50, ah: 51 } as const;

export interface ServicePort {
  readonly proto: number;
  /** ALL_PORTS where the service is the whole protocol. */
  readonly port: number;
}

/** Stands for a service that is a protocol, with whatever ports or identifiers it has. */
export const ALL_PORTS = 0;

const tcp = (port: number): ServicePort => ({ proto: PROTO.tcp, port });
const udp = (port: number): ServicePort => ({ proto: PROTO.udp, port });
const whole = (proto: number): ServicePort => ({ proto, port: ALL_PORTS });

/** Services by the names rules and settings use. Source: the IANA registry of service names and ports. */
const SERVICES: ReadonlyMap<string, readonly ServicePort[]> = new Map([
  ['icmp', [whole(PROTO.icmp)]],
  ['gre', [whole(PROTO.gre)]],
  ['esp', [whole(PROTO.esp)]],
  ['ah', [whole(PROTO.ah)]],
  ['ftp', [tcp(21)]],
  ['ssh', [tcp(22)]],
  ['telnet', [tcp(23)]],
  ['smtp', [tcp(25)]],
  ['dns', [udp(53), tcp(53)]],
  ['dhcp', [udp(67), udp(68)]],
  ['tftp', [udp(69)]],
  ['http', [tcp(80)]],
  ['kerberos', [tcp(88), udp(88)]],
  ['pop3', [tcp(110)]],
  ['ntp', [udp(123)]],
  ['imap', [tcp(143)]],
  ['snmp', [udp(161)]],
  ['bgp', [tcp(179)]],
  ['ldap', [tcp(389), udp(389)]],
  ['https', [tcp(443)]],
  ['quic', [udp(443)]],
  ['smb', [tcp(445)]],
  ['ike', [udp(500)]],
  ['syslog', [udp(514)]],
  ['ldaps', [tcp(636)]],
  ['imaps', [tcp(993)]],
  ['mssql', [tcp(1433)]],
  ['pptp', [tcp(1723)]],
  ['radius', [udp(1812), udp(1813)]],
  ['gtp-c', [udp(2123)]],
  ['gtp-u', [udp(2152)]],
  ['mysql', [tcp(3306)]],
  ['rdp', [tcp(3389), udp(3389)]],
  ['ike-nat-t', [udp(4500)]],
  ['sip', [udp(5060), tcp(5060)]],
  ['postgres', [tcp(5432)]],
  ['http-proxy', [tcp(8080)]],
]);

/** The names servicePorts knows: protocols, then services in the order of their ports. */
export const SERVICE_NAMES: readonly string[] = [...SERVICES.keys()];

/** The ports of a named service; none for a name that is not in the table. */
export function servicePorts(name: string): readonly ServicePort[] {
  return SERVICES.get(name) ?? [];
}

/** The name of a service's port; the first in the table that has it, undefined for an unlisted port. */
export function serviceName(proto: number, port: number): string | undefined {
  for (const [name, ports] of SERVICES) {
    for (const each of ports) if (each.proto === proto && (each.port === port || each.port === ALL_PORTS)) return name;
  }
  return undefined;
}
