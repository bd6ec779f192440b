/** UDP streams both ways, 120 bytes a packet: clients send on schedule and servers answer, whatever gets lost. */
export const PACKET_BYTES = 120;
const UDP_HEADERS_BYTES = 28;
const STREAM = {
  transport: 'stream',
  port: 5004,
  requestBytes: PACKET_BYTES - UDP_HEADERS_BYTES,
  responseBytes: PACKET_BYTES - UDP_HEADERS_BYTES,
};

/** @param {{connections: number, packetsPerSec: number, durationMs?: number, exchanges?: number}} load */
export const streams = (load) => ({ seed: 1, ...load, mix: { bench: 1 }, services: { bench: STREAM } });

/** Web sessions over TCP: requests wait for their answers, and what is lost is sent again after a second. */
export const web = (/** @type {{connections: number, packetsPerSec: number, durationMs: number}} */ load) => ({
  seed: 1,
  ...load,
  mix: { https: 80, ssh: 20 },
});
