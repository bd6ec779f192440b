// Writes oracle.json into a folder of captures: what tshark counts in each file.
//   node tools/captures/oracle.mjs examples/captures
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tsharkCounts } from './tshark-counts.mjs';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('expected a folder of captures; run: node tools/captures/oracle.mjs examples/captures');
  process.exit(2);
}
const files = readdirSync(folder).filter((name) => /\.(pcap|pcapng|cap)$/.test(name));
const counts = Object.fromEntries(files.sort().map((name) => [name, tsharkCounts(join(folder, name))]));
writeFileSync(join(folder, 'oracle.json'), `${JSON.stringify(counts, null, 2)}\n`);
console.log(`${files.length} captures counted into ${join(folder, 'oracle.json')}`);
