// Writes stress-oracle.json: what tshark counts in each of the made-up captures of stress-captures.mjs, so that tests
// need no tshark. To be run again when what they are made of changes; takes a few minutes.
//   node tools/captures/stress-oracle.mjs
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STRESS, stressCapture } from './stress-captures.mjs';
import { tsharkCounts } from './tshark-counts.mjs';

/** A capture's bytes in brief: tells a changed generator from a changed reader. @param {Uint8Array} bytes */
export const fingerprint = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);

/** Six counts in the order of CaptureInfo's fields, or nothing where tshark can use nothing of the file. @param {string} file */
function counts(file) {
  // Too short for any capture's header, and read by tshark as a text of some kind.
  if (statSync(file).size < SHORTEST_HEADER_BYTES) return [];
  try {
    return Object.values(tsharkCounts(file));
  } catch {
    return [];
  }
}

const SHORTEST_HEADER_BYTES = 12;

/** @param {unknown[]} list */
const listed = (list) => `[${list.map((each) => JSON.stringify(each)).join(', ')}]`;

if (import.meta.filename === process.argv[1]) {
  const folder = mkdtempSync(join(tmpdir(), 'rehearse-stress-'));
  try {
    const lines = Array.from({ length: STRESS.files }, (_, index) => {
      const { name, bytes } = stressCapture(STRESS.seed, index);
      const file = join(folder, name);
      writeFileSync(file, bytes);
      return `  ${JSON.stringify(name)}: ${listed([fingerprint(bytes), ...counts(file)])}`;
    });
    writeFileSync(join(import.meta.dirname, 'stress-oracle.json'), `{\n${lines.join(',\n')}\n}\n`);
    console.log(`${lines.length} captures counted`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
