import { GLOBAL_OPTIONS } from './global-options.js';
import { VERBS } from './registry.js';

const row = (left: string, right: string, width: number): string => `  ${left.padEnd(width)}  ${right}`.trimEnd();

/** Two columns, the left one as wide as it must be. */
export function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...pairs.map(([left]) => left.length)));
  return pairs.map(([left, right]) => row(left, right, width)).join('\n');
}

/** `rehearse --help` */
export function overview(): string {
  return [
    'Rehearse failovers of a hyperscale firewall fabric, and see what they cost.',
    '',
    'usage: rehearse VERB [words] [options]',
    '',
    rows([...VERBS.map((v) => [v.path, v.summary] as const), ['test', 'every check and test of the project']]),
    '',
    'Every verb takes:',
    rows(GLOBAL_OPTIONS.map((o) => [o.flag, o.about])),
    '',
    'Examples:',
    rows([
      ['rehearse demo', 'see what the loss of a member costs, in both profiles'],
      ['rehearse run EXPERIMENT --sim --seeds 1..50', 'conduct an experiment fifty times in the simulator'],
      ['rehearse VERB --help', 'what a verb does, with examples'],
    ]),
    '',
    'Exit codes: 0 ok, 1 deviated, 2 bad input, 3 environment.',
    '',
  ].join('\n');
}
