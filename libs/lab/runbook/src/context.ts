/** A machine of a fabric, for example `{role: 'member', id: '1_03'}`. */
export interface HostTarget {
  readonly role: 'member' | 'orchestrator';
  readonly id: string;
}

/** A shell within the one that a block of commands begins in. */
export interface Hop {
  /** Of another machine, or another shell of the same one, which takes an `exit` of its own. */
  readonly via: 'host' | 'shell';
  /** As it was typed; for a shell its name. */
  readonly name: string;
  /** Undefined where the name says no machine of a fabric. */
  readonly target: HostTarget | undefined;
}

/** Each block of code begins with none. */
export const NO_HOPS: readonly Hop[] = [];

const SHELLS = new Set(['clish', 'gclish', 'expert', 'bash', 'sh', 'su', 'sudo su', 'sudo -i', 'sudo bash']);
/** Options of ssh that take a word. */
const SSH_VALUES = /^-[bcDeFiJlLmoOpQRSwW]$/;

const member = (number: string, site = '1'): HostTarget => ({
  role: 'member',
  id: `${Number(site)}_${number.padStart(2, '0')}`,
});

/**
 * `sgm3`, `1_03`, `sgm1_03` and `SG1-ch01-03` are members, `mho1`, `mho1_2` and `1_1` orchestrators; anything else is
 * unknown. A member alone is one of the first site: `sgm3` is `1_03`.
 */
export function targetOf(host: string): HostTarget | undefined {
  const name = host.replace(/^[^@]*@/, '').toLowerCase();
  const id = /^(\d{1,2})_(\d{1,2})$/.exec(name);
  if (id !== null) {
    const [, site, number] = id;
    return number!.length === 2 ? member(number!, site) : orchestrator(number!, site);
  }
  const sgm = /^(?:sgm|member)[-_]?(?:(\d{1,2})_)?(\d{1,2})$/.exec(name);
  if (sgm !== null) return member(String(Number(sgm[2])), sgm[1]);
  const mho = /^(?:mho|orchestrator)[-_]?(?:(\d{1,2})_)?(\d{1,2})$/.exec(name);
  if (mho !== null) return orchestrator(mho[2]!, mho[1]);
  const full = /-(?:ch|s)(\d{1,2})-(\d{1,2})$/.exec(name);
  return full === null ? undefined : member(full[2]!, full[1]);
}

const orchestrator = (number: string, site = '1'): HostTarget => ({
  role: 'orchestrator',
  id: `${Number(site)}_${Number(number)}`,
});

/** Where words such as `ssh sgm3` or `m 1_03` lead, and what is to be done there at once; undefined for other words. */
export function hostOf(
  words: readonly string[],
): { readonly host: string; readonly target: HostTarget | undefined; readonly command: readonly string[] } | undefined {
  const [command, ...rest] = words;
  if (command === 'member' || command === 'm') {
    const [host, ...then] = rest;
    if (host === undefined) return undefined;
    const id = /^(?:(\d{1,2})_)?(\d{1,2})$/.exec(host);
    return { host, target: id === null ? targetOf(host) : member(id[2]!, id[1]), command: then };
  }
  if (command !== 'ssh') return undefined;
  let i = 0;
  while (rest[i]?.startsWith('-')) i += SSH_VALUES.test(rest[i]!) ? 2 : 1;
  const host = rest[i];
  if (host === undefined) return undefined;
  const from = rest[i + 1] === '--' ? i + 2 : i + 1;
  return { host, target: targetOf(host), command: rest.slice(from) };
}

/** The shells one is in after a command; `ssh HOST COMMAND` comes back by itself, and `exit` from the first stays there. */
export function contextAfter(stack: readonly Hop[], words: readonly string[]): readonly Hop[] {
  const [command] = words;
  if ((command === 'exit' || command === 'logout') && words.length <= 2) return stack.slice(0, -1);
  const shell = words.filter((word) => word !== '-' && word !== '-l').join(' ');
  if (SHELLS.has(shell)) return [...stack, { via: 'shell', name: shell, target: stack.at(-1)?.target }];
  const reached = hostOf(words);
  if (reached === undefined || reached.command.length > 0) return stack;
  return [...stack, { via: 'host', name: reached.host, target: reached.target }];
}

/** The last machine one went to; undefined on the one that the block begins on. */
export const lastHost = (stack: readonly Hop[]): Hop | undefined => stack.findLast((hop) => hop.via === 'host');
