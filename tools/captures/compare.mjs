// Holds the capture reader against tshark, frame by frame, on frames of unusual shape.
//   node tools/captures/compare.mjs [SEED [FRAMES]]     FRAMES for each link type, 200 if left out
// Build the packages first (npx nx run packets:build). Exits with 1 when the two disagree anywhere.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureInfo, writePcap } from '@rehearsal/packets';
import { oddFrames } from './odd-frames.mjs';
import { classify, tsharkCounts, tsharkFrames } from './tshark-counts.mjs';

const seed = Number(process.argv[2] ?? 1);
const frameCount = Number(process.argv[3] ?? 200);
if (!Number.isInteger(seed) || !Number.isInteger(frameCount) || frameCount < 1) {
  console.error('expected whole numbers; run: node tools/captures/compare.mjs 1 200');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'rehearse-odd-'));
const odd = oddFrames(seed);
let compared = 0;
let different = 0;

/** @param {ReturnType<typeof classify>} seen */
const asCounts = (seen) => ({
  frames: 1,
  ipv4_packets: seen ? 1 : 0,
  ipv4_fragments: seen?.fragment ? 1 : 0,
  tcp_connections: seen?.table === 'tcp' ? 1 : 0,
  udp_flows: seen?.table === 'udp' ? 1 : 0,
  other_flows: seen?.table === 'other' ? 1 : 0,
});

try {
  for (const linkType of odd.linkTypes) {
    const frames = Array.from({ length: frameCount }, () => odd.frame(linkType));
    const file = join(folder, `${linkType}.pcap`);
    writeFileSync(file, writePcap(frames, { linkType }));
    const seen = tsharkFrames(file);
    frames.forEach((frame, index) => {
      const ours = JSON.stringify(captureInfo(writePcap([frame], { linkType })));
      const theirs = JSON.stringify(asCounts(classify(seen[index] ?? [])));
      compared += 1;
      if (ours === theirs) return;
      different += 1;
      const bytes = Buffer.from(frame.bytes).toString('hex');
      console.log(
        `link type ${linkType}, frame ${index + 1} of ${frame.origLen} bytes: ${bytes}\n  we   ${ours}\n  they ${theirs}`,
      );
    });
    const ours = JSON.stringify(captureInfo(writePcap(frames, { linkType })));
    const theirs = JSON.stringify(tsharkCounts(file));
    if (ours !== theirs) console.log(`link type ${linkType}, whole file:\n  we   ${ours}\n  they ${theirs}`);
    different += ours === theirs ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${compared} frames compared, ${different} differences`);
process.exit(different === 0 ? 0 : 1);
