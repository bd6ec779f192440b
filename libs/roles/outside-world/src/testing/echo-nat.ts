import { parseAddress, REWRITE, rewritePacket } from '@rehearsal/packets';

const FIRST_PORT = 10_000;

interface Leg {
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
}

/** Both legs of a connection, as its first packet travels: inside and outside of the translation. */
interface Translated {
  readonly inside: Leg;
  readonly outside: Leg;
}

const keyOf = (proto: number, l: Leg): string => `${proto} ${l.src}:${l.srcPort} ${l.dst}:${l.dstPort}`;
const back = (l: Leg): Leg => ({ src: l.dst, dst: l.src, srcPort: l.dstPort, dstPort: l.srcPort });

/** Hide and static translation, as simple as can be: for tests of what stands around it. */
export class EchoNat {
  private readonly hideBehind: number;
  private readonly statics: ReadonlyMap<number, number>;
  private readonly byInside = new Map<string, Translated>();
  private readonly byOutside = new Map<string, Translated>();
  private nextPort = FIRST_PORT;
  /** Tests break the translation with this: the port a connection is hidden behind. */
  portOf: (n: number) => number = (n) => n;

  /** `statics`: outside address by inside address. */
  constructor(hideBehind: string, statics: Readonly<Record<string, string>> = {}) {
    const address = (text: string): number => (parseAddress(text) as number) | 0;
    this.hideBehind = address(hideBehind);
    this.statics = new Map(Object.entries(statics).map(([inside, outside]) => [address(inside), address(outside)]));
  }

  /** Translates the packet of `lenBytes` at word 0, which entered at `side`; false: there is nothing it belongs to. */
  translate(words: Int32Array, lenBytes: number, side: number): boolean {
    const view = new DataView(words.buffer);
    const transport = (view.getUint8(0) & 15) * 4;
    const proto = view.getUint8(9);
    const isLater = (view.getUint16(6) & 0x1fff) !== 0;
    const isError = proto === 1 && [3, 11].includes(view.getUint8(transport));
    const at = isError ? transport + 8 : 0;
    const leg = isLater ? this.legOfFragment(view, side) : legAt(view, at, isError ? view.getUint8(at + 9) : proto);
    if (leg === undefined) return false;
    const travels = isError ? back(leg) : leg;
    const connection = this.find(isError ? view.getUint8(at + 9) : proto, travels, side);
    if (connection === undefined) return false;
    const { src, dst, srcPort, dstPort } = this.towards(connection, travels, side);
    const kind = isLater ? REWRITE.laterFragment : isError ? REWRITE.icmpError : REWRITE.plain;
    rewritePacket(words, 0, lenBytes, src, dst, srcPort, dstPort, kind);
    return true;
  }

  private towards(connection: Translated, leg: Leg, side: number): Leg {
    const [from, to] = side === 0 ? [connection.inside, connection.outside] : [connection.outside, connection.inside];
    return leg.src === from.src && leg.dst === from.dst ? to : back(to);
  }

  private find(proto: number, leg: Leg, side: number): Translated | undefined {
    const known = side === 0 ? this.byInside : this.byOutside;
    const found = known.get(keyOf(proto, leg)) ?? known.get(keyOf(proto, back(leg)));
    return found ?? this.begin(proto, leg, side);
  }

  private begin(proto: number, leg: Leg, side: number): Translated | undefined {
    let outside = leg;
    let inside = leg;
    if (side === 0) {
      const fixed = this.statics.get(leg.src);
      const port = leg.srcPort === 0 || fixed !== undefined ? leg.srcPort : this.portOf(this.nextPort++);
      const both = proto === 1 ? { srcPort: port, dstPort: port } : { srcPort: port };
      outside = { ...leg, src: fixed ?? this.hideBehind, ...both };
    } else {
      const found = [...this.statics].find(([, address]) => address === leg.dst);
      if (found === undefined) return undefined;
      inside = { ...leg, dst: found[0] };
    }
    const connection = { inside, outside };
    this.byInside.set(keyOf(proto, inside), connection);
    this.byOutside.set(keyOf(proto, outside), connection);
    return connection;
  }

  /** Any connection between the fragment's hosts will do: only addresses are changed. */
  private legOfFragment(view: DataView, side: number): Leg | undefined {
    const [src, dst] = [view.getInt32(12), view.getInt32(16)];
    for (const connection of this.byInside.values()) {
      const leg = side === 0 ? connection.inside : connection.outside;
      if (leg.src === src && leg.dst === dst) return leg;
      if (leg.src === dst && leg.dst === src) return back(leg);
    }
    return undefined;
  }
}

function legAt(view: DataView, at: number, proto: number): Leg {
  const transport = at + (view.getUint8(at) & 15) * 4;
  const [src, dst] = [view.getInt32(at + 12), view.getInt32(at + 16)];
  if (proto === 6 || proto === 17) {
    return { src, dst, srcPort: view.getUint16(transport), dstPort: view.getUint16(transport + 2) };
  }
  const id = proto === 1 ? view.getUint16(transport + 4) : 0;
  return { src, dst, srcPort: id, dstPort: id };
}
