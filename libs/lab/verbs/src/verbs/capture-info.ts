import { readFileSync } from 'node:fs';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { CaptureError, summarizeCapture, type CaptureInfo } from '@rehearsal/packets';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { textTable } from './table.js';

const count = z.int().min(0);
const output = z.strictObject({
  frames: count,
  ipv4_packets: count,
  ipv4_fragments: count,
  tcp_connections: count,
  udp_flows: count,
  other_flows: count,
});

export default verb({
  path: 'capture info',
  summary: 'count what is in a capture file',
  about:
    'Reads pcap and pcapng, whatever the link layer. A damaged file is counted up to the damage, ' +
    'and what was left out is said on standard error.',
  examples: [
    { command: 'rehearse capture info examples/captures/ssh.pcapng --json', does: 'frames, packets and flows' },
  ],
  positionals: ['file'],
  input: z.strictObject({ file: z.string().describe('pcap or pcapng file') }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle(given, context): Promise<CaptureInfo> {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(given.file);
    } catch (error) {
      throw new LabError('bad-input', `Cannot read ${given.file}: ${reasonOf(error)}.`, 'Name a file that is there.');
    }
    const { info, partial } = summarized(given.file, bytes);
    if (partial !== undefined)
      context.say(`${given.file}: read in part, up to byte ${partial.atByte}: ${partial.reason}`);
    return info;
  },
  render: (info: CaptureInfo) => textTable(['count', 'n'], Object.entries(info)),
});

function summarized(file: string, bytes: Uint8Array): ReturnType<typeof summarizeCapture> {
  try {
    return summarizeCapture(bytes);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new LabError('bad-input', `${file}: ${reasonOf(error)}.`, 'Name a capture of tcpdump or Wireshark.');
  }
}
