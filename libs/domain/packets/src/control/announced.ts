import { TextScan } from './text-scan.js';

/** More endpoints in one message are not followed. */
export const MAX_ANNOUNCED = 8;

/**
 * The endpoints a control message announces: where data connections will come to. One object serves any number of
 * messages. Addresses are signed integers in host order, 0 is never announced.
 */
export class Announced {
  count = 0;
  readonly scan = new TextScan();
  private readonly addresses = new Int32Array(MAX_ANNOUNCED);
  private readonly ports = new Uint16Array(MAX_ANNOUNCED);
  private readonly protos = new Uint8Array(MAX_ANNOUNCED);

  get found(): boolean {
    return this.count > 0;
  }

  /** Of the first endpoint; 0 where there is none. */
  get address(): number {
    return this.addressOf(0);
  }

  get port(): number {
    return this.portOf(0);
  }

  get proto(): number {
    return this.protoOf(0);
  }

  addressOf(index: number): number {
    return index < this.count ? this.addresses[index]! : 0;
  }

  portOf(index: number): number {
    return index < this.count ? this.ports[index]! : 0;
  }

  protoOf(index: number): number {
    return index < this.count ? this.protos[index]! : 0;
  }

  /** Left out where the endpoint cannot be one: no address, no port, or no room. */
  add(address: number, port: number, proto: number): void {
    if (address === 0 || port < 1 || port > 0xffff || this.count === MAX_ANNOUNCED) return;
    this.addresses[this.count] = address;
    this.ports[this.count] = port;
    this.protos[this.count++] = proto;
  }
}
