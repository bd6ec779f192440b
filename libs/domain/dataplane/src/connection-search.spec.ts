import { describe, expect, it } from '@jest/globals';
import { FORWARD, INITIATOR_B, MAX_RULE } from './connection-entry.js';
import { searchConnections } from './connection-search.js';
import { ConnectionTable } from './connection-table.js';
import { swapAddress, swapPort } from './packet-key.js';
import { connectionHash } from './steering.js';

const CLIENT = 0x0a010105;
const SERVER = 0x0a020209;

/** A connection of client port `port` to port 443 of the server, whose end `b` began it where `fromB`. */
function add(table: ConnectionTable, port: number, shared = 0, fromB = false): number {
  const [from, to] = [swapAddress(CLIENT), swapAddress(SERVER)];
  const [fromPort, toPort] = [swapPort(port), swapPort(443)];
  const [a, b] = fromB ? [to, from] : [from, to];
  const ports = fromB ? toPort | (fromPort << 16) : fromPort | (toPort << 16);
  const hash = connectionHash(a, b, ports, 6);
  return table.insert(hash, a, b, ports, 6, shared | (fromB ? INITIATOR_B : 0), 7, MAX_RULE, 0);
}

describe('searching the connection table', () => {
  const table = new ConnectionTable({ capacity: 16, slots: 256, baseMs: 0 });
  const index = add(table, 40_001);
  add(table, 40_002, 0, true);
  add(table, 40_003, FORWARD);
  const ports = (found: readonly { readonly srcPort: number }[]): number[] => found.map((f) => f.srcPort);

  it('gives ends as the initiator has them, whichever end that is', () => {
    const { total, found } = searchConnections(table, { src: CLIENT, dstPort: 443, proto: 6 }, 10);
    expect([total, ports(found)]).toEqual([3, [40_001, 40_002, 40_003]]);
    expect(found[1]).toEqual({
      src: CLIENT,
      dst: SERVER,
      srcPort: 40_002,
      dstPort: 443,
      proto: 6,
      slot: 7,
      isForward: false,
    });
    expect(found[2]?.isForward).toBe(true);
  });

  it('leaves out what differs at any end, and counts what it does not show', () => {
    expect(searchConnections(table, { srcPort: 40_002 }, 10).total).toBe(1);
    expect(searchConnections(table, { src: SERVER }, 10).total).toBe(0);
    expect(searchConnections(table, { dst: CLIENT }, 10).total).toBe(0);
    expect(searchConnections(table, { dstPort: 80 }, 10).total).toBe(0);
    expect(searchConnections(table, { proto: 17 }, 10).total).toBe(0);
    const { total, found } = searchConnections(table, {}, 2);
    expect([total, found.length]).toEqual([3, 2]);
  });

  it('does not find what has gone', () => {
    table.remove(index, false);
    expect(ports(searchConnections(table, {}, 10).found)).toEqual([40_002, 40_003]);
  });
});
