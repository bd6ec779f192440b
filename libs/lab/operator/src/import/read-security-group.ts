import { ImportError, MAX_MEMBERS, type Finding, type Imported, type ImportedMember } from './findings.js';

const PORT = /\beth\d+-(?:\d{2}|Mgmt\d+)\b/g;
const ADDRESS = /\b(\d{1,3}(?:\.\d{1,3}){3})(?:\s*\/\s*(\d{1,2}))?\b/;

export const isSecurityGroupText = (text: string): boolean =>
  /security[ -]group/i.test(text) || (/\beth\d+-\d{2}\b/.test(text) && /\b(serial|gateway|sgm)/i.test(text));

export const isGaiaJson = (text: string): boolean => /^\s*[[{]/.test(text);

const REMEDY = 'Paste the answer of show-maestro-security-group, with its id, gateways and interfaces.';

/**
 * Reads the text of `show maestro security-group …`: whatever names ports, an address, or gateways. Its exact layout is
 * not public, so only words that cannot be mistaken are taken (fidelity: F-IMPORT).
 * @throws ImportError where there is neither a gateway nor a port
 */
export function readSecurityGroupText(text: string, file: string): Imported {
  const ports: Finding<string>[] = [];
  const members: Finding<ImportedMember>[] = [];
  let name: Finding<string> | undefined;
  let address: Finding<string> | undefined;
  let sites = 1;
  text.split(/\r?\n/).forEach((line, i) => {
    const at = <T>(value: T): Finding<T> => ({ value, file, line: i + 1 });
    for (const [port] of line.matchAll(PORT)) if (!ports.some((p) => p.value === port)) ports.push(at(port));
    const found = ADDRESS.exec(line);
    if (found !== null && address === undefined && isAddress(found[1]!)) {
      address = at(`${found[1]}/${prefixOf(found[2], line)}`);
    }
    const named = /\b(?:host ?name|name)\b\s*[:|=]\s*([A-Za-z0-9_.-]+)/i.exec(line);
    if (named !== null) name ??= at(named[1]!);
    const member = /\b(\d)_(\d{1,2})\b/.exec(line);
    const serial = /\b(?:serial|gateway)\b[^A-Za-z0-9]*(?:number|id)?[^A-Za-z0-9]*([A-Z0-9]{8,})\b/i.exec(line)?.[1];
    const model = /\bCP[A-Z]?\s?-?(\d{4,5})\b|\b(?:model|appliance)\b\s*[:|=]\s*(\d{4,5})\b/i.exec(line);
    if (member === null && serial === undefined) return;
    const site = member === null ? 1 : Number(member[1]);
    const number = member === null ? members.length + 1 : Number(member[2]);
    sites = Math.max(sites, site);
    if (members.length >= MAX_MEMBERS || members.some((m) => m.value.number === number && m.value.site === site))
      return;
    const kind = model?.[1] ?? model?.[2];
    members.push(
      at({ number, site, ...(serial !== undefined && { serial }), ...(kind !== undefined && { model: kind }) }),
    );
  });
  return whole('security group', file, { ports, members, name, address, sites });
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the Gaia API's JSON of a Security Group: the object itself, or a list under `objects` with one in it.
 * @throws ImportError with the line of a syntax error, or where it is no Security Group
 */
export function readGaiaJson(text: string, file: string): Imported {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    const line = position === undefined ? lastLine(text) : text.slice(0, Number(position)).split('\n').length;
    throw new ImportError(file, line, `It is not JSON: ${message.split('\n')[0]}.`, REMEDY);
  }
  const group = theGroup(value, file);
  const lineOf = (word: unknown): number => {
    const place = text.indexOf(JSON.stringify(word));
    return place < 0 ? 1 : text.slice(0, place).split('\n').length;
  };
  const at = <T>(found: T, word: unknown = found): Finding<T> => ({ value: found, file, line: lineOf(word) });
  const ports = listOf(group['interfaces']).flatMap((i) => {
    const port = typeof i === 'string' ? i : isObject(i) ? (i['name'] ?? i['id']) : undefined;
    return typeof port === 'string' ? [at(port)] : [];
  });
  const members = listOf(group['gateways'])
    .slice(0, MAX_MEMBERS)
    .map((g, i): Finding<ImportedMember> => {
      const serial = typeof g === 'string' ? g : isObject(g) && typeof g['id'] === 'string' ? g['id'] : undefined;
      const said = isObject(g) ? g['model'] : undefined;
      const model = typeof said === 'string' ? /\d{4,5}/.exec(said)?.[0] : undefined;
      const site = isObject(g) && Number.isInteger(g['site']) ? Number(g['site']) : 1;
      const row = {
        number: i + 1,
        site,
        ...(serial !== undefined && { serial }),
        ...(model !== undefined && { model }),
      };
      return at(row, serial ?? 'gateways');
    });
  const ftw = isObject(group['ftw_configuration']) ? group['ftw_configuration'] : group['ftw-configuration'];
  const host = isObject(ftw) ? ftw['hostname'] : undefined;
  const net = isObject(group['mgmt_connectivity']) ? group['mgmt_connectivity'] : group['mgmt-connectivity'];
  const ip = isObject(net) ? (net['ipv4_address'] ?? net['ipv4-address']) : undefined;
  const mask = isObject(net) ? (net['ipv4_mask_length'] ?? net['ipv4-mask-length']) : undefined;
  const hasAddress = typeof ip === 'string' && isAddress(ip);
  const length = Number.isInteger(mask) && Number(mask) >= 0 && Number(mask) <= 32 ? Number(mask) : 24;
  return whole('Gaia API', file, {
    ports,
    members,
    name: typeof host === 'string' ? at(host) : undefined,
    address: hasAddress ? at(`${ip}/${length}`, ip) : undefined,
    sites: Math.max(1, listOf(group['sites']).length, ...members.map((m) => m.value.site)),
  });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const lastLine = (text: string): number => text.split('\n').length;

function theGroup(value: unknown, file: string): Json {
  const listed = isObject(value) ? (value['objects'] ?? value['security_groups'] ?? value['security-groups']) : value;
  const groups = Array.isArray(listed) ? (listed as unknown[]) : [value];
  if (groups.length > 1) {
    throw new ImportError(
      file,
      1,
      `There are ${groups.length} Security Groups in it, and a fabric file has one in this version.`,
      'Leave one of them, and make a file for each.',
    );
  }
  const [group] = groups;
  if (isObject(group) && ('gateways' in group || 'interfaces' in group)) return group;
  throw new ImportError(file, 1, 'It is JSON, but no Security Group: it has no gateways and no interfaces.', REMEDY);
}

const isAddress = (text: string): boolean => text.split('.').every((part) => Number(part) <= 255);

function prefixOf(length: string | undefined, line: string): number {
  if (length !== undefined && Number(length) <= 32) return Number(length);
  const mask = /\b255(?:\.\d{1,3}){3}\b/.exec(line)?.[0];
  if (mask === undefined) return 24;
  return mask
    .split('.')
    .map((part) => Number(part).toString(2).replaceAll('0', '').length)
    .reduce((a, b) => a + b, 0);
}

interface Read {
  readonly ports: readonly Finding<string>[];
  readonly members: readonly Finding<ImportedMember>[];
  readonly name: Finding<string> | undefined;
  readonly address: Finding<string> | undefined;
  readonly sites: number;
}

function whole(kind: Imported['kind'], file: string, read: Read): Imported {
  const { ports, members, name, address, sites } = read;
  if (ports.length === 0 && members.length === 0) {
    throw new ImportError(file, 1, 'There is neither a gateway nor a port of an orchestrator in it.', REMEDY);
  }
  const numbers = ports.flatMap((p) => {
    const which = /^eth(\d+)-/.exec(p.value)?.[1] ?? /^(\d+)\//.exec(p.value)?.[1];
    return which === undefined ? [] : [{ ...p, value: Number(which) }];
  });
  const most = numbers.sort((a, b) => b.value - a.value)[0];
  const isMgmt = (port: string): boolean => /Mgmt/i.test(port);
  return {
    kind,
    left: ports.filter((p) => isMgmt(p.value)).map((p) => ({ ...p, value: `management port ${p.value}` })),
    ...(members.length > 0 && { members }),
    ...(ports.length > 0 && { ports: ports.filter((p) => !isMgmt(p.value)) }),
    ...(name !== undefined && { name }),
    ...(address !== undefined && { address }),
    ...(most !== undefined && most.value >= 1 && { orchestrators: most }),
    ...(sites > 1 && { sites: { value: sites, file, line: 1 } }),
  };
}
