import { describe, expect, it } from '@jest/globals';
import { UDP_PAYLOAD_AT, writeIcmpError, writeTcp, writeUdp } from './build.js';
import { IKE_EXCHANGE, ikePayloadAt, writeIke, type IkeFields } from './build-ike.js';
import {
  ESP_PAYLOAD_AT,
  GRE_PAYLOAD_AT,
  GTP_U_PAYLOAD_AT,
  NAT_T_PAYLOAD_AT,
  writeEsp,
  writeGre,
  writeGtpU,
  writeNatT,
} from './build-tunnels.js';
import { checksumOk } from './checksum.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ip = { src: 0x0a000001, dst: 0xc6336401, ipId: 7, ttl: 64 };
const ends = { ...ip, srcPort: 1000, dstPort: 2152 };

/** What a builder wrote at 4 of a target, with 4 bytes of payload put in place first; nothing around it is touched. */
function built(
  payloadAt: number,
  write: (target: Uint8Array) => number,
  payload = [0xd1, 0xd2, 0xd3, 0xd4],
): Uint8Array {
  const target = new Uint8Array(200).fill(0x5a);
  target.set(payload, 4 + payloadAt);
  const lenBytes = write(target);
  expect(lenBytes).toBe(payloadAt + payload.length);
  expect(hex(target.subarray(0, 4)) + hex(target.subarray(4 + lenBytes))).toMatch(/^(5a)*$/);
  const packet = target.slice(4, 4 + lenBytes);
  expect(checksumOk(packet, 0, packet.length)).toBe(true);
  return packet;
}

describe('building', () => {
  it('ESP: index and sequence number before the encrypted bytes', () => {
    const packet = built(ESP_PAYLOAD_AT, (t) => writeEsp(t, 4, { ...ip, spi: 0xcafe0001, sequence: 9 }, 4));
    expect(packet[9]).toBe(50);
    expect(hex(packet.subarray(20))).toBe('cafe000100000009d1d2d3d4');
  });

  it('GRE: no flags and the type of the payload', () => {
    const packet = built(GRE_PAYLOAD_AT, (t) => writeGre(t, 4, { ...ip, etherType: 0x0800 }, 4));
    expect(packet[9]).toBe(47);
    expect(hex(packet.subarray(20))).toBe('00000800d1d2d3d4');
  });

  it('ESP in UDP: no checksum', () => {
    const fields = { ...ends, srcPort: 4500, dstPort: 4500, spi: 0xcafe0001, sequence: 9 };
    const packet = built(NAT_T_PAYLOAD_AT, (t) => writeNatT(t, 4, fields, 4));
    expect(hex(packet.subarray(20))).toBe('1194119400140000cafe000100000009d1d2d3d4');
  });

  it('GTP-U: version 1, a user packet, its length and the tunnel', () => {
    const inner = new Uint8Array(40);
    writeTcp(inner, 0, { ...ip, srcPort: 1, dstPort: 2, seq: 3, ack: 4, flags: 2, window: 5 }, 0);
    const packet = built(GTP_U_PAYLOAD_AT, (t) => writeGtpU(t, 4, { ...ends, tunnelId: 0x01020304 }, 40), [...inner]);
    expect(hex(packet.subarray(UDP_PAYLOAD_AT, GTP_U_PAYLOAD_AT))).toBe('30ff002801020304');
    expect(checksumOk(packet, GTP_U_PAYLOAD_AT, 40)).toBe(true);
  });

  const ike: IkeFields = {
    ...ends,
    srcPort: 500,
    dstPort: 500,
    initiatorSpi: 0x11223344,
    responderSpi: 0,
    exchange: IKE_EXCHANGE.init,
    isFromInitiator: true,
    isResponse: false,
    messageId: 0,
  };

  it('IKE: the header of version 2, and one payload', () => {
    const packet = built(ikePayloadAt(ike), (t) => writeIke(t, 4, ike, 4));
    expect(hex(packet.subarray(UDP_PAYLOAD_AT))).toBe(
      '1122334411223344 0000000000000000 28202208 00000000 00000024 00000008 d1d2d3d4'.replaceAll(' ', ''),
    );
  });

  it('IKE on the port of NAT traversal: four zero bytes first', () => {
    const answer: IkeFields = {
      ...ike,
      srcPort: 4500,
      dstPort: 1024,
      responderSpi: 0x55667788,
      exchange: IKE_EXCHANGE.auth,
      isFromInitiator: false,
      isResponse: true,
      messageId: 1,
    };
    const packet = built(ikePayloadAt(answer), (t) => writeIke(t, 4, answer, 4));
    expect(hex(packet.subarray(UDP_PAYLOAD_AT, UDP_PAYLOAD_AT + 28))).toBe(
      '00000000 1122334411223344 5566778855667788 2e202320 00000001'.replaceAll(' ', ''),
    );
  });

  it('an ICMP error: as much of the packet it is about as 576 bytes leave room for', () => {
    const about = new Uint8Array(1000).fill(7);
    writeUdp(about, 0, ends, 972);
    const target = new Uint8Array(600);
    const error = { ...ip, type: 11, code: 0, rest: 0 };
    expect(writeIcmpError(target, 0, error, about, 0, 1000)).toBe(576);
    expect(checksumOk(target, 0, 576)).toBe(true);
    expect([target[20], target[21]]).toEqual([11, 0]);
    expect(hex(target.subarray(28, 576))).toBe(hex(about.subarray(0, 548)));
    expect(writeIcmpError(target, 0, error, about, 0, 28)).toBe(56);
  });

  it('refuses what does not fit, of any kind', () => {
    const small = new Uint8Array(30);
    expect(() => writeEsp(small, 0, { ...ip, spi: 1, sequence: 1 }, 4)).toThrow(
      'a packet of 32 bytes at 0 does not fit',
    );
    expect(() => writeGtpU(small, 0, { ...ends, tunnelId: 1 }, 40)).toThrow('a packet of 76 bytes at 0 does not fit');
    expect(() => writeIke(small, 0, ike, 4)).toThrow('a packet of 64 bytes at 0 does not fit');
  });
});
