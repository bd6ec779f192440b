import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runsOf } from '@rehearsal/experiment/run-folder';
import { labsFolder, liveLabs } from '../live/lab-directory.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { optionsOf, type OptionSpec } from './options.js';
import { VERBS, type VerbEntry } from './registry.js';
import type { Verb } from './verb.js';

/** Words that no fabric has to be asked for. */
const FIXED_TARGETS = ['sync', 'traffic', 'bus'];

/**
 * What could stand for the last of these words, sorted; none where it is a file or free text.
 * @param words of a command line, without `rehearse`; the last one may be begun
 * @param runsFolder where runs are, unless the words name another place
 */
export async function candidatesFor(words: readonly string[], runsFolder: string): Promise<string[]> {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const fitting = (candidates: readonly string[]): string[] =>
    [...new Set(candidates)].filter((c) => c.startsWith(last)).sort();
  if (before[0] === 'help') return candidatesFor(words.slice(1), runsFolder);
  const named = namedVerb(before);
  if (named === undefined) {
    const begun = VERBS.flatMap(namesOf).filter((name) => before.every((w, i) => name[i] === w));
    const next = begun.flatMap((name) => name[before.length] ?? []);
    return fitting(before.length === 0 ? [...next, 'help', 'test'] : next);
  }
  const verb = (await named.entry.load()).default;
  const options = optionsOf(verb);
  const own = before.slice(named.words);
  const flag = own.at(-1);
  const asked = flag === undefined ? undefined : namedOption(verb, options, flag);
  if (asked !== undefined && asked.kind !== 'flag') return fitting(await valuesOf(asked, own, runsFolder));
  if (last.startsWith('-')) {
    const flags = options.filter((o) => !verb.positionals.includes(o.field)).map((o) => o.flag);
    return fitting([...flags, ...GLOBAL_OPTIONS.map((o) => o.flag.split(' ')[0]!)]);
  }
  const field = verb.positionals[placesIn(verb, options, own)] ?? verb.positionals.at(-1);
  const place = options.find((o) => o.field === field);
  return place === undefined ? [] : fitting(await valuesOf(place, own, runsFolder));
}

/** The words that a verb is called by, one way or the other. */
function namesOf({ path, alias }: VerbEntry): string[][] {
  return [path, ...(alias === undefined ? [] : [alias])].map((name) => name.split(' '));
}

/** The verb that stands in front, and how many words name it. */
function namedVerb(words: readonly string[]): { readonly entry: VerbEntry; readonly words: number } | undefined {
  for (const entry of VERBS) {
    const name = namesOf(entry).find((own) => own.every((w, i) => words[i] === w));
    if (name !== undefined) return { entry, words: name.length };
  }
  return undefined;
}

function namedOption(verb: Verb, options: readonly OptionSpec[], flag: string): OptionSpec | undefined {
  return options.find((o) => o.flag === flag && !verb.positionals.includes(o.field));
}

/** How many words given by their place stand there already. */
function placesIn(verb: Verb, options: readonly OptionSpec[], words: readonly string[]): number {
  let places = 0;
  for (let i = 0; i < words.length; i++) {
    if (!words[i]!.startsWith('-')) places++;
    else if (!words[i]!.includes('=') && namedOption(verb, options, words[i]!)?.kind !== 'flag') i++;
  }
  return places;
}

async function valuesOf(option: OptionSpec, words: readonly string[], runsFolder: string): Promise<readonly string[]> {
  if (option.choices.length > 0) return option.choices;
  if (option.field === 'name') return (await liveLabs(labsFolder())).map((lab) => lab.name);
  if (option.field === 'run') {
    const at = words.lastIndexOf('--runs');
    return ['latest', ...runsOf(at < 0 ? runsFolder : (words[at + 1] ?? runsFolder))];
  }
  if (option.field === 'target' || option.field === 'to' || option.field === 'member') return targets(words);
  return [];
}

/** Processes of the fabric that is meant, as its folder says. */
async function targets(words: readonly string[]): Promise<readonly string[]> {
  const at = words.lastIndexOf('--name');
  const name = at < 0 ? process.env['REHEARSE_LAB'] : words[at + 1];
  const labs = await liveLabs(labsFolder());
  const ids = labs
    .filter((lab) => name === undefined || name === '' || lab.name === name)
    .flatMap(({ folder }) => {
      try {
        const head = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')) as {
          readonly plan: { readonly roles: readonly { readonly role: string; readonly id: string }[] };
        };
        return head.plan.roles.filter((r) => r.role === 'member' || r.role === 'orchestrator').map((r) => r.id);
      } catch {
        return []; // Not a fabric that stays up, or just gone.
      }
    });
  return [...ids, ...FIXED_TARGETS];
}
