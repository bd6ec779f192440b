/**
 * How a service talks: tcp and udp clients wait for each answer; a stream's client does not, and repeats
 * nothing; one-way is a stream nobody answers; refused is a SYN that is answered with a reset.
 */
export type Transport = 'tcp' | 'udp' | 'stream' | 'one-way' | 'refused';
export const TRANSPORTS = ['tcp', 'udp', 'stream', 'one-way', 'refused'] as const;

/** What its packets look like; `plain` is TCP or UDP as the transport asks for. */
export const SHAPES = [
  'plain',
  'echo',
  'icmp-errors',
  'fragments',
  'ike',
  'nat-t',
  'esp',
  'gre',
  'gtp-u',
  'ftp',
  'sip',
] as const;
export type Shape = (typeof SHAPES)[number];

/** A connection that follows from another. */
export interface Follower {
  /** Begins when the first has done so many exchanges; 0: with it. */
  readonly after: number;
  readonly service: Service;
}

export interface Service {
  readonly transport: Transport;
  /** The server's port; 0 where the protocol has none. */
  readonly port: number;
  /** Payload of a request, in one packet unless it is cut into fragments. */
  readonly requestBytes: number;
  /** Payload of an answer in all; over TCP cut into segments. */
  readonly responseBytes: number;
  readonly segmentBytes: number;
  readonly shape: Shape;
  /** Where its clients are. */
  readonly from: 'inside' | 'outside';
  /** Exchanges of each connection, whatever the plan says; 0: as the plan says. */
  readonly exchanges: number;
  readonly followers: readonly Follower[];
}

/** What one connection of a service does, by itself. */
export type Script = Omit<Service, 'followers'>;

/** Keeps every packet below an Ethernet frame's 1500 bytes. A multiple of 4. */
export const MAX_SEGMENT_BYTES = 1400;
/** Payload of a fragment, but for the last; a multiple of 8 (RFC 791). */
export const FRAGMENT_BYTES = 512;

const PLAIN = {
  segmentBytes: MAX_SEGMENT_BYTES,
  shape: 'plain',
  from: 'inside',
  exchanges: 0,
  followers: [],
} as const;
const ONE_EXCHANGE = { ...PLAIN, exchanges: 1 } as const;

const ESP: Service = { ...PLAIN, transport: 'stream', shape: 'esp', port: 0, requestBytes: 132, responseBytes: 132 };
const RTP: Service = { ...PLAIN, transport: 'stream', port: 20_000, requestBytes: 172, responseBytes: 172 };
const GTP_FLOW: Service = {
  ...PLAIN,
  transport: 'stream',
  shape: 'gtp-u',
  port: 2152,
  requestBytes: 64,
  responseBytes: 160,
};
const FTP_PASSIVE: Service = {
  ...ONE_EXCHANGE,
  transport: 'tcp',
  port: 50_000,
  requestBytes: 64,
  responseBytes: 2800,
};
/** Begun by the server, from port 20 (RFC 959). */
const FTP_ACTIVE: Service = { ...FTP_PASSIVE, from: 'outside' };

