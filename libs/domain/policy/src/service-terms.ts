import type { ServiceText } from './rulebase.js';
import { ALL_PORTS, PROTO, SERVICE_NAMES, servicePorts } from './services.js';

/** A protocol with a range of destination ports; protocols without ports have the whole range. */
export interface ServiceTerm {
  readonly protocol: number;
  readonly from: number;
  readonly to: number;
}

/** Protocol numbers of a term that stand for more than one protocol. */
export const ANY_PROTOCOL = -1;
/** Every protocol but TCP, UDP and ICMP. */
export const OTHER_PROTOCOLS = -2;

const MAX_PORT = 65_535;

const allPorts = (protocol: number): ServiceTerm => ({ protocol, from: 0, to: MAX_PORT });

/** Reads one entry of a rule's service. A string is what is wrong with it, and what to write. */
export function readService(text: ServiceText): readonly ServiceTerm[] | string {
  if (typeof text === 'string') return readName(text);
  if ('protocol' in text) return [allPorts(text.protocol)];
  return 'tcp' in text ? readPorts(PROTO.tcp, text.tcp) : readPorts(PROTO.udp, text.udp);
}

function readName(name: string): readonly ServiceTerm[] | string {
  switch (name) {
    case 'any':
      return [allPorts(ANY_PROTOCOL)];
    case 'other':
      return [allPorts(OTHER_PROTOCOLS)];
    case 'tcp':
      return [allPorts(PROTO.tcp)];
    case 'udp':
      return [allPorts(PROTO.udp)];
    default: {
      const ports = servicePorts(name);
      if (ports.length === 0) {
        return `the service ${JSON.stringify(name)} is not known; known are any, tcp, udp, other, ${SERVICE_NAMES.join(', ')}; or write ports like {tcp: 8443}`;
      }
      return ports.map(({ proto, port }) =>
        port === ALL_PORTS ? allPorts(proto) : { protocol: proto, from: port, to: port },
      );
    }
  }
}

function readPorts(protocol: number, ports: number | string): readonly ServiceTerm[] | string {
  if (ports === 'any') return [allPorts(protocol)];
  const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(ports));
  const from = Number(parts?.[1]);
  const to = Number(parts?.[2] ?? parts?.[1]);
  if (parts === null || from > to || to > MAX_PORT) {
    return `${JSON.stringify(ports)} is no port or range of ports; write 443, 8000-8100 or any, up to ${MAX_PORT}`;
  }
  return [{ protocol, from, to }];
}
