import type { HideEntry, StaticEntry } from './nat-rules.js';
import { addressText, readHost, readNetwork } from './networks.js';
import { MAX_NAT_ENTRIES, type NatTexts } from './rulebase.js';

export interface ReadNat {
  readonly hides: readonly HideEntry[];
  readonly statics: readonly StaticEntry[];
}

/** Reads the translations of a rulebase; what is wrong with them is added to `problems`. */
export function readNat(nat: NatTexts | undefined, problems: string[]): ReadNat {
  const hides = nat?.hide ?? [];
  const statics = nat?.static ?? [];
  for (const [kind, list] of [
    ['hide', hides],
    ['static', statics],
  ] as const) {
    if (list.length > MAX_NAT_ENTRIES) {
      problems.push(
        `nat: there are ${list.length} ${kind} entries; at most ${MAX_NAT_ENTRIES} are possible: merge some`,
      );
    }
  }
  const addressAt = (place: string, text: string): number => {
    const address = readHost(text);
    if (typeof address === 'number') return address;
    problems.push(`${place}: ${address}`);
    return 0;
  };
  const read: ReadNat = {
    hides: hides.map(({ source, behind }, index) => ({
      behind: addressAt(`nat: hide ${index + 1}: behind`, behind),
      sources: [source].flat().flatMap((text) => {
        const network = readNetwork(text);
        if (typeof network !== 'string') return [network];
        problems.push(`nat: hide ${index + 1}: source: ${network}`);
        return [];
      }),
    })),
    statics: statics.map(({ inside, outside }, index) => ({
      inside: addressAt(`nat: static ${index + 1}: inside`, inside),
      outside: addressAt(`nat: static ${index + 1}: outside`, outside),
    })),
  };
  findClashes(read, problems);
  return read;
}

/** Every translated address must lead back to one place only. */
function findClashes({ hides, statics }: ReadNat, problems: string[]): void {
  const behind = firstPlaces(
    hides.map((hide) => hide.behind),
    (index, earlier, address) =>
      problems.push(
        `nat: hide ${index + 1}: hide ${earlier + 1} hides behind ${address} too; write one entry with a list of sources`,
      ),
  );
  const insides = firstPlaces(
    statics.map((entry) => entry.inside),
    (index, earlier, address) =>
      problems.push(
        `nat: static ${index + 1}: inside: static ${earlier + 1} translates ${address} already; remove one of them`,
      ),
  );
  const outsides = firstPlaces(
    statics.map((entry) => entry.outside),
    (index, earlier, address) =>
      problems.push(
        `nat: static ${index + 1}: outside: ${address} stands for the inside address of static ${earlier + 1} already; give it another one`,
      ),
  );
  for (const [address, index] of outsides) {
    const where = `nat: static ${index + 1}: outside: ${addressText(address)}`;
    const hide = behind.get(address);
    const inside = insides.get(address);
    if (hide !== undefined) {
      problems.push(
        `${where} is what hide ${hide + 1} hides behind; answers could not be told apart: use another address`,
      );
    }
    if (inside === index) problems.push(`${where} is its own inside address; translate to another one`);
    else if (inside !== undefined) {
      problems.push(`${where} is the inside address of static ${inside + 1}; packets are translated once only`);
    }
  }
}

/** The first place of each address; `again` hears of every later one. Addresses that could not be read do not clash. */
function firstPlaces(
  addresses: readonly number[],
  again: (index: number, earlier: number, address: string) => void,
): Map<number, number> {
  const places = new Map<number, number>();
  for (const [index, address] of addresses.entries()) {
    const earlier = places.get(address);
    if (address === 0) continue;
    if (earlier === undefined) places.set(address, index);
    else again(index, earlier, addressText(address));
  }
  return places;
}