/** What a plan's mix may name without describing it. Sizes are ours: small, so that packets and not bytes are the load. */
export const SERVICES: Readonly<Record<string, Service>> = {
  https: { ...PLAIN, transport: 'tcp', port: 443, requestBytes: 120, responseBytes: 640, segmentBytes: 320 },
  http: { ...PLAIN, transport: 'tcp', port: 80, requestBytes: 120, responseBytes: 320, segmentBytes: 320 },
  ssh: { ...PLAIN, transport: 'tcp', port: 22, requestBytes: 48, responseBytes: 48 },
  smtp: { ...PLAIN, transport: 'tcp', port: 25, requestBytes: 64, responseBytes: 32 },
  sql: { ...PLAIN, transport: 'tcp', port: 1433, requestBytes: 96, responseBytes: 480, segmentBytes: 480 },
  rdp: { ...PLAIN, transport: 'tcp', port: 3389, requestBytes: 40, responseBytes: 200 },
  dns: { ...PLAIN, transport: 'udp', port: 53, requestBytes: 40, responseBytes: 120 },
  ntp: { ...PLAIN, transport: 'udp', port: 123, requestBytes: 48, responseBytes: 48 },
  quic: { ...PLAIN, transport: 'udp', port: 443, requestBytes: 200, responseBytes: 600 },
  voip: { ...PLAIN, transport: 'stream', port: 5004, requestBytes: 160, responseBytes: 160 },
  /** Nobody answers: asked by one side alone. */
  syslog: { ...PLAIN, transport: 'one-way', port: 514, requestBytes: 200, responseBytes: 8 },
  /** A port where nobody listens: the server answers the SYN with a reset. */
  refused: { ...PLAIN, transport: 'refused', port: 4444, requestBytes: 8, responseBytes: 8 },
  ping: { ...PLAIN, transport: 'udp', shape: 'echo', port: 0, requestBytes: 56, responseBytes: 56 },
  /** Answered by turns with: port unreachable, fragmentation needed, time exceeded, an answer. */
  'icmp-errors': {
    ...PLAIN,
    transport: 'udp',
    shape: 'icmp-errors',
    port: 33_434,
    requestBytes: 64,
    responseBytes: 64,
  },
  /** Questions and answers of three fragments each, every other question with its last fragment first. */
  fragments: { ...PLAIN, transport: 'udp', shape: 'fragments', port: 2049, requestBytes: 1240, responseBytes: 1400 },
  ipsec: {
    ...PLAIN,
    transport: 'udp',
    shape: 'ike',
    port: 500,
    requestBytes: 240,
    responseBytes: 240,
    followers: [{ after: 2, service: ESP }],
  },
  /** IKE and ESP within UDP, in one connection (RFC 3948). */
  'nat-t': { ...PLAIN, transport: 'stream', shape: 'nat-t', port: 4500, requestBytes: 132, responseBytes: 132 },
  gre: { ...PLAIN, transport: 'stream', shape: 'gre', port: 0, requestBytes: 96, responseBytes: 96 },
  /** A tunnel of four flows. */
  'gtp-u': {
    ...GTP_FLOW,
    followers: [
      { after: 0, service: GTP_FLOW },
      { after: 0, service: GTP_FLOW },
      { after: 0, service: GTP_FLOW },
    ],
  },
  /** A control connection and four data connections: PASV, PORT, EPSV, EPRT. */
  ftp: {
    ...PLAIN,
    transport: 'tcp',
    shape: 'ftp',
    port: 21,
    requestBytes: 48,
    responseBytes: 64,
    followers: [
      { after: 1, service: FTP_PASSIVE },
      { after: 2, service: FTP_ACTIVE },
      { after: 3, service: FTP_PASSIVE },
      { after: 4, service: FTP_ACTIVE },
    ],
  },
  sip: {
    ...PLAIN,
    transport: 'udp',
    shape: 'sip',
    port: 5060,
    requestBytes: 480,
    responseBytes: 480,
    followers: [{ after: 1, service: RTP }],
  },
};

/** `inbound-https` is `https` with its clients outside and its servers inside. */
export const INBOUND = 'inbound-';

/** The built-in service of that name, or undefined. */
export function builtInService(name: string): Service | undefined {
  if (Object.hasOwn(SERVICES, name)) return SERVICES[name];
  const rest = name.startsWith(INBOUND) ? name.slice(INBOUND.length) : '';
  if (!Object.hasOwn(SERVICES, rest)) return undefined;
  return turnedRound(SERVICES[rest]);
}

function turnedRound(service: Service): Service {
  const followers = service.followers.map((f) => ({ ...f, service: turnedRound(f.service) }));
  return { ...service, from: service.from === 'inside' ? 'outside' : 'inside', followers };
}

/** Packets of one answer. */
export function segmentsOf(service: Script): number {
  return service.transport === 'tcp' ? Math.ceil(service.responseBytes / service.segmentBytes) : 1;
}

/** Packets of one question; of one answer where they are not TCP segments. */
export function fragmentsOf(service: Script, payloadBytes: number): number {
  const udpHeader = 8;
  return service.shape === 'fragments' ? Math.ceil((udpHeader + payloadBytes) / FRAGMENT_BYTES) : 1;
}

/** Whether a connection's packets have no client port to tell it from another between the same hosts. */
export function needsServerOfItsOwn(service: Script): boolean {
  return service.shape === 'ike' || service.shape === 'esp' || service.shape === 'gre' || service.shape === 'gtp-u';
}

/** As tuples name it. */
export function protocolName(service: Script): string {
  switch (service.shape) {
    case 'echo':
      return 'icmp';
    case 'esp':
      return 'ip-50';
    case 'gre':
      return 'ip-47';
    default:
      return service.transport === 'tcp' || service.transport === 'refused' ? 'tcp' : 'udp';
  }
}

/** Packets of a connection of `planned` exchanges in a run without faults. */
export function scriptPackets(service: Script, planned: number): number {
  const exchanges = service.exchanges > 0 ? service.exchanges : planned;
  switch (service.transport) {
    case 'tcp':
      // Handshake 3; request, segments, acknowledgement; FIN, FIN, acknowledgement.
      return 6 + exchanges * (2 + segmentsOf(service));
    case 'udp':
      return exchanges * (fragmentsOf(service, service.requestBytes) + fragmentsOf(service, service.responseBytes));
    case 'stream':
      return 2 * exchanges;
    case 'one-way':
      return exchanges;
    case 'refused':
      return 2;
  }
}
