import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CaptureFile } from './capture-file.js';

const words = (...values: number[]): Int32Array => Int32Array.from(values);
const ended = (file: CaptureFile, last: Int32Array): Promise<void> => new Promise((done) => file.end(last, done));

describe('the file of a packet capture', () => {
  let folder: string;
  let path: string;
  const held = (): number[] => [...new Int32Array(new Uint8Array(readFileSync(path)).buffer)];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capture-file-'));
    path = join(folder, 'packets.capture');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has everything in order once it has ended, whoever uses the memory meanwhile', async () => {
    const file = new CaptureFile(path);
    const buffer = new Int32Array(2);
    const expected: number[] = [];
    for (let i = 0; i < 100; i++) {
      buffer.fill(i);
      expected.push(i, i);
      expect(file.write(buffer)).toBe(true);
    }
    await ended(file, words(7));
    expect(held()).toEqual([...expected, 7]);
  });

  it('refuses what has no room while earlier chunks wait, and takes the last words all the same', async () => {
    const file = new CaptureFile(path, 12);
    expect([file.write(words(1, 2)), file.write(words(3)), file.write(words(4))]).toEqual([true, true, false]);
    await ended(file, words(5, 6, 7));
    expect(held()).toEqual([1, 2, 3, 5, 6, 7]);
  });

  it('goes on behind what an earlier process captured, and says how much that is', async () => {
    const first = new CaptureFile(path);
    expect(first.heldBytes).toBe(0);
    await ended(first, words(1, 2));
    const second = new CaptureFile(path);
    expect(second.heldBytes).toBe(8);
    await ended(second, words(3));
    expect(held()).toEqual([1, 2, 3]);
  });

  it('takes nothing more, and ends, once it cannot be written', async () => {
    const file = new CaptureFile('/dev/full');
    file.write(words(1));
    await ended(file, words(2));
    const broken = new CaptureFile('/dev/full');
    broken.write(words(1));
    let taken = true;
    while (taken) {
      await new Promise((done) => setImmediate(done));
      taken = broken.write(words(1));
    }
    await ended(broken, words(2));
  });

  it('names its path where it cannot be opened', () => {
    expect(() => new CaptureFile(join(folder, 'none', 'x'))).toThrow(
      /packetCapture: .*none\/x cannot be written: ENOENT/,
    );
  });
});
