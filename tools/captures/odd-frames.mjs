// Frames of unusual shape, made from a seed: every link layer and tunnel the capture reader unwraps, with IPv4
// options, fragments, wrong lengths, and recordings that end early.

/** @typedef {number[]} Bytes */

/** @param {number} n @returns {Bytes} */
const be16 = (n) => [(n >>> 8) & 255, n & 255];
/** @param {number} n @returns {Bytes} */
const be32 = (n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
/** @param {number} n @returns {Bytes} */
const le16 = (n) => be16(n).reverse();
/** @param {number} n @returns {Bytes} */
const le32 = (n) => be32(n).reverse();
/** @param {number} n @param {number} [value] @returns {Bytes} */
const fill = (n, value = 0) => Array.from({ length: n }, () => value);

const MACS = [0, 0x1b, 0x21, 1, 2, 3, 0, 0x50, 0x56, 4, 5, 6];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const OPTIONS = [
  [7, 7, 4, 1, 2, 3, 4, 0],
  [131, 7, 4, 9, 9, 9, 9, 0],
  [137, 7, 8, 9, 9, 9, 9, 1],
  [131, 11, 4, 1, 2, 3, 4, 5, 6, 7, 8, 0],
  [1, 1, 1, 1],
  [148, 4, 0, 0],
];
const FRAGMENTS = [0x2000, 0x2001, 0x0005, 0x8000, 0x6000];

/**
 * The same seed makes the same frames.
 * @param {number} seed
 */
export function oddFrames(seed) {
  let state = seed >>> 0;
  /** @param {number} n */
  const below = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  /** @template T @param {T[]} list @returns {T} */
  const pick = (list) => /** @type {T} */ (list[below(list.length)]);

  /** @param {number} protocol @returns {Bytes} */
  function transport(protocol) {
    const data = fill(below(40), 0x41);
    const ports = be16(1024 + below(4));
    switch (protocol) {
      case 1:
        return [pick([8, 3, 11]), ...fill(7), ...(below(2) ? ipv4(false) : data)];
      case 4:
        return ipv4(false);
      case 6:
        return [...ports, 0, 80, ...be32(below(1e9)), ...be32(5), 0x50, 0x18, 0, 100, ...fill(4), ...data];
      case 17:
        return [...ports, ...be16(pick([53, 9999, 5000])), ...be16(8 + data.length), 0, 0, ...data];
      case 41:
        return ipv6(false);
      case 47:
        return [0, 0, 8, 0, ...ipv4(false)];
      default:
        return data;
    }
  }

  /** @param {boolean} tunnels @returns {Bytes} */
  function ipv4(tunnels) {
    const protocol = pick(tunnels ? [6, 17, 6, 17, 1, 4, 41, 47, 50, 132, 2] : [6, 17]);
    const body = transport(protocol);
    const options = below(6) === 0 ? pick(OPTIONS) : [];
    const headerBytes = 20 + options.length;
    const length = headerBytes + body.length;
    const wrong = [0, headerBytes, headerBytes + 1, headerBytes + 3, headerBytes + 4, 19, length + 50, 65535];
    const head = [0x40 | (headerBytes >> 2), 0, ...be16(below(12) === 0 ? pick(wrong) : length), ...be16(below(65536))];
    const fragment = be16(below(6) === 0 ? pick(FRAGMENTS) : 0x4000);
    const addresses = [10, 0, 0, below(3), 10, 0, 1, below(3)];
    return [...head, ...fragment, 64, protocol, 0, 0, ...addresses, ...options, ...body];
  }

  /** @param {boolean} tunnels @returns {Bytes} */
  function ipv6(tunnels) {
    const inner = pick([
      () => /** @type {const} */ ([6, transport(6)]),
      () => /** @type {const} */ ([17, transport(17)]),
      ...(tunnels
        ? [
            () => /** @type {const} */ ([4, ipv4(true)]),
            () => /** @type {const} */ ([41, ipv6(false)]),
            () => /** @type {const} */ ([47, [0, 0, 8, 0, ...ipv4(true)]]),
            () =>
              /** @type {const} */ ([47, [0x30, 0, 0x65, 0x58, ...be32(1), ...be32(2), ...MACS, 8, 0, ...ipv4(true)]]),
            () => /** @type {const} */ ([58, [1, 0, ...fill(6), ...ipv6(false)]]),
          ]
        : []),
    ])();
    let next = /** @type {number} */ (inner[0]);
    let body = inner[1];
    const extension = below(4);
    if (extension === 1) {
      body = [next, 0, 1, 4, 0, 0, 0, 0, ...body];
      next = pick([0, 60]);
    } else if (extension === 2) {
      body = [next, 0, 0, 0, ...be32(below(2 ** 32)), ...body];
      next = 44;
    }
    const addresses = [...fill(15, 0x20), 1, ...fill(15, 0x20), 2];
    return [0x60, 0, 0, 0, ...be16(body.length), next, 64, ...addresses, ...body];
  }

  /** @returns {[number, Bytes]} */
  const packet = () => (below(3) ? [IPV4, ipv4(true)] : [IPV6, ipv6(true)]);
  /** @param {[number, Bytes]} of @returns {Bytes} */
  const typed = ([type, bytes]) => [...be16(type), ...bytes];
  /** @param {number} type @param {Bytes} body @returns {Bytes} */
  const ethernet = (type, body) => [...MACS, ...be16(type), ...body];
  /** @returns {Bytes} */
  const snap = () => [0xaa, 0xaa, 3, 0, 0, below(5) ? 0 : 0xf8, ...typed(packet())];
  /** @returns {Bytes} */
  const ppp = () => {
    const [type, bytes] = packet();
    const protocol = type === IPV4 ? 0x21 : 0x57;
    return [...(below(3) ? [0, protocol] : [protocol]), ...bytes];
  };
  /** @param {Bytes} body @returns {Bytes} */
  const labels = (body) => [...[0, 1, 0x10, 64].slice(0, below(2) * 4), 0, 1, 0x11, 64, ...body];
  /** @param {Bytes} body @returns {Bytes} */
  const sized = (body) => [...be16(body.length), ...body];
  /** @returns {Bytes} */
  const anyEthernet = () =>
    pick([
      () => ethernet(pick([0x8100, 0x88a8, 0x9100]), [0, 5, ...typed(packet())]),
      () => ethernet(pick([0x8100, 0x88a8]), [0, 5, 0x81, 0, 0, 6, ...typed(packet())]),
      () => ethernet(0x8100, [0, 5, ...sized(snap())]),
      () => [...MACS, ...sized(snap())],
      () => [...MACS, ...sized([6, 6, 3, ...packet()[1]])],
      () => ethernet(pick([0x8847, 0x8848]), labels(packet()[1])),
      () => ethernet(0x8847, labels([0, 0, 0, 0, ...MACS, ...typed(packet())])),
      () => ethernet(0x8864, [0x11, 0, 0, 1, ...sized(ppp())]),
      () => ethernet(0x893f, [...fill(6), ...typed(packet())]),
      () => [...MACS, ...typed(packet())],
      () => [...MACS, ...typed(packet()), ...fill(6)],
    ])();
  /** @param {number} v6 @returns {Bytes} */
  const family = (v6) => {
    const [type, bytes] = packet();
    const af = type === IPV4 ? 2 : v6;
    return [...(below(2) ? le32(af) : be32(af)), ...bytes];
  };
  /** @returns {Bytes} */
  const wifi = () => {
    const ds = below(4);
    const isQos = below(2) === 1;
    const control = [isQos ? 0x88 : 0x08, ds | (below(9) ? 0 : 0x40), 0, 0];
    const addresses = [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, ...fill(6, 7), ...fill(6, 9)];
    return [
      ...control,
      ...addresses,
      ...le16(below(4095) * 16),
      ...fill(ds === 3 ? 6 : 0, 5),
      ...fill(isQos ? 2 : 0),
      ...snap(),
    ];
  };

  /** @type {Record<number, () => Bytes>} */
  const byLinkType = {
    0: () => family(pick([24, 28, 30])),
    1: anyEthernet,
    6: () => [0x10, 0x40, ...MACS, ...snap()],
    9: () => [...(below(2) ? [0xff, 3] : []), ...ppp()],
    10: () => [0x50, ...MACS, ...snap()],
    50: () => [0x0f, 0, ...typed(packet())],
    51: () => [0x11, 0, 0, 1, ...sized(ppp())],
    100: snap,
    101: () => (below(8) ? packet()[1] : [0xff, 3, ...ppp()]),
    104: () => [0x0f, 0, ...typed(packet())],
    105: wifi,
    107: () => [
      0x18,
      0x41,
      ...pick([
        () => typed(packet()),
        () => [3, 0xcc, ...packet()[1]],
        () => [3, 0, 0x80, 0, 0, 0, ...typed(packet())],
      ])(),
    ],
    113: () => [0, 0, 0, 1, 0, 6, ...fill(8), ...(below(4) ? typed(packet()) : [0, 4, ...snap()])],
    127: () => [...(below(2) ? [0, 0, 8, 0, 0, 0, 0, 0] : [0, 0, 17, 0, 3, 0, 0, 0, ...fill(9)]), ...wifi()],
    192: () => [0, 0, 8, 0, ...le32(1), ...anyEthernet()],
    228: () => packet()[1],
    229: () => ipv6(true),
    258: () => [...le32(108), ...le32(1), ...le32(1), ...fill(96), ...anyEthernet()],
    276: () => {
      const [type, bytes] = packet();
      return [...be16(type), 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, ...fill(8), ...bytes];
    },
  };

  return {
    linkTypes: Object.keys(byLinkType).map(Number),
    /**
     * One frame; a quarter of them were cut off while they were recorded.
     * @param {number} linkType
     */
    frame(linkType) {
      const bytes = Uint8Array.from(/** @type {() => Bytes} */ (byLinkType[linkType])());
      const kept = below(4) === 0 ? below(bytes.length + 1) : bytes.length;
      return { seconds: 1, nanoseconds: 0, bytes: bytes.subarray(0, kept), origLen: bytes.length };
    },
  };
}
