import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CaptureError, captureInfo } from '@rehearsal/packets';
import { STRESS, stressCapture } from './stress-captures.mjs';
import { fingerprint } from './stress-oracle.mjs';

const oracle = JSON.parse(readFileSync(join(import.meta.dirname, 'stress-oracle.json'), 'utf8')) as Record<
  string,
  (string | number)[]
>;

/** The six counts; none where nothing of the file can be used. Any other error than a CaptureError is the test's. */
function counted(bytes: Uint8Array): number[] {
  try {
    const counts = Object.values(captureInfo(bytes)) as number[];
    return counts[0] === 0 ? [] : counts;
  } catch (error) {
    if (error instanceof CaptureError) return [];
    throw error;
  }
}

describe('made-up captures', () => {
  it('are counted as tshark counts them, file by file', () => {
    const seen = Array.from({ length: STRESS.files }, (_, index) => {
      const { name, bytes } = stressCapture(STRESS.seed, index);
      return [name, [fingerprint(bytes), ...counted(bytes)]] as const;
    });
    const withFrames = ([hash, ...counts]: (string | number)[]) => (counts[0] === 0 ? [hash] : [hash, ...counts]);
    expect(seen).toEqual(Object.entries(oracle).map(([name, counts]) => [name, withFrames(counts)]));
  });

  it('of any other seed are read without a crash', () => {
    for (let index = 0; index < 200; index++) counted(stressCapture(7, index).bytes);
  });
});
