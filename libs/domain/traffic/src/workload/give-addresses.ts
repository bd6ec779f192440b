import type { Rng } from '@rehearsal/kernel';
import { hostAddress, hostsIn } from './address-range.js';
import type { PlannedEnds } from './plan.js';
import type { Workload } from './workload.js';
import { needsServerOfItsOwn } from './services.js';

const FIRST_CLIENT_PORT = 32_768;
const CLIENT_PORTS = 65_536 - FIRST_CLIENT_PORT;
/** Where media and data of followers are received: below the ports of clients. */
const FIRST_DATA_PORT = 10_000;
const DATA_PORTS = 20_000;
const FIRST_SERVER_DATA_PORT = 40_000;
const SERVER_DATA_PORTS = 20_000;
const FTP_DATA_PORT = 20;
const IKE_PORT = 500;
const GTP_PORT = 2152;

/** Gives every connection its addresses and ports, no two the same. Throws RangeError where there is no room. */
export function giveAddresses(w: Workload, rng: Rng): void {
  const { plan } = w;
  const { clients, servers, ends } = plan;
  if (ends !== undefined) return takeAddresses(w, ends);
  const hosts = Math.min(hostsIn(clients), Math.max(1, plan.total));
  if (plan.total > hosts * CLIENT_PORTS) {
    throw new RangeError(
      `${plan.total} connections: ${hosts} client addresses have no room for them; widen addresses.clients`,
    );
  }
  const firstHost = rng.int(hostsIn(clients));
  // Clients that are outside have the upper half of the servers' range.
  const outsideHosts = Math.max(1, Math.floor(hostsIn(servers) / 2));
  let ownServers = plan.serverCount;
  for (let c = 0; c < plan.total; c++) {
    const service = w.serviceOf(c);
    const fromOutside = w.clientSide[c] === 1;
    w.clientAddress[c] = fromOutside
      ? hostAddress(servers, outsideHosts + (c % outsideHosts))
      : hostAddress(clients, firstHost + (c % hosts));
    w.clientPort[c] = FIRST_CLIENT_PORT + Math.floor(c / (fromOutside ? outsideHosts : hosts));
    w.serverPort[c] = service.port;
    const drawn = rng.int(plan.serverCount);
    if (fromOutside) w.serverAddress[c] = insideServer(w, drawn);
    else w.serverAddress[c] = hostAddress(servers, needsServerOfItsOwn(service) ? ownServers++ : drawn);
    setFixedPorts(w, c);
    for (let i = 0; i < service.followers.length; i++) giveFollower(w, c, i);
  }
}

/** As the plan says, connection by connection. */
function takeAddresses(w: Workload, ends: readonly PlannedEnds[]): void {
  for (const [c, { client, clientPort, server }] of ends.entries()) {
    w.clientAddress[c] = client;
    w.clientPort[c] = clientPort;
    w.serverAddress[c] = server;
    w.serverPort[c] = w.serviceOf(c).port;
  }
}

/** Where clients outside find servers inside: at the addresses the plan publishes, or at the last ones inside. */
function insideServer({ plan }: Workload, drawn: number): number {
  if (plan.published.length > 0) return plan.published[drawn % plan.published.length];
  return hostAddress(plan.clients, hostsIn(plan.clients) - 1 - (drawn % Math.min(64, hostsIn(plan.clients))));
}

function setFixedPorts(w: Workload, c: number): void {
  switch (w.serviceOf(c).shape) {
    case 'ike':
      w.clientPort[c] = IKE_PORT;
      break;
    case 'gtp-u':
      w.clientPort[c] = GTP_PORT;
      break;
    case 'esp':
    case 'gre':
      w.clientPort[c] = 0;
      break;
    case 'echo':
      // The identifier of the questions stands where both ports would.
      w.serverPort[c] = w.clientPort[c];
      break;
  }
}

/** A follower runs between the hosts of the connection it follows from, either way round. */
function giveFollower(w: Workload, c: number, i: number): void {
  const f = w.firstFollower[c] + i;
  const service = w.serviceOf(f);
  const sameWay = w.clientSide[f] === w.clientSide[c];
  w.clientAddress[f] = sameWay ? w.clientAddress[c] : w.serverAddress[c];
  w.serverAddress[f] = sameWay ? w.serverAddress[c] : w.clientAddress[c];
  // Of one client host: its connections have ports of their own, and so have their followers. RTP's are even (RFC 3550).
  const local = (w.clientPort[c] * 4 + i) * 2;
  const dataPort = FIRST_DATA_PORT + (local % DATA_PORTS);
  // Servers are shared by connections; their number tells them apart.
  const serverPort = FIRST_SERVER_DATA_PORT + (((c * 4 + i) * 2) % SERVER_DATA_PORTS);
  w.clientPort[f] = sameWay ? dataPort : FTP_DATA_PORT;
  w.serverPort[f] = sameWay ? (service.port === 0 ? 0 : serverPort) : dataPort;
  setFixedPorts(w, f);
  if (service.shape === 'gtp-u') w.serverPort[f] = service.port;
}
