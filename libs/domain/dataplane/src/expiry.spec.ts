import { describe, expect, it } from '@jest/globals';
import { STATE_SHIFT } from './connection-entry.js';
import { ConnectionTable } from './connection-table.js';
import { Expiry } from './expiry.js';
import { connectionHash } from './steering.js';
import { STATE } from './tcp.js';

const TIMEOUTS = { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 };
const SERVED = 1;
const COPY = 2;
const serves = Uint8Array.of(0, 1, 0);

function setUp(capacity = 8) {
  const table = new ConnectionTable({ capacity, slots: 3, baseMs: 0 });
  const add = (id: number, state: number, now: number, slot = SERVED) =>
    table.insert(connectionHash(id, id, id, 6), id, id, id, 6, state << STATE_SHIFT, slot, 0, now);
  return { table, add, expiry: new Expiry(table, TIMEOUTS) };
}

describe('expiry', () => {
  it.each([
    ['synSent', 25_000],
    ['established', 3_600_000],
    ['finByInitiator', 3_600_000],
    ['closed', 20_000],
    ['udpReplied', 40_000],
  ] as const)('ends a connection in %s after %d ms, not at them', (name, ms) => {
    const { add, expiry } = setUp();
    const index = add(1, STATE[name], 100);
    expect([expiry.isExpired(index, 100 + ms, 0), expiry.isExpired(index, 101 + ms, 0)]).toEqual([false, true]);
  });

  it('counts a handshake from its first packet, a session from its last', () => {
    const { table, add, expiry } = setUp();
    const index = add(1, STATE.synSent, 0);
    table.apply(index, STATE.synReceived, false, 0, 1, 20_000);
    expect(expiry.isExpired(index, 25_001, 0)).toBe(true);
    table.apply(index, STATE.established, true, 0, 2, 24_000);
    expect(expiry.isExpired(index, 3_624_000, 0)).toBe(false);
  });

  it('counts a closed connection from its end, whatever straggles in', () => {
    const { table, add, expiry } = setUp();
    const index = add(1, STATE.established, 0);
    table.apply(index, STATE.closed, true, 0, 1, 1000);
    table.apply(index, STATE.closed, true, 0, 2, 15_000);
    expect(expiry.isExpired(index, 21_001, 0)).toBe(true);
  });

  it('holds over the wrap of its 32-bit times', () => {
    const { add, expiry } = setUp();
    const index = add(1, STATE.udpSent, 0x7fffff00);
    expect(expiry.isExpired(index, (0x7fffff00 + 40_000) | 0, 0)).toBe(false);
    expect(expiry.isExpired(index, (0x7fffff00 + 40_001) | 0, 0)).toBe(true);
  });

  it('looks at no more entries than its budget, and at all of them in turn', () => {
    const { table, add, expiry } = setUp();
    for (let id = 1; id <= 6; id++) add(id, STATE.udpSent, 0);
    const sweep = () => expiry.sweep(50_000, 4, serves, 0, 50_000);
    expect([sweep(), sweep(), sweep()]).toEqual([4, 2, 0]);
    expect(table.size).toBe(0);
  });

  it('gives copies more time, and tells nobody of their end', () => {
    const { table, add, expiry } = setUp();
    add(1, STATE.udpSent, 0, COPY);
    expect(expiry.sweep(100_000, 8, serves, 60_000, 100_000)).toBe(0);
    expect(expiry.sweep(100_001, 8, serves, 60_000, 100_001)).toBe(1);
    expect([table.size, table.toSend.added]).toEqual([0, 0]);
  });

  it('keeps connections whose packets may come again', () => {
    const { add, expiry } = setUp();
    add(1, STATE.closed, 1000);
    expect(expiry.sweep(60_000, 8, serves, 0, 1000)).toBe(0);
    expect(expiry.sweep(60_000, 8, serves, 0, 1001)).toBe(1);
  });
});
