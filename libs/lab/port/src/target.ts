import { LabError } from './lab-error.js';

/** The kinds of process a lab runs; `bus` is the message server under all of them. */
export const LAB_ROLES = ['orchestrator', 'member', 'sync', 'outside-world', 'upgrade-conductor', 'bus'] as const;
export type LabRole = (typeof LAB_ROLES)[number];

/** One process of a fabric, for example `{role: 'member', id: '1_03'}`. */
export interface Target {
  readonly role: LabRole;
  readonly id: string;
}

/** There is one of these in a fabric, so the role's word is enough to name it. */
const SINGLES: Readonly<Record<string, Target>> = {
  sync: { role: 'sync', id: '1' },
  traffic: { role: 'outside-world', id: 'outside' },
  outside: { role: 'outside-world', id: 'outside' },
  'outside-world': { role: 'outside-world', id: 'outside' },
  conductor: { role: 'upgrade-conductor', id: '1' },
  'upgrade-conductor': { role: 'upgrade-conductor', id: '1' },
  bus: { role: 'bus', id: 'bus' },
};

/** What people call a role, and what it is here; `mho` is the vendor's word for an orchestrator. */
const ROLE_WORDS: Readonly<Record<string, LabRole>> = {
  member: 'member',
  sgm: 'member',
  orchestrator: 'orchestrator',
  mho: 'orchestrator',
  sync: 'sync',
  traffic: 'outside-world',
  outside: 'outside-world',
  'outside-world': 'outside-world',
  conductor: 'upgrade-conductor',
  'upgrade-conductor': 'upgrade-conductor',
  bus: 'bus',
};

/** `member 1_03`; the form every message and journal uses. */
export function targetName(target: Target): string {
  return target.role === target.id ? target.role : `${target.role} ${target.id}`;
}

export function sameTarget(a: Target, b: Target): boolean {
  return a.role === b.role && a.id === b.id;
}

/**
 * Reads `1_03`, `1:1_03` with the site in front, `member 1_03`, `mho 1_1`, `sync`, `traffic` or `bus` among the processes of a fabric.
 * @throws LabError (bad input) that lists what there is.
 */
export function findTarget(text: string, known: readonly Target[]): Target {
  const words = text.trim().split(/\s+/);
  const single = words.length === 1 ? SINGLES[words[0]!] : undefined;
  if (single !== undefined) {
    const hit = known.find((t) => sameTarget(t, single));
    if (hit !== undefined) return hit;
  }
  const role = words.length === 2 ? ROLE_WORDS[words[0]!] : undefined;
  const said = words.length === 2 ? words[1]! : words[0]!;
  // The site stands in every id, too: a different one in front of it names nobody.
  const [, site, own] = /^(\d+):(.+)$/.exec(said) ?? [undefined, undefined, said];
  const id = site === undefined || own!.startsWith(`${site}_`) ? own! : said;
  const hits = known.filter((t) => t.id === id && (words.length === 1 || t.role === role));
  if (hits.length === 1) return hits[0]!;
  const isElsewhere = site !== undefined && known.some((t) => t.id === own);
  throw new LabError(
    'bad-input',
    `There is no '${text}' in this fabric.`,
    isElsewhere ? `Say ${own}, or ${own!.split('_')[0]}:${own}.` : `Name one of: ${known.map(targetName).join(', ')}.`,
  );
}
