/** How a service talks: tcp and udp clients wait for each answer; a stream's client does not, and repeats nothing. */
export type Transport = 'tcp' | 'udp' | 'stream' | 'refused';

export interface Service {
  readonly transport: Transport;
  /** The server's port. */
  readonly port: number;
  /** Payload of a request, in one packet. */
  readonly requestBytes: number;
  /** Payload of an answer in all; over TCP cut into segments. */
  readonly responseBytes: number;
  readonly segmentBytes: number;
}

/** Keeps every packet below an Ethernet frame's 1500 bytes. A multiple of 4. */
export const MAX_SEGMENT_BYTES = 1400;

/** What a plan's mix may name without describing it. Sizes are ours: small, so that packets and not bytes are the load. */
export const SERVICES: Readonly<Record<string, Service>> = {
  https: { transport: 'tcp', port: 443, requestBytes: 120, responseBytes: 640, segmentBytes: 320 },
  http: { transport: 'tcp', port: 80, requestBytes: 120, responseBytes: 320, segmentBytes: 320 },
  ssh: { transport: 'tcp', port: 22, requestBytes: 48, responseBytes: 48, segmentBytes: MAX_SEGMENT_BYTES },
  smtp: { transport: 'tcp', port: 25, requestBytes: 64, responseBytes: 32, segmentBytes: MAX_SEGMENT_BYTES },
  sql: { transport: 'tcp', port: 1433, requestBytes: 96, responseBytes: 480, segmentBytes: 480 },
  rdp: { transport: 'tcp', port: 3389, requestBytes: 40, responseBytes: 200, segmentBytes: MAX_SEGMENT_BYTES },
  dns: { transport: 'udp', port: 53, requestBytes: 40, responseBytes: 120, segmentBytes: MAX_SEGMENT_BYTES },
  ntp: { transport: 'udp', port: 123, requestBytes: 48, responseBytes: 48, segmentBytes: MAX_SEGMENT_BYTES },
  quic: { transport: 'udp', port: 443, requestBytes: 200, responseBytes: 600, segmentBytes: MAX_SEGMENT_BYTES },
  voip: { transport: 'stream', port: 5004, requestBytes: 160, responseBytes: 160, segmentBytes: MAX_SEGMENT_BYTES },
  /** A port where nobody listens: the server answers the SYN with a reset. */
  refused: { transport: 'refused', port: 4444, requestBytes: 8, responseBytes: 8, segmentBytes: MAX_SEGMENT_BYTES },
};

/** Packets of one answer. */
export function segmentsOf(service: Service): number {
  return service.transport === 'tcp' ? Math.ceil(service.responseBytes / service.segmentBytes) : 1;
}

/** Packets of a connection of `exchanges` exchanges in a run without faults. */
export function scriptPackets(service: Service, exchanges: number): number {
  switch (service.transport) {
    case 'tcp':
      // Handshake 3; request, segments, acknowledgement; FIN, FIN, acknowledgement.
      return 6 + exchanges * (2 + segmentsOf(service));
    case 'udp':
    case 'stream':
      return 2 * exchanges;
    case 'refused':
      return 2;
  }
}
