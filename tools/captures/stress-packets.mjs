// IPv4 packets of whole conversations, one for each kind of traffic the fabric follows, made from a seed.
import {
  ESP_PAYLOAD_AT,
  FTP_LINE,
  GRE_PAYLOAD_AT,
  GTP_U_PAYLOAD_AT,
  IKE_EXCHANGE,
  NAT_T_PAYLOAD_AT,
  PORT,
  SIP_MESSAGE,
  TCP_FLAG,
  TCP_PAYLOAD_AT,
  TextWriter,
  UDP_PAYLOAD_AT,
  ikePayloadAt,
  maxFragments,
  writeEcho,
  writeEsp,
  writeFragment,
  writeFtpLine,
  writeGre,
  writeGtpU,
  writeIcmpError,
  writeIke,
  writeIpv4,
  writeNatT,
  writeSipMessage,
  writeTcp,
  writeUdp,
} from '@rehearsal/packets';

/** @typedef {{below(n: number): number, pick<T>(list: readonly T[]): T, chance(oneIn: number): boolean}} Dice */
/** @typedef {{src: number, dst: number, srcPort: number, dstPort: number}} Ends */

const { syn, ack, psh, fin, rst } = TCP_FLAG;

/** @param {Dice} dice */
export function conversations(dice) {
  const buffer = new Uint8Array(70_000);
  const writer = new TextWriter();
  const { below, pick } = dice;

  /** @param {(target: Uint8Array) => number} write */
  const packet = (write) => {
    const lenBytes = write(buffer);
    return buffer.slice(0, lenBytes);
  };
  /** @param {number} at @param {number} lenBytes */
  const fill = (at, lenBytes) => {
    for (let i = 0; i < lenBytes; i++) buffer[at + i] = below(256);
    return lenBytes;
  };
  const ip = () => ({ ipId: below(65_536), ttl: 1 + below(255) });
  /** @param {number} dstPort @returns {Ends} */
  const ends = (dstPort) => ({
    src: 0x0a010000 + 1 + below(200),
    dst: 0xc6336400 + 1 + below(200),
    srcPort: 1024 + below(60_000),
    dstPort,
  });
  /** @param {Ends} e @returns {Ends} */
  const back = (e) => ({ src: e.dst, dst: e.src, srcPort: e.dstPort, dstPort: e.srcPort });

  /** @param {Ends} e @param {number} flags @param {number} lenBytes */
  const tcp = (e, flags, lenBytes) =>
    packet((t) =>
      writeTcp(t, 0, { ...ip(), ...e, seq: below(2 ** 31), ack: below(2 ** 31), flags, window: 500 }, lenBytes),
    );
  /** @param {Ends} e @param {number} lenBytes */
  const udp = (e, lenBytes) => packet((t) => writeUdp(t, 0, { ...ip(), ...e }, fill(UDP_PAYLOAD_AT, lenBytes)));
  /** @param {Ends} e */
  const tcpSession = (e) => [
    tcp(e, syn, 0),
    tcp(back(e), syn | ack, 0),
    tcp(e, ack, 0),
    ...Array.from({ length: below(6) }, () =>
      tcp(pick([e, back(e)]), ack | psh, fill(TCP_PAYLOAD_AT, pick([0, 1, 7, 300, 1460]))),
    ),
    ...(dice.chance(4) ? [tcp(back(e), rst, 0)] : [tcp(e, fin | ack, 0), tcp(back(e), fin | ack, 0), tcp(e, ack, 0)]),
  ];
  /** @param {Ends} e @param {(at: number) => number} text */
  const tcpText = (e, text) => tcp(e, ack | psh, text(TCP_PAYLOAD_AT));
  /** @param {Uint8Array} whole */
  const fragments = (whole) => {
    const pieces = Math.min(2 + below(5), maxFragments(whole.length));
    const list = Array.from({ length: pieces }, (_, i) =>
      packet((t) => writeFragment(t, 0, whole, 0, whole.length, i, pieces)),
    );
    return pick([list, [...list].reverse(), list.slice(1), [...list, ...list], list.slice(0, -1)]);
  };

  /** @type {Record<string, () => Uint8Array[]>} */
  const kinds = {
    tcp: () => tcpSession(ends(pick([80, 443, 22]))),
    scan: () => Array.from({ length: 5 + below(20) }, () => tcp(ends(1 + below(1024)), syn, 0)),
    udp: () => {
      const e = ends(pick([53, 443, 5201]));
      return Array.from({ length: 1 + below(8) }, () => udp(pick([e, back(e)]), below(600)));
    },
    ping: () => {
      const e = ends(0);
      const echoId = below(65_536);
      return Array.from({ length: 2 + below(6) }, (_, i) =>
        packet((t) => {
          const isReply = i % 2 === 1;
          return writeEcho(
            t,
            0,
            { ...ip(), ...(isReply ? back(e) : e), isReply, echoId, echoSeq: i >> 1 },
            fill(28, 56),
          );
        }),
      );
    },
    error: () => {
      const e = ends(53);
      const about = pick([udp(e, 40), tcp(e, syn, 0), udp(e, 1200)]);
      const type = pick([3, 4, 5, 11, 12]);
      const error = { ...ip(), src: pick([e.dst, 0xc0000201]), dst: e.src, type, code: below(4), rest: 0 };
      return [about, packet((t) => writeIcmpError(t, 0, error, about, 0, pick([about.length, 28, 20, 3])))];
    },
    esp: () => {
      const e = ends(0);
      return Array.from({ length: 2 + below(5) }, (_, i) =>
        packet((t) => writeEsp(t, 0, { ...ip(), ...e, spi: 256 + below(1e9), sequence: i }, fill(ESP_PAYLOAD_AT, 64))),
      );
    },
    gre: () =>
      tcpSession(ends(80)).map((inner) =>
        packet((t) => {
          t.set(inner, GRE_PAYLOAD_AT);
          return writeGre(t, 0, { ...ip(), src: 0x0a000001, dst: 0x0a000002, etherType: 0x0800 }, inner.length);
        }),
      ),
    ipInIp: () =>
      tcpSession(ends(80)).map((inner) =>
        packet((t) => {
          t.set(inner, 20);
          return writeIpv4(t, 0, { ...ip(), src: 0x0a000001, dst: 0x0a000002 }, 4, inner.length);
        }),
      ),
    ike: () => {
      const e = { ...ends(PORT.ike), srcPort: PORT.ike };
      const natT = { ...e, srcPort: PORT.natT, dstPort: PORT.natT };
      const spi = 1 + below(1e9);
      /** @param {Ends} to @param {'init' | 'auth'} exchange @param {boolean} isResponse */
      const message = (to, exchange, isResponse) =>
        packet((t) => {
          const fields = {
            ...ip(),
            ...to,
            initiatorSpi: spi,
            responderSpi: exchange === 'init' && !isResponse ? 0 : spi + 1,
            exchange: IKE_EXCHANGE[exchange],
            isFromInitiator: !isResponse,
            isResponse,
            messageId: exchange === 'init' ? 0 : 1,
          };
          return writeIke(t, 0, fields, fill(ikePayloadAt(fields), 64));
        });
      return [
        message(e, 'init', false),
        message(back(e), 'init', true),
        message(natT, 'auth', false),
        message(back(natT), 'auth', true),
        ...Array.from({ length: below(6) }, (_, sequence) =>
          packet((t) =>
            writeNatT(t, 0, { ...ip(), ...pick([natT, back(natT)]), spi, sequence }, fill(NAT_T_PAYLOAD_AT, 80)),
          ),
        ),
      ];
    },
    gtp: () => {
      const e = { ...ends(PORT.gtpU), srcPort: PORT.gtpU };
      return tcpSession(ends(443)).map((inner) =>
        packet((t) => {
          t.set(inner, GTP_U_PAYLOAD_AT);
          return writeGtpU(t, 0, { ...ip(), ...pick([e, back(e)]), tunnelId: below(2 ** 31) }, inner.length);
        }),
      );
    },
    ftp: () => {
      const control = ends(PORT.ftp);
      const port = 30_000 + below(9000);
      const line = pick(Object.values(FTP_LINE));
      const isPassive = line === FTP_LINE.passive || line === FTP_LINE.extendedPassive;
      const e = isPassive ? back(control) : control;
      return [
        ...tcpSession(control).slice(0, 3),
        tcpText(e, (at) => writeFtpLine(writer, buffer, at, line, e.src, port)),
        ...tcpSession(isPassive ? { ...control, dstPort: port } : { ...back(control), srcPort: 20, dstPort: port }),
      ];
    },
    sip: () => {
      const e = { ...ends(PORT.sip), srcPort: PORT.sip };
      const call = {
        callerAddress: e.src,
        callerPort: e.srcPort,
        calledAddress: e.dst,
        calledPort: e.dstPort,
        call: below(1e6),
      };
      const media = { ...e, srcPort: 20_000 + 2 * below(5000), dstPort: 40_000 + 2 * below(5000) };
      return Object.values(SIP_MESSAGE).flatMap((message) => {
        const isCallers = [SIP_MESSAGE.invite, SIP_MESSAGE.acknowledge, SIP_MESSAGE.bye].some(
          (each) => each === message,
        );
        const to = isCallers ? e : back(e);
        const own = isCallers
          ? { mediaAddress: e.src, mediaPort: media.srcPort }
          : { mediaAddress: e.dst, mediaPort: media.dstPort };
        const text = packet((t) =>
          writeUdp(t, 0, { ...ip(), ...to }, writeSipMessage(writer, t, UDP_PAYLOAD_AT, message, { ...call, ...own })),
        );
        const isEstablished = message === SIP_MESSAGE.acknowledge;
        return [text, ...(isEstablished ? [udp(media, 172), udp(back(media), 172)] : [])];
      });
    },
    fragments: () => fragments(udp(ends(pick([53, 2049])), 200 + below(3000))),
    tcpFragments: () => fragments(tcp(ends(80), ack, fill(TCP_PAYLOAD_AT, 100 + below(1400)))),
    large: () => [udp(ends(9), 65_000 + below(500))],
    garbage: () =>
      Array.from({ length: 4 + below(12) }, () => {
        const lenBytes = fill(0, 1 + below(120));
        buffer[0] = pick([0x45, 0x4f, 0x40, 0x60, below(256)]);
        return buffer.slice(0, lenBytes);
      }),
  };
  return kinds;
}
