import { describe, expect, it } from '@jest/globals';
import { WireWriter } from './wire-writer.js';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

/** A socket that says when it has written, not before. */
class SlowSocket {
  readonly writes: string[] = [];
  readonly #done: (() => void)[] = [];
  readonly write = (bytes: Uint8Array, written: () => void): void => {
    const said = new TextDecoder().decode(bytes);
    this.writes.push(said);
    this.#done.push(() => {
      expect(new TextDecoder().decode(bytes)).toBe(said);
      written();
    });
  };

  finish(): void {
    this.#done.shift()?.();
  }
}

const microtask = (): Promise<void> => Promise.resolve();

describe('the writer of the wire', () => {
  it('writes what a turn says in one piece, in order, and needs the bytes no more', async () => {
    const socket = new SlowSocket();
    const writer = new WireWriter(socket.write);
    const body = text('hello');
    writer.message(text('PUB a r '), body);
    body.fill(0);
    writer.add(text('PING\r\n'));
    writer.message(text('PUB b r '), new Uint8Array(0));
    writer.message(text('PUB c r '), text('0123456789'));
    expect(socket.writes).toEqual([]);
    await microtask();
    expect(socket.writes).toEqual(['PUB a r 5\r\nhello\r\nPING\r\nPUB b r 0\r\n\r\nPUB c r 10\r\n0123456789\r\n']);
  });

  it('gathers while the socket is busy, and leaves a buffer alone until it has been written', async () => {
    const socket = new SlowSocket();
    const writer = new WireWriter(socket.write);
    writer.add(text('one'));
    await microtask();
    writer.add(text('two'));
    await microtask();
    writer.add(text('three'));
    await microtask();
    expect(socket.writes).toEqual(['one']);
    socket.finish();
    expect(socket.writes).toEqual(['one', 'twothree']);
    socket.finish();
    writer.add(text('four'));
    await microtask();
    socket.finish();
    expect(socket.writes).toEqual(['one', 'twothree', 'four']);
  });

  it('does not wait with a full buffer, and takes what is larger than one', async () => {
    const socket = new SlowSocket();
    const writer = new WireWriter(socket.write);
    const half = new Uint8Array(150_000).fill(65);
    const large = new Uint8Array(300_000).fill(66);
    writer.add(half);
    writer.add(half);
    writer.message(text('PUB a '), large);
    await microtask();
    for (let i = 0; i < 3; i++) socket.finish();
    expect(socket.writes.map((w) => w.length)).toEqual([150_000, 150_000, 'PUB a 300000\r\n'.length + 300_000 + 2]);
  });
});
