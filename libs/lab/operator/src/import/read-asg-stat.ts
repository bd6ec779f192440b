import { ImportError, MAX_MEMBERS, type Finding, type Imported, type ImportedMember } from './findings.js';

const REMEDY = 'Paste the whole output of asg stat -v, from its first rule to its last.';
const STATES = /^(ACTIVE(?:\([!FP]+\))?|UP|DOWN|LOST|READY|STANDBY|BACKUP|INIT|DETACHED|INACTIVE)(?=\s|$)/;

/** Whether text looks like `asg stat`. */
export const isAsgStat = (text: string): boolean =>
  /\|\s*(System Status|VSX System Status|SGM ID\b|SGMs\s+\|)/.test(text) || /^\|\s*Up time\b/m.test(text);

/**
 * Reads `asg stat [-v]`, the layouts of R76SP and of R80.20SP and later. A status line that a fabric file has no place
 * for is named in `left`.
 * @throws ImportError where members are missing or said twice
 */
export function readAsgStat(text: string, file: string): Imported {
  const reader = new AsgStatReader(file);
  text.split(/\r?\n/).forEach((line, i) => reader.take(line, i + 1));
  return reader.done();
}

class AsgStatReader {
  readonly #file: string;
  readonly #members: Finding<ImportedMember>[] = [];
  readonly #left: Finding<string>[] = [];
  #release: Finding<string> | undefined;
  #policyDate: Finding<string> | undefined;
  #name: Finding<string> | undefined;
  #count: Finding<number> | undefined;
  #sites: Finding<number> | undefined;
  #site = 1;
  #section: 'head' | 'members' | 'parameters' = 'head';

  constructor(file: string) {
    this.#file = file;
  }

  take(line: string, number: number): void {
    const inner = /^\s*\|(.*)\|\s*$/.exec(line)?.[1];
    if (inner === undefined) return;
    const text = inner.trim();
    const at = <T>(value: T): Finding<T> => ({ value, file: this.#file, line: number });
    if (/^(Chassis|Site) Parameters/.test(text)) this.#section = 'parameters';
    if (this.#section === 'parameters') return this.#parameter(text, at);
    const site = /(?:Chassis|Site)\s+(\d+)/.exec(text);
    if (site !== null) {
      this.#site = Number(site[1]);
      this.#section = 'members';
      const columns = text.match(/(?:Chassis|Site)\s+\d+/g)?.length ?? 1;
      const sites = Math.max(columns, this.#site);
      if (sites > (this.#sites?.value ?? 0)) this.#sites = at(sites);
      return;
    }
    if (/^SGM ID\b/.test(text)) {
      this.#section = 'members';
      return;
    }
    const key = /^(Up time|SGMs|Version|FW Policy Date|VS ID):?\s*\|?\s*(.*)$/.exec(text);
    if (key !== null) this.#head(key[1]!, key[2]!, at);
    else if (this.#section === 'members') this.#member(text, at);
  }

  #head(key: string, value: string, at: <T>(value: T) => Finding<T>): void {
    if (key === 'Version') {
      const release = /R\d{2}(?:\.\d{1,2})*/.exec(value)?.[0];
      if (release !== undefined) this.#release = at(release);
    } else if (key === 'SGMs') {
      const count = /^(\d+)\s*\/\s*(\d+)/.exec(value);
      if (count !== null) this.#count = at(Number(count[2]));
    } else if (key === 'FW Policy Date') this.#policyDate = at(value);
    else if (key === 'VS ID') {
      const name = /VS Name:\s*(\S+)/.exec(value)?.[1];
      if (name !== undefined) this.#name = at(name);
    } else this.#left.push(at(`${key} ${value}`.trim()));
  }

  #member(text: string, at: <T>(value: T) => Finding<T>): void {
    const row = /^(?:(\d+)_)?(\d{1,2})\s*(?:\(local\))?\s+(\S.*)$/.exec(text);
    if (row === null) return;
    const state = STATES.exec(row[3]!)?.[1];
    if (state === undefined) return;
    const site = row[1] === undefined ? this.#site : Number(row[1]);
    const number = Number(row[2]);
    const twice = this.#members.find((m) => m.value.number === number && m.value.site === site);
    if (twice !== undefined) {
      throw new ImportError(this.#file, at(0).line, `Member ${number} was in line ${twice.line} already.`, REMEDY);
    }
    this.#members.push(at({ number, site, state }));
  }

  #parameter(text: string, at: <T>(value: T) => Finding<T>): void {
    const sync = /^Sync to .*:\s*(\S+)/.exec(text);
    if (sync !== null) this.#left.push(at(text.replace(/\s+/g, ' ')));
  }

  done(): Imported {
    const members = this.#listed();
    const first = members[0];
    if (first === undefined) {
      throw new ImportError(this.#file, 1, 'There is no member in this asg stat, and no number of them.', REMEDY);
    }
    const defined = <T>(key: string, value: T | undefined): Record<string, T> =>
      value === undefined ? {} : { [key]: value };
    return {
      kind: 'asg stat',
      members,
      left: this.#left,
      ...defined('release', this.#release),
      ...defined('policyDate', this.#policyDate),
      ...defined('name', this.#name),
      ...defined('sites', this.#sites),
    };
  }

  /** The rows; without -v there is only their number. */
  #listed(): readonly Finding<ImportedMember>[] {
    const count = this.#count;
    if (this.#members.length === 0 && count !== undefined && count.value >= 1 && count.value <= MAX_MEMBERS) {
      return Array.from({ length: count.value }, (_, i) => ({ ...count, value: { number: i + 1, site: 1 } }));
    }
    const own = this.#members.filter((m) => m.value.site === 1).length;
    if (count !== undefined && own > 0 && this.#members.length !== count.value) {
      throw new ImportError(
        this.#file,
        count.line,
        `It says that there are ${count.value} SGMs, and shows ${this.#members.length}.`,
        REMEDY,
      );
    }
    return this.#members;
  }
}
