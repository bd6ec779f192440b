import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readCapture } from '../capture/read-capture.js';
import { Ipv4Finder } from '../link/find-ipv4.js';
import { addressText } from '../packet/address.js';
import { PacketView } from '../packet/packet-view.js';
import { Announced } from './announced.js';
import { ftpControl } from './ftp-control.js';
import { sipMessage } from './sip-message.js';

const repository = resolve(import.meta.dirname, '../../../../..');
const recordings = join(dirname(repository), 'shared', 'captures');

const atFrames = (frames: readonly number[], endpoints: string[]): [number, string[]][] =>
  frames.map((frame) => [frame, endpoints]);

/** What the packets of a recording announce, by frame number, as tshark's dissectors of FTP and SDP tell it. */
const RECORDINGS: Record<string, readonly [number, string[]][]> = {
  'ftp.pcap': [
    [35, ['90.130.70.73:25685']],
    [64, ['90.130.70.73:24523']],
  ],
  'sip.pcap': [
    ...atFrames([22, 23, 24, 46, 47, 48, 52, 76, 82, 87, 90], ['192.168.1.2:30000', '192.168.1.2:30001']),
    [92, ['212.242.33.36:40392', '212.242.33.36:40393']],
  ],
};

/** Every packet is read as SIP, as FTP of a client and as FTP of a server, whatever it is. */
function announcements(file: Uint8Array): [number, string[]][] {
  const capture = readCapture(file);
  const finder = new Ipv4Finder();
  const view = new PacketView();
  const out = new Announced();
  const found: [number, string[]][] = [];
  for (const frame of capture) {
    if (!finder.find(frame.linkType, file, frame.at, frame.capLen, frame.origLen)) continue;
    const { at, capEnd } = finder.window;
    view.parse(file, at, capEnd - at);
    const words = new Int32Array((view.totalLen + 3) >> 2);
    new Uint8Array(words.buffer).set(file.subarray(at, at + view.totalLen));
    const read = [
      () => sipMessage(words, 0, view.totalLen, out),
      () => ftpControl(words, 0, view.totalLen, false, out),
      () => ftpControl(words, 0, view.totalLen, true, out),
    ];
    for (const each of read) {
      each();
      const endpoints = Array.from(
        { length: out.count },
        (_, i) => `${addressText(out.addressOf(i))}:${out.portOf(i)}`,
      );
      if (out.found) found.push([frame.index + 1, endpoints]);
    }
  }
  return found;
}

describe('recorded control connections', () => {
  const present = Object.keys(RECORDINGS).filter((name) => existsSync(join(recordings, name)));

  it('announce what an independent reader finds in them', () => {
    for (const name of present) {
      expect([name, announcements(readFileSync(join(recordings, name)))]).toEqual([name, RECORDINGS[name]]);
    }
  });
});
