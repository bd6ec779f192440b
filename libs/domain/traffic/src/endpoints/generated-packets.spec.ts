import { describe, expect, it } from '@jest/globals';
import { addressText, checksumOk, KIND, PacketView } from '@rehearsal/packets';
import { checksumResidue, contentSum, FORM, PacketEnds } from '../ledger/packet-words.js';
import { Translations } from '../ledger/translations.js';
import { resolvePlan } from '../workload/plan.js';
import { SERVICES } from '../workload/services.js';
import { Workload } from '../workload/workload.js';
import { GeneratedPackets } from './generated-packets.js';
import { STEP, stepOf } from './steps.js';

const names = Object.keys(SERVICES).flatMap((name) => [name, `inbound-${name}`]);

function packetsOf(name: string) {
  const reply = resolvePlan({ connections: 3, exchanges: 9, mix: { [name]: 1 } });
  if (!reply.ok) throw new Error(reply.problems.join());
  const workload = new Workload(reply.plan);
  const packets = new GeneratedPackets(workload, new Translations(workload.size));
  const words = new Int32Array(2000);
  const bytes = new Uint8Array(words.buffer);
  const built: { connection: number; kind: number; words: Int32Array; bytes: Uint8Array; len: number }[] = [];
  for (let connection = 0; connection < workload.size; connection++) {
    const service = workload.serviceOf(connection);
    const tcp = service.transport === 'tcp';
    const pieces = service.shape === 'fragments' ? 3 : 1;
    for (const kind of tcp ? Object.values(STEP) : [STEP.request, STEP.response]) {
      for (let k = 0; k < 9; k++) {
        for (let piece = 0; piece < pieces; piece++) {
          words.fill(-1);
          const len = packets.build(connection, stepOf(kind, k, piece), words, bytes);
          built.push({ connection, kind, words: words.slice(0, (len + 3) >> 2), bytes: bytes.slice(0, len), len });
        }
      }
    }
  }
  return { workload, built };
}

describe.each(names)('packets of %s', (name) => {
  const { workload, built } = packetsOf(name);

  it('have right checksums, the length they say, and zeros behind their end', () => {
    const whole = workload.serviceOf(0).shape !== 'fragments';
    const wrong = built.filter(({ words, bytes, len }) => {
      const padding = (len & 3) === 0 ? 0 : words[words.length - 1]! >>> ((len & 3) * 8);
      const isBroken = !checksumOk(bytes, 0, len) || new PacketView().parse(bytes, 0, len) > KIND.fragment;
      return isBroken || padding !== 0 || (whole && checksumResidue(words, 0, len) !== 0);
    });
    expect(wrong).toEqual([]);
  });

  it('run between the ends of their connection, as the account reads them', () => {
    const ends = new PacketEnds();
    const view = new PacketView();
    const wrong = built.filter(({ connection, kind, words, bytes, len }) => {
      ends.read(words, 0, len);
      view.parse(bytes, 0, len);
      const pair = [workload.clientAddress[connection]!, workload.serverAddress[connection]!];
      const [src, dst] = (kind >= STEP.synAck ? pair.reverse() : pair).map(addressText);
      // Errors may come from a router on the way.
      const fromElsewhere = ends.form !== FORM.icmpError && addressText(view.src) !== src;
      return fromElsewhere || addressText(view.dst) !== dst;
    });
    expect(wrong).toEqual([]);
  });

  it('differ in what no translation touches', () => {
    // Addresses, ports and checksums apart: connection and step are in there.
    const seen = built
      .filter((p) => p.len > 60)
      .map((p) => `${p.connection} ${p.len} ${contentSum(p.words, 0, p.len)}`);
    expect(new Set(seen).size).toBeGreaterThanOrEqual(seen.length / 4);
  });
});
