/** A network as two 32-bit integers: an address is in it when `(address & mask) === value`. */
export interface Network {
  readonly value: number;
  readonly mask: number;
}

export const ANY_NETWORK: Network = { value: 0, mask: 0 };

const FORM = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

/** Reads `10.1.0.0/16`, `10.1.2.3` or `any`. A string is what is wrong with the text, and what to write. */
export function readNetwork(text: string): Network | string {
  if (text === 'any') return ANY_NETWORK;
  const parts = FORM.exec(text);
  if (parts === null) return `${JSON.stringify(text)} is no IPv4 network; write one like 10.1.0.0/16, or any`;
  const octet = tooLarge(parts);
  if (octet !== undefined) return `${JSON.stringify(text)} has the part ${octet}; parts of an address go to 255`;
  const address = addressOf(parts);
  const prefixLen = parts[5] === undefined ? 32 : Number(parts[5]);
  if (prefixLen > 32) return `${JSON.stringify(text)} has a prefix of ${prefixLen} bits; an IPv4 prefix has at most 32`;
  const mask = prefixLen === 0 ? 0 : -1 << (32 - prefixLen);
  if ((address & mask) !== address) {
    return `${JSON.stringify(text)} has address bits after its prefix; write ${addressText(address & mask)}/${prefixLen}`;
  }
  return { value: address, mask };
}

/** Reads the address of one host, `198.51.100.1`, as a signed integer. A string is what is wrong with the text. */
export function readHost(text: string): number | string {
  const parts = FORM.exec(text);
  if (parts === null || parts[5] !== undefined || tooLarge(parts) !== undefined) {
    return `${JSON.stringify(text)} is no IPv4 address; write one like 198.51.100.1`;
  }
  const top = Number(parts[1]);
  if (top === 0 || top === 127 || top >= 224) {
    return `${JSON.stringify(text)} is no address a host can have; write one like 198.51.100.1`;
  }
  return addressOf(parts);
}

function tooLarge(parts: RegExpExecArray): number | undefined {
  for (let i = 1; i <= 4; i++) if (Number(parts[i]) > 255) return Number(parts[i]);
  return undefined;
}

function addressOf(parts: RegExpExecArray): number {
  return (Number(parts[1]) << 24) | (Number(parts[2]) << 16) | (Number(parts[3]) << 8) | Number(parts[4]);
}

export function addressText(address: number): string {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}
