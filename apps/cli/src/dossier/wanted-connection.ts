import { LabError } from '@rehearsal/lab-port/lab-error';
import type { ConnectionRow } from '@rehearsal/traffic';

type Row = Pick<ConnectionRow, 'tuple' | 'seenAs'>;

/** An end as it was asked for; without a port it stands for all of that address. */
interface WantedEnd {
  readonly address: string;
  readonly port: string | undefined;
}

/** Two ends in either order, and a protocol where one is named. */
export interface WantedConnection {
  readonly ends: readonly [WantedEnd, WantedEnd];
  readonly protocol: string | undefined;
}

const END = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/;
const PROTOCOL = /^(?:ip-)?\w+$/;

/** Whether a word is an address, with a port or without, and so no run's name. */
export const isEnd = (word: string): boolean => END.test(word);

/**
 * Reads `SRC:PORT DST:PORT [PROTO]`.
 * @throws LabError (bad input)
 */
export function readWanted(words: readonly string[]): WantedConnection {
  const [first, second, protocol, ...more] = words;
  if (first === undefined || second === undefined || more.length > 0) {
    throw bad(`expected two ends and perhaps a protocol, saw '${words.join(' ')}'`);
  }
  if (protocol !== undefined && !PROTOCOL.test(protocol)) throw bad(`expected a protocol, saw '${protocol}'`);
  return {
    ends: [endOf(first), endOf(second)],
    protocol: protocol === undefined ? undefined : protocolName(protocol.toLowerCase()),
  };
}

const NAMES: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };

/** As tuples have it: a name for those that have one, `ip-50` for the others. */
function protocolName(word: string): string {
  const [, number] = /^(?:ip-)?0*(\d+)$/.exec(word) ?? [];
  return number === undefined ? word : (NAMES[number] ?? `ip-${number}`);
}

/** Whether a connection has these ends, as its client sent it or as its server saw it, whoever is named first. */
export function isWanted({ ends: [a, b], protocol }: WantedConnection, { tuple, seenAs }: Row): boolean {
  const [pair, ofTuple] = tuple.split('/');
  if (protocol !== undefined && protocol !== ofTuple) return false;
  return [pair!, ...(seenAs === null ? [] : [seenAs])].some((text) => {
    const [source, destination] = text.split('>') as [string, string];
    return (fits(a, source) && fits(b, destination)) || (fits(b, source) && fits(a, destination));
  });
}

function fits({ address, port }: WantedEnd, end: string): boolean {
  const [itsAddress, itsPort] = end.split(':');
  return itsAddress === address && (port === undefined || port === itsPort);
}

function endOf(word: string): WantedEnd {
  const parts = END.exec(word);
  if (parts === null) throw bad(`expected an address and a port, saw '${word}'`);
  return { address: parts[1]!, port: parts[2] };
}

const bad = (message: string): LabError =>
  new LabError(
    'bad-input',
    `${message}.`,
    'For example: rehearse dossier latest 10.1.5.187:32768 198.18.0.17:443 tcp.',
  );
